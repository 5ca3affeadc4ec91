/** Writes one segment of a recovery point to the new disk, without its zeros. */
import { openPageWriter, type PageWriter } from "@kluis/azure";
import { noStats } from "@kluis/db";
import { forEachConcurrent, isDamage, missingOf } from "@kluis/domain";
import {
  BufferPool,
  type DiskReader,
  MAX_READ_BYTES,
  parseNodeRef,
  type ReadBatch,
  readBatches,
  readSkipping,
  Skipped,
} from "@kluis/vault";
import { endingOf } from "../../job/ending.ts";
import { noteDamage } from "../../job/known-damage.ts";
import { ProgressReporter } from "../../job/progress.ts";
import type { SegmentKind, SegmentMove, SegmentMoved } from "../../job/segment-task.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { restoreMachine } from "./machine.ts";
import { requireDiskId, restoreParameters } from "./memory.ts";

export const restoreSegment: SegmentKind = {
  wakes: "restore.advance",
  isWanted: (job) => endingOf(job, restoreMachine, restoreMachine.parse(job.memory)) === null,
  move: moveToDisk,
};

/** Concurrent writes of one segment. The budget of the process bounds their bytes. */
const WRITES = 4;
/** Concurrent writes of the small ranges of a batch. */
const SMALL_WRITES = 4;
/** Shared by all segments of the process; the budget bounds how many are out. */
const buffers = new BufferPool(MAX_READ_BYTES, WRITES);

async function moveToDisk({ deps, job, segment, signal }: SegmentMove): Promise<SegmentMoved> {
  const diskId = requireDiskId(restoreMachine.parse(job.memory));
  const { disk } = segment;
  const { vault, limits } = await vaultOf({ deps, job });
  const reader = vault.openDisk(disk.baseNode === null ? null : parseNodeRef(disk.baseNode), disk.diskBytes);
  let grant = await deps.writeGrants.get(diskId, signal);
  const renew = async () => (grant = await deps.writeGrants.renew(grant, signal));
  const writer = openPageWriter({ grant, diskBytes: disk.diskBytes, renew });
  const skipped = restoreParameters(job).skipDamaged === true ? new Skipped() : null;
  const progress = new ProgressReporter(deps, segment);
  let moved = 0;
  try {
    const extents = segment.extents.map(([offset, length, kind]) => ({ offset, length, kind }));
    await forEachConcurrent(readBatches(extents), { limit: WRITES, signal }, async (batch) => {
      await limits.inFlight.acquire(batch.bytes, signal);
      try {
        await copyBatch({ reader, writer, skipped, signal }, batch);
      } finally {
        limits.inFlight.release(batch.bytes);
      }
      moved += batch.bytes;
      progress.report({ readBytes: moved, changedBytes: 0, movedBytes: moved, storedBytes: 0 });
    });
  } finally {
    await progress.close();
  }
  for (const error of skipped?.errors.values() ?? []) await noteDamage({ deps, job }, error);
  const found = skipped === null ? {} : { found: missingOf(skipped.sorted()) };
  return { node: null, stats: { ...noStats, readBytes: moved, movedBytes: moved }, ...found };
}

interface Copy {
  readonly reader: DiskReader;
  readonly writer: PageWriter;
  /** Gets what is damaged, which is written as zeros. Null: damage ends the segment. */
  readonly skipped: Skipped | null;
  readonly signal: AbortSignal;
}

/** Reads many small ranges with few requests; each is written on its own, and what lies between them stays zero. */
async function copyBatch(copy: Copy, batch: ReadBatch): Promise<void> {
  const { writer, signal } = copy;
  const { ranges, bytes } = batch;
  const buffer = buffers.take();
  await readBatch(copy, batch, buffer.subarray(0, bytes));
  let at = 0;
  const writes = ranges.map(({ offset, length }) => {
    const write = { offset, data: buffer.subarray(at, at + length) };
    at += length;
    return write;
  });
  await forEachConcurrent(writes, { limit: SMALL_WRITES, signal }, ({ offset, data }) =>
    writer.write(offset, data, signal),
  );
  buffers.give(buffer);
}

async function readBatch(
  { reader, skipped, signal }: Copy,
  { ranges }: ReadBatch,
  buffer: Uint8Array,
): Promise<void> {
  try {
    await reader.readRanges(buffer, ranges, signal);
  } catch (error) {
    if (skipped === null || !isDamage(error)) throw error;
    await readSkipping(reader, { ranges, buffer, skipped }, signal);
  }
}
