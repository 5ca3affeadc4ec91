/** A disk image as a source of blocks: a raw file, sparse or not, or a block device. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import path from "node:path";
import type { BlockSource, Extent } from "@kluis/domain";
import { LocalError, UsageError } from "../failure.ts";
import { isSystemError } from "../file-errors.ts";
import { allocatedExtents } from "./extents.ts";

export interface ImageFile extends BlockSource, AsyncDisposable {
  readonly file: string;
  /** The file's name: the next backup of an image of this name starts from this one. */
  readonly name: string;
  readonly modifiedAt: Date;
  /** Ranges with data, ascending; the whole image when they cannot be listed. */
  extents(signal: AbortSignal): Promise<readonly Extent[]>;
  /** @throws LocalError CONFLICT when the image was written to since it was opened */
  mustBeUnchanged(): Promise<void>;
}

/** @throws UsageError when it cannot be read, is empty, or is neither a file nor a block device */
export async function openImage(image: string): Promise<ImageFile> {
  const file = path.resolve(image);
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "EACCES", "EPERM", "ENOTDIR", "ENXIO"))
      throw new UsageError(`${image} cannot be read.`, "Check the path and its permissions.");
    throw error;
  }
  try {
    return await opened(handle, { image, file });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function opened(
  handle: FileHandle,
  { image, file }: { readonly image: string; readonly file: string },
): Promise<ImageFile> {
  const before = await handle.stat();
  if (!before.isFile() && !before.isBlockDevice())
    throw new UsageError(`${image} is neither a file nor a block device.`);
  const size = before.isFile() ? before.size : await deviceSize(file);
  if (size === 0) throw new UsageError(`${image} is empty.`);
  return {
    file,
    name: path.basename(file),
    size,
    modifiedAt: before.mtime,
    disposable: true,
    read: async (offset, length) => {
      // Not from the shared pool: the vault frees it after use.
      const bytes = Buffer.allocUnsafeSlow(length);
      await fill(handle, bytes, { offset, file });
      return bytes;
    },
    readInto: (target, offset) => fill(handle, target, { offset, file }),
    extents: async (signal) => {
      const whole = [{ offset: 0, length: size, kind: "data" }] as const;
      // 512: the unit of st_blocks, on every system.
      if (!before.isFile() || before.blocks * 512 >= size) return whole;
      return (await allocatedExtents({ file, size, signal })) ?? whole;
    },
    mustBeUnchanged: async () => {
      const now = await handle.stat();
      if (now.mtimeMs === before.mtimeMs && now.size === before.size) return;
      throw new LocalError("CONFLICT", {
        message: `${image} was written to during the backup.`,
        action: "Back up an image that nothing writes to, such as a snapshot.",
      });
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function fill(
  handle: FileHandle,
  target: Uint8Array,
  { offset, file }: { readonly offset: number; readonly file: string },
): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
    if (bytesRead === 0)
      throw new LocalError("CONFLICT", {
        message: `${file} became shorter during the backup.`,
        action: "Back up an image that nothing writes to, such as a snapshot.",
      });
    done += bytesRead;
  }
}

/** The status of a device has no size; Linux tells it elsewhere, in units of 512 bytes. */
async function deviceSize(file: string): Promise<number> {
  try {
    return Number(await readFile(`/sys/class/block/${path.basename(file)}/size`, "utf8")) * 512;
  } catch {
    throw new UsageError(`The size of ${file} is unknown.`, "Name a block device of Linux, or a file.");
  }
}
