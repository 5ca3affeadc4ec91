/** Random access to a disk of a recovery point. */
import type { Extent } from "@kluis/domain";
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, MAX_READ_BYTES, WINDOW_BYTES } from "../constants.ts";
import { invalid } from "../errors.ts";
import type { LeafBlock } from "../map/leaf.ts";
import type { NodePlace } from "../node-ref.ts";
import type { DiskReader } from "../types.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { NodeReader } from "./node-reader.ts";

export interface ReaderParts {
  readonly nodes: NodeReader;
  readonly chunks: ChunkReader;
}

/** A block that a read touches, with its index on the disk. */
interface WantedBlock {
  readonly block: number;
  readonly content: LeafBlock;
}

/** Reads ranges of a disk through its chunk map. */
export class MapDiskReader implements DiskReader {
  readonly size: number;
  private readonly root: NodePlace | null;
  private readonly parts: ReaderParts;

  constructor(root: NodePlace | null, size: number, parts: ReaderParts) {
    this.root = root;
    this.size = size;
    this.parts = parts;
  }

  async read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
      throw invalid("Offset and length of a read are whole numbers from zero.", { offset, length });
    }
    if (offset + length > this.size)
      throw invalid("The read reaches beyond the end of the disk.", { offset, length, diskBytes: this.size });
    const out = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const step = Math.min(MAX_READ_BYTES, length - done);
      await this.readStep(out.subarray(done, done + step), offset + done, signal);
      done += step;
    }
    return out;
  }

  async *extents(signal: AbortSignal): AsyncIterable<Extent> {
    if (this.root === null) return;
    let start = -1;
    let end = -1;
    const all = { from: 0, to: Math.ceil(this.size / WINDOW_BYTES) };
    for await (const { window, leaf } of this.parts.nodes.leaves(
      { place: this.root, first: 0 },
      all,
      signal,
    )) {
      for (const [i, block] of leaf.blocks.entries()) {
        if (block === null) continue;
        const at = window * WINDOW_BYTES + i * BLOCK_BYTES;
        if (at !== end) {
          if (start >= 0) yield { offset: start, length: end - start, kind: "data" };
          start = at;
        }
        end = Math.min(at + BLOCK_BYTES, this.size);
      }
    }
    if (start >= 0) yield { offset: start, length: end - start, kind: "data" };
  }

  private async readStep(out: Buffer, offset: number, signal: AbortSignal): Promise<void> {
    await this.parts.chunks.openBlocks(await this.wanted(offset, out.length, signal), signal, {
      keepPartial: true,
      blockOf: ({ content }) => content,
      use: ({ block }, plain) => copyOverlap(plain, block * BLOCK_BYTES, { out, offset }),
    });
  }

  /** The non-zero blocks that a range touches. */
  private async wanted(offset: number, length: number, signal: AbortSignal): Promise<WantedBlock[]> {
    const wanted: WantedBlock[] = [];
    if (this.root === null) return wanted;
    const [first, end] = [Math.floor(offset / BLOCK_BYTES), Math.ceil((offset + length) / BLOCK_BYTES)];
    const range = { from: Math.floor(first / BLOCKS_PER_WINDOW), to: Math.ceil(end / BLOCKS_PER_WINDOW) };
    const leaves = this.parts.nodes.leaves({ place: this.root, first: 0 }, range, signal);
    for await (const { window, leaf } of leaves) {
      for (const [i, content] of leaf.blocks.entries()) {
        const block = window * BLOCKS_PER_WINDOW + i;
        if (content !== null && block >= first && block < end) wanted.push({ block, content });
      }
    }
    return wanted;
  }
}

/** Copies the overlap of a block at `at` on the disk with `target`, whose first byte is at `target.offset`. */
function copyOverlap(
  block: Buffer,
  at: number,
  target: { readonly out: Buffer; readonly offset: number },
): void {
  const from = Math.max(0, target.offset - at);
  const to = Math.min(block.length, target.offset + target.out.length - at);
  if (to > from) block.copy(target.out, at + from - target.offset, from, to);
}
