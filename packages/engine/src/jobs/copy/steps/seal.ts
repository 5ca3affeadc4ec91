/** Joins the segments of each disk in the second vault, then writes the manifest of the copy. */
import { listJobDisks, previousManifest, type WorkDisk } from "@kluis/db";
import { notice } from "@kluis/domain";
import { type Manifest, parseNodeRef } from "@kluis/vault";
import { recall } from "../../../job/recall.ts";
import { requireVm } from "../../../job/require.ts";
import { sealDisk } from "../../../job/seal-disk.ts";
import { sealedDisk } from "../../../job/sealed-disk.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultIdOf, vaultOf } from "../../../job/vault-of.ts";
import { healedBy, sealHealing } from "../heal.ts";
import type { CopyMemory } from "../memory.ts";
import { copySource, readSource } from "../source.ts";

export async function seal(context: StepContext<CopyMemory>): Promise<StepResult<CopyMemory>> {
  const { deps, job, memory, signal } = context;
  const { prisma } = deps.db;
  const heals = healedBy(job);
  if (heals !== null) return sealHealing(context, heals);
  if (memory.sealedAt === undefined) {
    for (const disk of await listJobDisks(prisma, job.id)) await sealDisk(context, disk);
    const previous = await previousManifest(prisma, { vmId: requireVm(job).id, vaultId: vaultIdOf(job) });
    return { kind: "again", memory: { sealedAt: deps.clock.now().toISOString(), previous } };
  }
  const { point, opened } = await copySource(context);
  const { manifest } = await readSource(context, point, () => opened.vault.getManifest(point.id, signal));
  const { vault } = await vaultOf(context);
  const disks = await listJobDisks(prisma, job.id);
  // It depends only on the job's rows and the manifest of the point, so that writing it again writes the same bytes.
  const { digest } = await vault.putManifest(
    {
      ...manifest,
      pointId: recall(memory, "pointId"),
      vaultId: vault.id,
      jobId: job.id,
      previous: memory.previous ?? null,
      disks: manifest.disks.flatMap((disk) => copiedDisk(disk, disks, recall(memory, "domain"))),
    },
    signal,
  );
  return {
    kind: "done",
    notice: notice("manifest-written", {}),
    detail: { manifestDigest: digest },
    memory: { manifestDigest: digest },
  };
}

function copiedDisk(
  disk: Manifest["disks"][number],
  rows: readonly WorkDisk[],
  domain: string,
): Manifest["disks"] {
  const row = rows.find(({ diskKey }) => diskKey === disk.key);
  if (row === undefined) return [];
  const { deltaMethod, rootDigest, stats } = sealedDisk(row);
  const { chunksNew: _new, chunksReused: _reused, ...bytes } = stats;
  return [
    {
      ...disk,
      root: row.root === null ? null : parseNodeRef(row.root),
      rootDigest,
      domain,
      delta: deltaMethod,
      deltaReason: null,
      stats: { logicalBytes: disk.diskBytes, ...bytes, zeroBytes: 0 },
    },
  ];
}
