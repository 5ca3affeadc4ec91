/** Writes one segment of a recovery point to the new disk, without its zeros. */
import { openPageWriter, type PageWriter } from "@kluis/azure";
import { type ExtentTuple, noStats } from "@kluis/db";
import { forEachConcurrent } from "@kluis/domain";
import { BufferPool, type DiskReader, MAX_READ_BYTES, parseNodeRef } from "@kluis/vault";
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
    await forEachConcurrent(
      pieces(segment.extents),
      { limit: WRITES, signal },
      async ({ offset, length }) => {
        await limits.inFlight.acquire(length, signal);
        try {
          await copyPiece({ reader, writer, signal }, offset, length);
        } finally {
          limits.inFlight.release(length);
        }
        moved += length;
        progress.report({ readBytes: moved, changedBytes: 0, movedBytes: moved, storedBytes: 0 });
      },
    );
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

async function copyPiece({ reader, writer, signal }: Copy, offset: number, length: number): Promise<void> {
  const buffer = buffers.take();
  const piece = buffer.subarray(0, length);
  await reader.readInto(piece, offset, signal);
  await writer.write(offset, piece, signal);
  buffers.give(buffer);
}

/** Cuts data extents into pieces of the size of one read or write. */
function* pieces(
  extents: readonly ExtentTuple[],
): Generator<{ readonly offset: number; readonly length: number }> {
  for (const [start, size, kind] of extents) {
    if (kind === "zero") continue;
    for (let done = 0; done < size; done += MAX_READ_BYTES) {
      yield { offset: start + done, length: Math.min(MAX_READ_BYTES, size - done) };
    }
  }
}
