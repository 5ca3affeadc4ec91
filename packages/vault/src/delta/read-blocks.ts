/** Reads the blocks of a batch from the source disk. */
import { type BlockSource, KluisError } from "@kluis/domain";
import { within } from "../budget.ts";
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, MAX_READ_BYTES } from "../constants.ts";
import { free } from "../memory.ts";
import type { Budget } from "../types.ts";
import { type Batch, blockBytes, type SegmentSpan } from "./plan-windows.ts";

/** Neighboring blocks of one read. Blocks count from the segment's start. */
export interface BlockRun {
  readonly first: number;
  count: number;
}

const MAX_RUN_BLOCKS = MAX_READ_BYTES / BLOCK_BYTES;

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

/** The plain bytes of the read blocks, each padded to 64 KiB. */
export class BlockContent {
  private readonly blocks = new Map<number, Buffer>();
  private readonly owned: Buffer[] = [];
  readBytes = 0;

  /** Takes ownership of a read's bytes. Blocks are views of it, so neighbors stay joined in memory. */
  take(
    run: BlockRun,
    bytes: Buffer,
    { padded, owned }: { readonly padded: Buffer; readonly owned: boolean },
  ): void {
    for (let n = 0; n < run.count; n++) {
      this.blocks.set(run.first + n, padded.subarray(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES));
    }
    this.readBytes += bytes.length;
    if (owned) this.owned.push(padded);
  }

  /** Frees the memory; call it when every block was sealed. */
  free(): void {
    this.blocks.clear();
    for (const bytes of this.owned) free(bytes);
  }

  block(index: number): Buffer {
    const block = this.blocks.get(index);
    if (block === undefined) throw new RangeError(`Block ${index} was not read.`);
    return block;
  }

  /** Joins blocks to one run of bytes; copies nothing when they are neighbors in memory. */
  join(indexes: readonly number[]): Buffer {
    const parts = indexes.map((index) => this.block(index));
    const [first] = parts;
    if (first === undefined) return Buffer.alloc(0);
    const joined = parts.every(
      (part, n) => part.buffer === first.buffer && part.byteOffset === first.byteOffset + n * BLOCK_BYTES,
    );
    return joined
      ? Buffer.from(first.buffer, first.byteOffset, parts.length * BLOCK_BYTES)
      : Buffer.concat(parts);
  }
}

/** Reads all blocks of a batch, with several reads at once. */
export async function readBlocks(batch: Batch, options: BlockReads): Promise<BlockContent> {
  const content = new BlockContent();
  const { source, span, reads, signal } = options;
  const results = await Promise.allSettled(
    planRuns(batch).map((run) =>
      within(reads, { amount: 1, signal }, async () => {
        const last = run.first + run.count - 1;
        const length = (run.count - 1) * BLOCK_BYTES + blockBytes(span, last);
        const bytes = await source.read(span.start + run.first * BLOCK_BYTES, length, signal);
        if (bytes.length !== length) throw shortRead(bytes.length, length);
        const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
        const padding = run.count * BLOCK_BYTES - length;
        const padded = padding === 0 ? whole : Buffer.concat([whole, Buffer.alloc(padding)]);
        content.take(run, whole, { padded, owned: source.disposable === true });
      }),
    ),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return content;
}

function shortRead(readBytes: number, length: number): KluisError {
  return new KluisError("INTERNAL", {
    message: `The disk's source returned ${readBytes} bytes instead of ${length}.`,
    params: { readBytes, length },
  });
}
