/** Moves one segment of a disk from its snapshot into the vault. */
import { type Grant, openSasDisk } from "@kluis/azure";
import { vmChunkIndex } from "@kluis/db";
import { type DeltaMethod, KluisError } from "@kluis/domain";
import { joinRates, parseNodeRef, type Rate, type WriteSegmentOptions } from "@kluis/vault";
import { endingOf } from "../../job/ending.ts";
import { damageOf } from "../../job/known-damage.ts";
import { ProgressReporter } from "../../job/progress.ts";
import { requireVm } from "../../job/require.ts";
import type { SegmentKind, SegmentMove, SegmentMoved } from "../../job/segment-task.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { backupMachine } from "./machine.ts";
import { domainOf, parseMemory } from "./memory.ts";
import { snapshotOf } from "./snapshot-requests.ts";

export const backupSegment: SegmentKind = {
  wakes: "backup.transfer",
  isWanted: (job) => endingOf(job, backupMachine, parseMemory(job.memory)) === null,
  move: (move) =>
    move.deps.policyRates.within(move.job.policy?.policyId ?? null, (rate) => moveToVault(move, rate)),
};

/**
 * Checks that the plan is for the whole snapshot: the disk's end would be cut off or read twice. The access step took the size
 * from the snapshot itself, so a difference means that the plan is of another snapshot.
 * @param bytes the size of the snapshot
 * @throws KluisError CONFLICT
 */
export function requireSameSize(
  disk: { readonly name: string; readonly diskBytes: number },
  bytes: number,
): void {
  if (bytes === disk.diskBytes) return;
  throw new KluisError("CONFLICT", {
    reason: "disk-resized",
    message: `Disk ${disk.name} was resized while its backup started: ${disk.diskBytes} bytes before, ${bytes} bytes in the snapshot.`,
    action: "Start the backup again.",
    params: { disk: disk.name, beforeBytes: disk.diskBytes, snapshotBytes: bytes },
  });
}

/**
 * How the vault finds the changed blocks. It compares digests also for a full backup, whose base is null; only a list of changed
 * ranges lets it skip blocks without extents.
 */
const vaultDelta: Readonly<Record<DeltaMethod, WriteSegmentOptions["delta"]>> = {
  full: "digest-comparison",
  "digest-comparison": "digest-comparison",
  "changed-ranges": "changed-ranges",
};

/** Returns when the segment's chunk map is durable in the vault. */
async function moveToVault(
  { deps, job, segment, signal }: SegmentMove,
  policyRate: Rate | null,
): Promise<SegmentMoved> {
  const { disk } = segment;
  const { id: vaultId, vault, limits } = await vaultOf({ deps, job });
  const memory = parseMemory(job.memory);
  const { deltaMethod } = disk;
  if (deltaMethod === null) {
    throw new KluisError("INTERNAL", {
      message: `Disk ${disk.name} was not planned.`,
      params: { disk: disk.name },
    });
  }
  const { id } = snapshotOf(memory, { key: disk.diskKey, name: disk.name });
  const progress = new ProgressReporter(deps, segment);
  let grant: Grant = await deps.grants.get(id, signal);
  const renew = async (): Promise<Grant> => (grant = await deps.grants.renew(grant, signal));
  const snapshot = await openSasDisk({ grant, renew, signal, now: deps.azure.now });
  requireSameSize(disk, snapshot.size);
  try {
    const base = disk.baseNode === null ? null : parseNodeRef(disk.baseNode);
    const toExtents = (rows: typeof segment.extents) =>
      rows.map(([offset, length, kind]) => ({ offset, length, kind }));
    const { node, stats, shown, omitted, healed, unreadable } = await vault.writeSegment({
      diskBytes: disk.diskBytes,
      segment: segment.segment,
      extents: toExtents(segment.extents),
      ...(segment.claimed === null ? {} : { claimed: toExtents(segment.claimed) }),
      delta: vaultDelta[deltaMethod],
      domain: domainOf(memory, requireVm(job).resourceId),
      index: vmChunkIndex(deps.db, { vaultId, jobId: job.id, vmId: requireVm(job).id }),
      base: base === null ? null : await vault.segmentNode(base, segment.segment, signal),
      avoid: await damageOf(deps, vaultId),
      source: snapshot,
      signal,
      limits: { ...limits, rate: joinRates([policyRate, limits.rate]) },
      onProgress: (totals) => progress.report(totals),
    });
    const { readBytes, changedBytes } = stats;
    return {
      node,
      stats: { readBytes, changedBytes, ...shown },
      omitted,
      met: { healed, unreadable },
    };
  } finally {
    await progress.close();
  }
}
