/** Unfinished objects of a folder store. */
import { opendir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Unfinished objects have this suffix and a leading dot; no reader sees them. */
export const UNFINISHED = /^\..*\.part$/;

/** No write of one object takes as long. */
const OLD_MS = 24 * 3_600_000;
/** Entries of a folder that one call looks at: the next writer looks again. */
const MOST_ENTRIES = 100_000;
const MOST_REMOVED = 1_000;

/**
 * Removes what killed writers left beside a file that was written just now. Compares the file system's own times, which may differ
 * from this machine's clock. Only tidies: what it cannot read or remove stays.
 */
export async function removeOldParts(written: string): Promise<void> {
  try {
    const now = (await stat(written)).mtimeMs;
    const folder = dirname(written);
    let seen = 0;
    let removed = 0;
    for await (const { name } of await opendir(folder)) {
      seen += 1;
      if (seen > MOST_ENTRIES || removed >= MOST_REMOVED) return;
      if (!UNFINISHED.test(name)) continue;
      const path = join(folder, name);
      if (now - (await stat(path)).mtimeMs < OLD_MS) continue;
      await unlink(path);
      removed += 1;
    }
  } catch {
    // Another writer may have removed the same file.
  }
}
