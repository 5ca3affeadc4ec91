/** Reads the blocks of a batch from the source disk. */
import { type BlockSource, KluisError } from "@kluis/domain/core";
import { within } from "../budget.ts";
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, DIGEST_BYTES, MAX_READ_BYTES } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { BufferPool, free } from "../memory.ts";
import type { Budget } from "../types.ts";
import type { VaultWorkers } from "../workers/port.ts";
import { type Batch, blockBytes, type SegmentSpan } from "./plan-windows.ts";

/** Neighboring blocks of one read. Blocks count from the segment's start. */
export interface BlockRun {
  readonly first: number;
  count: number;
}

const MAX_RUN_BLOCKS = MAX_READ_BYTES / BLOCK_BYTES;

/**
 * What a read takes of the budget of reads, whose unit is a read of 4 MiB. A small one takes little: behind a distance, reads of
 * 64 KiB wait, and move next to nothing. A power of two, so that sums stay exact.
 */
function shareOf({ count }: BlockRun): number {
  let share = 1;
  while (share > LEAST_SHARE && count * 2 <= MAX_RUN_BLOCKS * share) share /= 2;
  return share;
}

const LEAST_SHARE = 1 / 4;

/** The reads of a batch: runs of neighbors, up to 4 MiB each. */
export function planRuns(batch: Batch): BlockRun[] {
  const runs: BlockRun[] = [];
  let last: BlockRun | undefined;
  for (const plan of batch.windows) {
    for (let i = 0; i < BLOCKS_PER_WINDOW; i++) {
      if ((plan.read & (1 << i)) === 0) continue;
      const block = plan.window * BLOCKS_PER_WINDOW + i;
      if (last !== undefined && last.first + last.count === block && last.count < MAX_RUN_BLOCKS) {
        last.count += 1;
      } else {
        last = { first: block, count: 1 };
        runs.push(last);
      }
    }
  }
  return runs;
}

export interface BlockReads {
  readonly source: BlockSource;
  readonly span: SegmentSpan;
  readonly reads: Budget;
  readonly signal: AbortSignal;
}

/** Smaller batches use their own memory, and are digested here. */
const SHARED_BYTES = 1024 * 1024;
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);
const ZERO_DIGEST = Buffer.alloc(DIGEST_BYTES);
/** A batch's blocks, one after the other, in memory that worker threads see. The budget bounds how many are out. */
const buffers = new BufferPool(MAX_READ_BYTES, 8);

/** The plain bytes of the read blocks of a batch, each padded to 64 KiB, and their digests. */
export class BlockContent {
  readonly bytes: Buffer;
  private readonly shared: Buffer<SharedArrayBuffer> | null;
  /** Position of each block in `bytes`, in blocks. Blocks count from the segment's start. */
  private readonly positions = new Map<number, number>();
  private digests: Uint8Array | null = null;
  readBytes = 0;

  constructor(blocks: number) {
    const bytes = blocks * BLOCK_BYTES;
    this.shared = bytes >= SHARED_BYTES && bytes <= MAX_READ_BYTES ? buffers.take() : null;
    this.bytes = this.shared?.subarray(0, bytes) ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** True when worker threads see the bytes. */
  get isShared(): boolean {
    return this.shared !== null;
  }

  /** The memory for the next run. */
  place(run: BlockRun): Buffer {
    const first = this.positions.size;
    for (let n = 0; n < run.count; n++) this.positions.set(run.first + n, first + n);
    return this.bytes.subarray(first * BLOCK_BYTES, (first + run.count) * BLOCK_BYTES);
  }

  /** Digests all blocks in a worker thread, when that is worth a message. */
  async digestWith(workers: VaultWorkers | undefined, keys: VaultKeys, signal: AbortSignal): Promise<void> {
    if (workers === undefined || !this.isShared) return;
    const { digests } = await workers.digest({ bytes: this.bytes, blockKey: keys.blockKey }, signal);
    this.digests = digests;
  }

  /** Null: the block is zero. */
  digest(index: number, keys: VaultKeys): Buffer | null {
    const at = this.positionOf(index);
    if (this.digests === null) {
      const block = this.bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES);
      return block.equals(ZERO_BLOCK) ? null : keys.blockDigest(block);
    }
    const { buffer, byteOffset } = this.digests;
    const digest = Buffer.from(buffer, byteOffset + at * DIGEST_BYTES, DIGEST_BYTES);
    return digest.equals(ZERO_DIGEST) ? null : digest;
  }

  /** Frees the memory; call it when every block was sealed. */
  free(): void {
    this.positions.clear();
    if (this.shared !== null) buffers.give(this.shared);
    else free(this.bytes);
  }

  /** Joins blocks to one run of bytes; copies nothing when they are neighbors in memory. */
  join(indexes: readonly number[]): Buffer {
    const positions = indexes.map((index) => this.positionOf(index));
    const first = positions[0] ?? 0;
    if (positions.every((position, n) => position === first + n))
      return this.bytes.subarray(first * BLOCK_BYTES, (first + positions.length) * BLOCK_BYTES);
    return Buffer.concat(
      positions.map((at) => this.bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)),
    );
  }

  private positionOf(index: number): number {
    const at = this.positions.get(index);
    if (at === undefined) throw new RangeError(`Block ${index} was not read.`);
    return at;
  }
}

/** Reads all blocks of a batch, with several reads at once. */
export async function readBlocks(batch: Batch, options: BlockReads): Promise<BlockContent> {
  const content = new BlockContent(batch.bytes / BLOCK_BYTES);
  const { span, reads, signal } = options;
  const results = await Promise.allSettled(
    planRuns(batch).map((run) => {
      const target = content.place(run);
      return within(reads, { amount: shareOf(run), signal }, async () => {
        const last = run.first + run.count - 1;
        const length = (run.count - 1) * BLOCK_BYTES + blockBytes(span, last);
        await readRun(target.subarray(0, length), span.start + run.first * BLOCK_BYTES, options);
        target.fill(0, length);
        content.readBytes += length;
      });
    }),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return content;
}

async function readRun(target: Buffer, offset: number, { source, signal }: BlockReads): Promise<void> {
  const { length } = target;
  if (source.readInto !== undefined) {
    await source.readInto(target, offset, signal);
    return;
  }
  const bytes = await source.read(offset, length, signal);
  if (bytes.length !== length) throw shortRead(bytes.length, length);
  target.set(bytes);
  if (source.disposable === true) free(bytes);
}

function shortRead(readBytes: number, length: number): KluisError {
  return new KluisError("INTERNAL", {
    message: `The disk's source returned ${readBytes} bytes instead of ${length}.`,
    params: { readBytes, length },
  });
}
