/** Writes one segment of a recovery point to the new disk, without its zeros. */
import { openPageWriter, type PageWriter } from "@kluis/azure";
import { noStats } from "@kluis/db";
import { forEachConcurrent } from "@kluis/domain";
import {
  BufferPool,
  type DiskReader,
  MAX_READ_BYTES,
  parseNodeRef,
  type ReadBatch,
  readBatches,
} from "@kluis/vault";
import { endingOf } from "../../job/ending.ts";
import { ProgressReporter } from "../../job/progress.ts";
import type { SegmentKind, SegmentMove, SegmentMoved } from "../../job/segment-task.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { restoreMachine } from "./machine.ts";
import { requireDiskId } from "./memory.ts";

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
  const progress = new ProgressReporter(deps, segment);
  let moved = 0;
  try {
    const extents = segment.extents.map(([offset, length, kind]) => ({ offset, length, kind }));
    await forEachConcurrent(readBatches(extents), { limit: WRITES, signal }, async (batch) => {
      await limits.inFlight.acquire(batch.bytes, signal);
      try {
        await copyBatch({ reader, writer, signal }, batch);
      } finally {
        limits.inFlight.release(batch.bytes);
      }
      moved += batch.bytes;
      progress.report({ readBytes: moved, changedBytes: 0, movedBytes: moved, storedBytes: 0 });
    });
  } finally {
    await progress.close();
  }
  return { node: null, stats: { ...noStats, readBytes: moved, movedBytes: moved } };
}

interface Copy {
  readonly reader: DiskReader;
  readonly writer: PageWriter;
  readonly signal: AbortSignal;
}

/** Reads many small ranges with few requests; each is written on its own, and what lies between them stays zero. */
async function copyBatch({ reader, writer, signal }: Copy, { ranges, bytes }: ReadBatch): Promise<void> {
  const buffer = buffers.take();
  await reader.readRanges(buffer.subarray(0, bytes), ranges, signal);
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
