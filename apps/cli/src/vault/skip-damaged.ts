/** Reads that go around damage when the user requests it, and the list of the missing ranges. */
import { writeFile } from "node:fs/promises";
import { isDamage } from "@kluis/domain/core";
import { type ByteRange, type DiskReader, readSkipping, type Skipped, type SkippedRange } from "@kluis/vault";

/** Reads a range. With `skipped`, blocks that are damaged are zeros, and are added to it. */
export async function readOrSkip(
  reader: DiskReader,
  { offset, length }: ByteRange,
  { skipped, signal }: { readonly skipped: Skipped | undefined; readonly signal: AbortSignal },
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

/** The list beside the restored file: `FILE.missing.json`. */
export async function writeMissing(file: string, missing: readonly SkippedRange[]): Promise<string> {
  const list = `${file}.missing.json`;
  await writeFile(list, `${JSON.stringify({ missing }, null, 1)}\n`, { mode: 0o600 });
  return list;
}
