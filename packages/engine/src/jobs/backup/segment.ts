/** Moves one segment of one disk from its snapshot into the vault. */
import { type Grant, openSasDisk } from "@kluis/azure";
import { KluisError } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { endingOf } from "../../job/advance.ts";
import { ProgressReporter } from "../../job/progress.ts";
import type { SegmentKind, SegmentMove, SegmentMoved } from "../../job/segment-task.ts";
import { backupMachine } from "./machine.ts";
import { parseMemory } from "./memory.ts";
import { snapshotOf } from "./steps/access.ts";

export const backupSegment: SegmentKind = {
  wakes: "backup.advance",
  isWanted: (job) => endingOf(job, backupMachine, parseMemory(job.memory)) === null,
  move: moveToVault,
};

/**
 * The snapshot of a disk must be as large as the disk was when the backup looked at it: a disk that was resized in between would
 * be cut, or read beyond its end.
 * @param bytes what the snapshot holds
 */
export function mustFit(disk: { readonly name: string; readonly diskBytes: number }, bytes: number): void {
  if (bytes === disk.diskBytes) return;
  throw new KluisError("CONFLICT", {
    reason: "disk-resized",
    message: `The disk ${disk.name} was resized while its backup began: ${disk.diskBytes} bytes before, ${bytes} in the snapshot.`,
    action: "Start the backup again.",
    params: { disk: disk.name, beforeBytes: disk.diskBytes, snapshotBytes: bytes },
  });
}

/** The result's part of the chunk map is durable in the vault when this returns. */
async function moveToVault({ deps, job, segment, signal }: SegmentMove): Promise<SegmentMoved> {
  const { disk } = segment;
  const { vault, limits } = deps.vault;
  const { id } = snapshotOf(parseMemory(job.memory), { key: disk.diskKey, name: disk.name });
  const progress = new ProgressReporter(deps, segment);
  let grant: Grant = await deps.grants.get(id, signal);
  const renew = async (): Promise<Grant> => (grant = await deps.grants.renew(grant, signal));
  const snapshot = await openSasDisk({ grant, renew, signal });
  mustFit(disk, snapshot.size);
  try {
    const base = disk.baseNode === null ? null : parseNodeRef(disk.baseNode);
    const { node, stats } = await vault.writeSegment({
      diskBytes: disk.diskBytes,
      segment: segment.segment,
      extents: segment.extents.map(([offset, length, kind]) => ({ offset, length, kind })),
      delta: disk.deltaMethod === "changed-ranges" ? "changed-ranges" : "digest-comparison",
      base: base === null ? null : await vault.segmentNode(base, segment.segment, signal),
      // Every read makes an array of its own, which the vault may free.
      source: {
        size: snapshot.size,
        disposable: true,
        read: (offset, length, abort) => snapshot.read(offset, length, abort),
      },
      signal,
      limits,
      onProgress: (totals) => progress.report(totals),
    });
    const { readBytes, changedBytes, movedBytes, storedBytes, chunksNew, chunksReused } = stats;
    return { node, stats: { readBytes, changedBytes, movedBytes, storedBytes, chunksNew, chunksReused } };
  } finally {
    await progress.close();
  }
}
