/** Reads what can be read of a damaged disk, and names what cannot: the user requests it, and never gets wrong bytes. */
import { findingOf, isDamage, type KluisError } from "@kluis/domain/core";
import { BLOCK_BYTES } from "../constants.ts";
import type { DiskReader, OnDamagedRange } from "../types.ts";
import type { ByteRange } from "./target-file.ts";

/** A range that could not be read; its bytes are zeros. */
export interface SkippedRange extends ByteRange {
  /** Object of the vault that is damaged or missing. */
  readonly object: string;
}

/** The ranges of a disk that were not read, and the damage that was met. */
export class Skipped {
  readonly ranges: SkippedRange[] = [];
  /** The first error of each object. */
  readonly errors = new Map<string, KluisError>();

  /** For `DiskReader.extents`: what a damaged node spans is not read at all. */
  readonly onDamaged: OnDamagedRange = (range, error) => this.add(range, error);

  add({ offset, length }: ByteRange, error: KluisError): void {
    const object = findingOf(error)?.object ?? "unknown";
    if (!this.errors.has(object)) this.errors.set(object, error);
    const last = this.ranges.at(-1);
    if (last !== undefined && last.offset + last.length === offset && last.object === object)
      this.ranges[this.ranges.length - 1] = { ...last, length: last.length + length };
    else this.ranges.push({ offset, length, object });
  }

  /** Ascending, neighbors of one object joined. */
  sorted(): SkippedRange[] {
    const joined: SkippedRange[] = [];
    for (const range of this.ranges.toSorted((a, b) => a.offset - b.offset)) {
      const last = joined.at(-1);
      if (last !== undefined && last.offset + last.length === range.offset && last.object === range.object)
        joined[joined.length - 1] = { ...last, length: last.length + range.length };
      else joined.push(range);
    }
    return joined;
  }
}

/**
 * Fills a buffer with ranges of whole blocks, one after the other. Blocks that are damaged are zeros, and are added to `skipped`.
 * @throws every error that is not damage
 */
export async function readSkipping(
  reader: Pick<DiskReader, "readInto">,
  { ranges, buffer, skipped }: { ranges: readonly ByteRange[]; buffer: Uint8Array; skipped: Skipped },
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  for (const { offset, length } of ranges) {
    for (let done = 0; done < length; ) {
      // Up to the end of the block: a range may begin within one.
      const bytes = Math.min(BLOCK_BYTES - ((offset + done) % BLOCK_BYTES), length - done);
      const target = buffer.subarray(at + done, at + done + bytes);
      try {
        await reader.readInto(target, offset + done, signal);
      } catch (error) {
        if (!isDamage(error)) throw error;
        target.fill(0);
        skipped.add({ offset: offset + done, length: bytes }, error);
      }
      done += bytes;
    }
    at += length;
  }
}
