/** Random access to a disk of a recovery point. */
import type { Extent, KluisError } from "@kluis/domain";
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, MAX_READ_BYTES, WINDOW_BYTES } from "../constants.ts";
import { invalid } from "../errors.ts";
import type { NodePlace } from "../node-ref.ts";
import type { DiskReader, OnDamagedRange } from "../types.ts";
import type { ChunkReader, WantedBlock } from "./chunk-reader.ts";
import type { NodeReader, WindowRange } from "./node-reader.ts";
import { type ByteRange, placesOf, type TargetFile } from "./target-file.ts";

export interface ReaderParts {
  readonly nodes: NodeReader;
  readonly chunks: ChunkReader;
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
    this.check(offset, length);
    const bytes = Buffer.allocUnsafeSlow(length);
    await this.readInto(bytes, offset, signal);
    return bytes;
  }

  async readInto(target: Uint8Array, offset: number, signal: AbortSignal): Promise<void> {
    const { length } = target;
    this.check(offset, length);
    const whole = Buffer.from(target.buffer, target.byteOffset, length);
    for (let done = 0; done < length; ) {
      const step = Math.min(MAX_READ_BYTES, length - done);
      await this.readStep(whole.subarray(done, done + step), offset + done, signal);
      done += step;
    }
  }

  async readRanges(target: Uint8Array, ranges: readonly ByteRange[], signal: AbortSignal): Promise<void> {
    const out = Buffer.from(target.buffer, target.byteOffset, target.length);
    const { wanted, bytes } = await this.wantedOf(ranges, signal);
    if (bytes !== target.length) throw invalid("Ranges fill a target of their length.", { length: bytes });
    clearHoles(out, wanted);
    await this.parts.chunks.openBlocks(wanted, { signal, target: out, keepPartial: true });
  }

  async writeRanges(file: TargetFile, ranges: readonly ByteRange[], signal: AbortSignal): Promise<void> {
    const { wanted } = await this.wantedOf(ranges, signal);
    const target = { file, places: placesOf(ranges) };
    await this.parts.chunks.openBlocks(wanted, { signal, target, keepPartial: true });
  }

  /** The non-zero blocks of ranges that lie next to each other in a target. */
  private async wantedOf(
    ranges: readonly ByteRange[],
    signal: AbortSignal,
  ): Promise<{ readonly wanted: readonly WantedBlock[]; readonly bytes: number }> {
    const wanted: WantedBlock[] = [];
    let start = 0;
    let reached = 0;
    for (const { offset, length } of ranges) {
      this.check(offset, length);
      this.checkBlocks(offset, length, reached);
      for (const { content, at } of await this.wanted(offset, length, signal))
        wanted.push({ content, at: start + at });
      start += length;
      reached = offset + length;
    }
    if (start > MAX_READ_BYTES) throw invalid("Ranges have at most 4 MiB together.", { length: start });
    return { wanted, bytes: start };
  }

  async *extents(signal: AbortSignal, onDamaged?: OnDamagedRange): AsyncIterable<Extent> {
    if (this.root === null) return;
    const { size } = this;
    const skip =
      onDamaged === undefined
        ? undefined
        : (windows: WindowRange, error: KluisError): void => {
            const offset = windows.from * WINDOW_BYTES;
            const length = Math.min(windows.to * WINDOW_BYTES, size) - offset;
            if (length > 0) onDamaged({ offset, length }, error);
          };
    let start = -1;
    let end = -1;
    const all = { from: 0, to: Math.ceil(this.size / WINDOW_BYTES) };
    for await (const { window, leaf } of this.parts.nodes.leaves(
      { place: this.root, first: 0, onDamaged: skip },
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

  private check(offset: number, length: number): void {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
      throw invalid("Offset and length of a read are whole numbers from zero.", { offset, length });
    }
    if (offset + length > this.size)
      throw invalid("The read reaches beyond the end of the disk.", { offset, length, diskBytes: this.size });
  }

  /** Only whole blocks can lie next to each other in a target; only the last of the disk may be short. */
  private checkBlocks(offset: number, length: number, reached: number): void {
    const isWhole = length % BLOCK_BYTES === 0 || offset + length === this.size;
    if (offset < reached || offset % BLOCK_BYTES !== 0 || !isWhole)
      throw invalid("Ranges are whole blocks, ascending.", { offset, length });
  }

  private async readStep(out: Buffer, offset: number, signal: AbortSignal): Promise<void> {
    const wanted = await this.wanted(offset, out.length, signal);
    clearHoles(out, wanted);
    await this.parts.chunks.openBlocks(wanted, { signal, target: out, keepPartial: true });
  }

  /** The non-zero blocks that a range touches, ascending. */
  private async wanted(offset: number, length: number, signal: AbortSignal): Promise<WantedBlock[]> {
    const wanted: WantedBlock[] = [];
    if (this.root === null) return wanted;
    const [first, end] = [Math.floor(offset / BLOCK_BYTES), Math.ceil((offset + length) / BLOCK_BYTES)];
    const range = { from: Math.floor(first / BLOCKS_PER_WINDOW), to: Math.ceil(end / BLOCKS_PER_WINDOW) };
    const leaves = this.parts.nodes.leaves({ place: this.root, first: 0 }, range, signal);
    for await (const { window, leaf } of leaves) {
      for (const [i, content] of leaf.blocks.entries()) {
        const block = window * BLOCKS_PER_WINDOW + i;
        if (content !== null && block >= first && block < end)
          wanted.push({ content, at: block * BLOCK_BYTES - offset });
      }
    }
    return wanted;
  }
}

/** Zeros what no block covers. `blocks` ascend. */
function clearHoles(out: Buffer, blocks: readonly WantedBlock[]): void {
  let covered = 0;
  for (const { at } of blocks) {
    if (at > covered) out.fill(0, covered, at);
    covered = at + BLOCK_BYTES;
  }
  if (covered < out.length) out.fill(0, covered);
}
