/** A backup as a sequence of steps, and the way back out of it. */

import { restorePointIds } from "@kluis/azure";
import { listJobResources } from "@kluis/db";
import { removeSnapshot, revokeJobGrants } from "../../job/snapshot-removal.ts";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";
import { type BackupMemory, parseMemory } from "./memory.ts";
import { access } from "./steps/access.ts";
import { extension } from "./steps/extension.ts";
import { plan } from "./steps/plan.ts";
import { prepare } from "./steps/prepare.ts";
import { recoveryPoint } from "./steps/recovery-point.ts";
import { removeJobSnapshot } from "./steps/remove-snapshot.ts";
import { seal } from "./steps/seal.ts";
import { restorePointRequest, snapshot } from "./steps/snapshot.ts";
import { transfer } from "./steps/transfer.ts";

export const backupMachine: Machine<BackupMemory> = {
  parse: parseMemory,
  steps: {
    prepare,
    extension,
    snapshot,
    access,
    plan,
    transfer,
    seal,
    "remove-snapshot": removeJobSnapshot,
    "recovery-point": recoveryPoint,
  },
  cancellable: (memory) => memory.sealedAt === undefined,
  committed: (memory) => memory.manifestDigest !== undefined,
  cleanUp,
};

/** Removes what the backup made: a manifest without its point, read access, the snapshot. Nothing half remains. */
async function cleanUp(context: StepContext<BackupMemory>): Promise<StepResult<BackupMemory>> {
  const { deps, job, memory, signal } = context;
  if (memory.sealedAt !== undefined && memory.pointId !== undefined) {
    await deps.vault.vault.deleteManifest(memory.pointId, signal);
  }
  await revokeJobGrants(deps, job.id, signal);
  const planned = (await listJobResources(deps.db.prisma, job.id)).some(
    ({ kind }) => kind === "restore-point",
  );
  if (!planned) return { kind: "done", message: "Nothing is left in Azure." };
  const ids = restorePointIds(restorePointRequest(context));
  const removal = await removeSnapshot(deps, { ...ids, operation: memory.operation ?? null }, signal);
  if (removal.kind === "running") {
    const message = "Azure removes the snapshot.";
    return { kind: "wait", afterMs: removal.retryAfterMs, message, memory: { operation: removal.operation } };
  }
  return {
    kind: "done",
    message: "The snapshot is removed.",
    save: removal.save,
    events: [
      {
        kind: "snapshot.removed",
        target: {
          type: "snapshot",
          id: ids.restorePointId,
          name: ids.restorePointId.split("/").at(-1) ?? "",
        },
      },
    ],
  };
}
