/** Adds the copy to the recovery points and ends the job in one transaction. */
import { createCopy, endJob, enqueue, listJobDisks, reachNewPoint } from "@kluis/db";
import { notice } from "@kluis/domain";
import { recall } from "../../../job/recall.ts";
import { sealedDisk } from "../../../job/sealed-disk.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultOf } from "../../../job/vault-of.ts";
import { accountSoon } from "../../../upkeep/collect/task.ts";
import { endHealing, healedBy } from "../heal.ts";
import type { CopyMemory } from "../memory.ts";
import { copySource } from "../source.ts";

export async function recoveryPoint(context: StepContext<CopyMemory>): Promise<StepResult<CopyMemory>> {
  const { deps, job, memory } = context;
  const heals = healedBy(job);
  if (heals !== null) return endHealing(context, heals);
  const pointId = recall(memory, "pointId");
  const manifestDigest = recall(memory, "manifestDigest");
  const { point } = await copySource(context);
  const { id: vaultId, name, vault } = await vaultOf(context);
  const disks = await listJobDisks(deps.db.prisma, job.id);
  const movedBytes = disks.reduce((sum, disk) => sum + disk.stats.movedBytes, 0);
  const copied = {
    id: pointId,
    copyOf: point.id,
    vaultId,
    jobId: job.id,
    manifestDigest,
    keyId: vault.keyId,
    transferStartedAt: new Date(recall(memory, "transferStartedAt")),
    transferEndedAt: new Date(recall(memory, "transferEndedAt")),
    disks: disks.map((disk) => ({ ...sealedDisk(disk), diskKey: disk.diskKey, root: disk.root })),
  };
  return {
    kind: "done",
    notice: notice("point-copied", { pointId, vault: name }),
    detail: { pointId, movedBytes },
    save: async (tx, at) => {
      await createCopy(tx, { ...copied, createdAt: at });
      await accountSoon(tx, vaultId);
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
      await reachNewPoint(tx, { vaultId, jobStartedAt: job.startedAt ?? job.createdAt });
      await enqueue(tx, "vault.copies", {});
    },
    events: [
      {
        kind: "point.copied",
        target: { type: "point", id: pointId, name: `${point.vmName} ${point.takenAt.toISOString()}` },
        data: {
          copyOf: point.id,
          fromVaultId: point.vaultId,
          vaultId,
          manifestDigest,
          roots: copied.disks.map(({ diskKey, rootDigest }) => ({ disk: diskKey, rootDigest })),
        },
      },
      { kind: "job.succeeded", data: { pointId } },
    ],
    pointId,
  };
}
