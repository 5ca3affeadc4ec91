/** Restores what can be read of a damaged disk, and lists what cannot: the user requests it, and never gets wrong bytes. */
import { writeFile } from "node:fs/promises";
import { findingOf, isDamage } from "@kluis/domain/core";
import { BLOCK_BYTES, type ByteRange, type DiskReader } from "@kluis/vault";

/** Ranges that were not restored; the file has zeros there. */
export interface SkippedRange extends ByteRange {
  /** Object of the vault that is damaged or missing. */
  readonly object: string;
}

/** Reads ranges into a buffer. Blocks that are damaged stay zeros, and are added to `skipped`. */
export async function readSkipping(
  reader: DiskReader,
  { ranges, buffer, skipped }: { ranges: readonly ByteRange[]; buffer: Buffer; skipped: SkippedRange[] },
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  for (const { offset, length } of ranges) {
    for (let done = 0; done < length; done += BLOCK_BYTES) {
      const bytes = Math.min(BLOCK_BYTES, length - done);
      const target = buffer.subarray(at + done, at + done + bytes);
      const object = await damageOf(() => reader.readInto(target, offset + done, signal));
      if (object === null) continue;
      target.fill(0);
      add(skipped, { offset: offset + done, length: bytes, object });
    }
    at += length;
  }
}

/** Reads a range. With `skipped`, blocks that are damaged are zeros, and are added to it. */
export async function readOrSkip(
  reader: DiskReader,
  { offset, length }: ByteRange,
  { skipped, signal }: { readonly skipped: SkippedRange[] | undefined; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  try {
    return await reader.read(offset, length, signal);
  } catch (error) {
    if (skipped === undefined || !isDamage(error)) throw error;
    const buffer = Buffer.alloc(length);
    await readSkipping(reader, { ranges: [{ offset, length }], buffer, skipped }, signal);
    return buffer;
  }
}

/** The object that is damaged; null when the work was done. @throws every other error */
async function damageOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return findingOf(error)?.object ?? "unknown";
  }
}

function add(skipped: SkippedRange[], range: SkippedRange): void {
  const last = skipped.at(-1);
  if (last !== undefined && last.offset + last.length === range.offset && last.object === range.object)
    skipped[skipped.length - 1] = { ...last, length: last.length + range.length };
  else skipped.push(range);
}

/** The list beside the restored file: `FILE.missing.json`. */
export async function writeMissing(file: string, skipped: readonly SkippedRange[]): Promise<string> {
  const list = `${file}.missing.json`;
  const sorted = skipped.toSorted((a, b) => a.offset - b.offset);
  await writeFile(list, `${JSON.stringify({ missing: sorted }, null, 1)}\n`, { mode: 0o600 });
  return list;
}
