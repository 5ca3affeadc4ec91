/** Writes a disk of a recovery point to a file, without its zeros, or to a stream. */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type Extent, encodeVhdFooter, forEachConcurrent, isDamage, mapConcurrent } from "@kluis/domain/core";
import {
  type ByteRange,
  type DiskReader,
  MAX_READ_BYTES,
  type ManifestDisk,
  type ReadBatch,
  readBatches,
  readSkipping,
  requireRootDigest,
  type Skipped,
  targetFile,
  type Vault,
} from "@kluis/vault";
import { UsageError } from "../failure.ts";
import { isSystemError, writeFailure } from "../file-errors.ts";
import { EarlyFlush } from "./early-flush.ts";
import type { ReadPoint } from "./points.ts";
import { qcow2Bytes } from "./qcow2.ts";

export const restoreFormats = ["raw", "vhd", "qcow2"] as const;
export type RestoreFormat = (typeof restoreFormats)[number];

export interface RestoreRequest {
  readonly vault: Pick<Vault, "openDisk" | "rootDigest">;
  readonly point: Pick<ReadPoint, "pointId"> & { readonly manifest: Pick<ReadPoint["manifest"], "times"> };
  readonly disk: ManifestDisk;
  readonly format: RestoreFormat;
  readonly signal: AbortSignal;
  /** Gets the ranges that cannot be read: they are restored as zeros. Without it, damage ends the restore. Not for streams. */
  readonly skipped?: Skipped;
  /** Called with the position on the disk. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Pieces that are read, opened and written at the same time. */
const PIECES = 8;
const ZEROS = Buffer.alloc(1024 * 1024);

/**
 * Writes the disk beside `file` and gives it its name when it is complete and durable; zeros become holes.
 * @throws KluisError VAULT_DATA_DAMAGED when the map is not the manifest's; UsageError when the file exists and `force` is false, or cannot be written; LocalError DISK_FULL; KluisError VAULT_*
 */
export async function restoreToFile(
  request: RestoreRequest,
  { file, force }: { readonly file: string; readonly force: boolean },
): Promise<{ readonly dataBytes: number }> {
  const target = path.resolve(file);
  if (!force) await refuseExisting(target);
  const part = `${target}.part`;
  try {
    const handle = await open(part, "w", 0o600);
    try {
      const dataBytes = await writeDisk({ file: part, handle }, request);
      await handle.sync();
      await handle.close();
      await rename(part, target);
      return { dataBytes };
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(part, { force: true });
    throw writeFailure(file, error);
  }
}

async function refuseExisting(file: string): Promise<void> {
  try {
    await using handle = await open(file, "r");
    await handle.stat();
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return;
    throw writeFailure(file, error);
  }
  throw new UsageError(`${file} already exists.`, "Choose another name, or use --force to replace it.");
}

/** Every block is compared with the map when it is read; this compares the map with the manifest. */
function openChecked({ vault, point, disk }: RestoreRequest): DiskReader {
  requireRootDigest(vault, point.pointId, disk);
  return vault.openDisk(disk.root, disk.diskBytes);
}

async function writeDisk(
  { file, handle }: { readonly file: string; readonly handle: FileHandle },
  request: RestoreRequest,
): Promise<number> {
  const { disk, signal, format } = request;
  const reader = openChecked(request);
  if (format === "qcow2") return writeQcow2(handle, reader, request);
  const target = targetFile(file, (bytes, position) => writeAll(handle, bytes, position));
  await handle.truncate(disk.diskBytes);
  let dataBytes = 0;
  const flush = new EarlyFlush(handle);
  const write = async ({ ranges, bytes }: ReadBatch) => {
    try {
      await reader.writeRanges(target, ranges, signal);
    } catch (error) {
      const { skipped } = request;
      if (skipped === undefined || !isDamage(error)) throw error;
      for (const range of ranges) {
        const buffer = Buffer.alloc(range.length);
        await readSkipping(reader, { ranges: [range], buffer, skipped }, signal);
        await writeAll(handle, buffer, range.offset);
      }
    }
    dataBytes += bytes;
    flush.wrote(bytes);
    const last = ranges.at(-1);
    if (last !== undefined) request.onProgress({ done: last.offset + last.length, total: disk.diskBytes });
  };
  await forEachConcurrent(
    readBatches(reader.extents(signal, request.skipped?.onDamaged)),
    { limit: PIECES, signal },
    write,
  );
  await flush.finish();
  const footer = footerOf(request);
  if (footer.length > 0) await writeAll(handle, footer, disk.diskBytes);
  return dataBytes;
}

/** Returns the bytes of the image: it has no holes. */
async function writeQcow2(handle: FileHandle, reader: DiskReader, request: RestoreRequest): Promise<number> {
  let position = 0;
  for await (const bytes of qcow2Bytes(reader, request)) {
    await writeAll(handle, bytes, position);
    position += bytes.length;
  }
  return position;
}

async function* pieces(extents: AsyncIterable<Extent>): AsyncGenerator<ByteRange> {
  for await (const { offset, length } of extents) {
    for (let at = 0; at < length; at += MAX_READ_BYTES)
      yield { offset: offset + at, length: Math.min(MAX_READ_BYTES, length - at) };
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** Writes every byte of the disk, zeros included, in order; of a qcow2 image only the data. */
export async function restoreToStream(
  request: RestoreRequest,
  stream: NodeJS.WritableStream,
): Promise<{ readonly dataBytes: number }> {
  const { signal, format } = request;
  const reader = openChecked(request);
  const counted = { dataBytes: 0 };
  await pipeline(
    async function* () {
      if (format === "qcow2") {
        yield* qcow2Bytes(reader, request);
        return;
      }
      yield* bytesInOrder(reader, request, counted);
      yield footerOf(request);
    },
    stream,
    { signal, end: false },
  );
  return counted;
}

async function* bytesInOrder(
  reader: DiskReader,
  { signal, onProgress }: RestoreRequest,
  counted: { dataBytes: number },
): AsyncGenerator<Uint8Array> {
  let position = 0;
  const read = async ({ offset, length }: ByteRange) => ({
    offset,
    bytes: await reader.read(offset, length, signal),
  });
  const ordered = mapConcurrent(pieces(reader.extents(signal)), { limit: PIECES, signal }, read);
  for await (const { offset, bytes } of ordered) {
    yield* zeros(offset - position);
    yield bytes;
    position = offset + bytes.length;
    counted.dataBytes += bytes.length;
    onProgress({ done: position, total: reader.size });
  }
  yield* zeros(reader.size - position);
}

function* zeros(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= ZEROS.length)
    yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}

/** Nothing for a raw image. The id comes from the content, so that the same disk always gives the same file. */
function footerOf({ disk, point, format }: RestoreRequest): Uint8Array {
  if (format !== "vhd") return new Uint8Array();
  if (disk.diskBytes % 512 !== 0)
    throw new UsageError("The disk is not a whole number of sectors, as a VHD must be.", "Use --format raw.");
  return encodeVhdFooter({
    diskBytes: disk.diskBytes,
    createdAt: new Date(point.manifest.times.takenAt),
    uniqueId: Buffer.from(disk.rootDigest, "hex").subarray(0, 16),
  });
}
