import { BLOCK_BYTES, BLOCKS_PER_WINDOW, MAX_READ_BYTES, WINDOW_BYTES } from "../constants.ts";
import { invalid } from "../errors.ts";
import type { LeafBlock, LeafChunk } from "../map/leaf.ts";
import type { NodePlace } from "../node-ref.ts";
import type { DiskReader, Extent } from "../types.ts";
import { type ChunkReader, checkBlock, chunkKey } from "./chunk-reader.ts";
import type { NodeReader } from "./node-reader.ts";

export interface ReaderParts {
  readonly nodes: NodeReader;
  readonly chunks: ChunkReader;
}

/** A block of the disk that a read touches. */
interface Wanted {
  readonly block: number;
  readonly content: LeafBlock;
}

interface WantedChunk {
  readonly chunk: LeafChunk;
  readonly blocks: Wanted[];
}

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
      throw invalid("Offset and length of a read are whole numbers from zero.");
    }
    if (offset + length > this.size) throw invalid("The read reaches beyond the end of the disk.");
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
    const wanted = await this.wanted(offset, out.length, signal);
    const chunks = [...wanted.values()].map(({ chunk }) => chunk);
    await this.parts.chunks.openEach(chunks, signal, {
      keep: (chunk) => (wanted.get(chunkKey(chunk))?.blocks.length ?? 0) < chunk.blocks,
      use: (chunk, opened) => {
        for (const { block, content } of wanted.get(chunkKey(chunk))?.blocks ?? []) {
          checkBlock(content, opened);
          const from = content.position * BLOCK_BYTES;
          copyOverlap(opened.plain.subarray(from, from + BLOCK_BYTES), block * BLOCK_BYTES, { out, offset });
        }
      },
    });
  }

  /** The chunks that a range touches, with the blocks that are wanted of each. */
  private async wanted(
    offset: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Map<string, WantedChunk>> {
    const wanted = new Map<string, WantedChunk>();
    if (this.root === null) return wanted;
    const [first, end] = [Math.floor(offset / BLOCK_BYTES), Math.ceil((offset + length) / BLOCK_BYTES)];
    const range = { from: Math.floor(first / BLOCKS_PER_WINDOW), to: Math.ceil(end / BLOCKS_PER_WINDOW) };
    const leaves = this.parts.nodes.leaves({ place: this.root, first: 0 }, range, signal);
    for await (const { window, leaf } of leaves) {
      for (const [i, content] of leaf.blocks.entries()) {
        const block = window * BLOCKS_PER_WINDOW + i;
        if (content === null || block < first || block >= end) continue;
        const known = wanted.get(chunkKey(content.chunk));
        if (known !== undefined) known.blocks.push({ block, content });
        else wanted.set(chunkKey(content.chunk), { chunk: content.chunk, blocks: [{ block, content }] });
      }
    }
    return wanted;
  }
}

/** Copies the part of a block at `at` on the disk that lies in `target`, whose first byte is at `target.offset`. */
function copyOverlap(
  block: Buffer,
  at: number,
  target: { readonly out: Buffer; readonly offset: number },
): void {
  const from = Math.max(0, target.offset - at);
  const to = Math.min(block.length, target.offset + target.out.length - at);
  if (to > from) block.copy(target.out, at + from - target.offset, from, to);
}
