/** Disk images: raw files and fixed VHDs that are imported, written to disks and exported. */
import { type FileHandle, open } from "node:fs/promises";
import { LocalAzureError } from "../errors.ts";
import { GIB, MIB } from "../units.ts";
import { BLOCK_SIZE, isZero } from "./blocks.ts";
import type { LayerStore } from "./layers.ts";
import { type Extent, findExtents } from "./sparse-map.ts";
import { FOOTER_SIZE, footerProblem, hasCookie } from "./vhd.ts";

/** Smallest and largest managed disk, in data bytes (docs: direct upload). */
const MIN_SIZE = 20 * MIB;
const MAX_SIZE = 32 * 1024 * GIB;
const READ_SIZE = 4 * MIB;

/** An image that was recognized. */
export interface DiskImage {
  file: string;
  /** Data bytes, without the footer of a VHD. */
  size: number;
  format: "raw" | "vhd";
  extents: Extent[];
}

/**
 * Recognizes and checks an image.
 * @throws LocalAzureError `IMAGE_UNREADABLE`, `IMAGE_DAMAGED`, `IMAGE_SIZE`, `IMAGE_UNSUPPORTED`
 */
export async function openImage(file: string): Promise<DiskImage> {
  await using handle = await openFile(file);
  const stat = await handle.stat();
  if (!stat.isFile())
    throw new LocalAzureError("IMAGE_UNREADABLE", `${file} is not a file`, {
      action: "Use a raw disk image or a fixed VHD.",
    });
  const head = await readAt(handle, 0, FOOTER_SIZE);
  refuseOtherFormats(file, head);
  const tail = stat.size >= FOOTER_SIZE ? await readAt(handle, stat.size - FOOTER_SIZE, FOOTER_SIZE) : head;
  const vhd = hasCookie(tail);
  const size = vhd ? stat.size - FOOTER_SIZE : stat.size;
  if (vhd) {
    const problem = footerProblem(tail, size);
    if (problem)
      throw new LocalAzureError("IMAGE_DAMAGED", `${file}: ${problem}`, {
        action: "Create the VHD again; it may be incomplete.",
      });
  } else if (hasCookie(head)) {
    throw new LocalAzureError("IMAGE_DAMAGED", `${file} starts like a VHD but does not end with a footer`, {
      action: "Convert a dynamic VHD to a fixed VHD or a raw image.",
    });
  }
  checkSize(file, size);
  const extents =
    stat.blocks * 512 >= stat.size ? [{ offset: 0, length: size }] : await findExtents(file, stat.size);
  return { file, size, format: vhd ? "vhd" : "raw", extents: clip(extents, size) };
}

/** Copies an image into a layer that no disk uses yet. Blocks of zeros stay unallocated. */
export async function importImage(layers: LayerStore, layer: string, image: DiskImage): Promise<void> {
  await using handle = await openFile(image.file);
  const buffer = Buffer.allocUnsafe(READ_SIZE);
  for (const window of windows(image.extents)) {
    const part = buffer.subarray(0, window.length);
    await readInto(handle, part, window.offset);
    if (!isZero(part)) await layers.fill(layer, part, window.offset);
  }
  await layers.sync(layer);
}

/**
 * Makes a disk equal to an image, as a guest would: it writes only the 4 KiB blocks that differ.
 * Other writes and snapshots can happen between two blocks.
 */
export async function writeDifferences(
  layers: LayerStore,
  disk: { key: string; layer: () => string; size: number },
  image: DiskImage,
): Promise<{ writtenBytes: number; comparedBytes: number }> {
  await using handle = await openFile(image.file);
  const present = layers.dataRuns(disk.layer(), { offset: 0, end: disk.size });
  const wanted = Buffer.allocUnsafe(READ_SIZE);
  const found = Buffer.allocUnsafe(READ_SIZE);
  let writtenBytes = 0;
  let comparedBytes = 0;
  for (const window of windows(joinExtents([...image.extents, ...present]))) {
    const next = wanted.subarray(0, window.length);
    const old = found.subarray(0, window.length);
    await readInto(handle, next, window.offset);
    comparedBytes += window.length;
    await layers.withDisks([disk.key], async () => {
      await layers.read(disk.layer(), old, window.offset);
      for (const run of differingRuns(next, old)) {
        await layers.writeDisk(
          disk.key,
          next.subarray(run.offset, run.offset + run.length),
          window.offset + run.offset,
        );
        writtenBytes += run.length;
      }
    });
  }
  return { writtenBytes, comparedBytes };
}

/** Writes the content of a layer to a raw, sparse file. @throws LocalAzureError `EXPORT_FAILED` */
export async function exportImage(
  layers: LayerStore,
  source: { layer: () => string; size: number },
  to: string,
): Promise<{ sizeBytes: number; allocatedBytes: number }> {
  let handle: FileHandle;
  try {
    handle = await open(to, "w", 0o600);
  } catch (cause) {
    throw new LocalAzureError("EXPORT_FAILED", `${to} cannot be written`, {
      action: "Choose another file.",
      cause,
    });
  }
  await using file = handle;
  await file.truncate(source.size);
  let allocatedBytes = 0;
  const runs = layers.dataRuns(source.layer(), { offset: 0, end: source.size });
  for (const window of windows(runs)) {
    const bytes = Buffer.allocUnsafe(window.length);
    await layers.read(source.layer(), bytes, window.offset);
    await file.write(bytes, 0, bytes.length, window.offset);
    allocatedBytes += window.length;
  }
  await file.datasync();
  return { sizeBytes: source.size, allocatedBytes };
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (cause) {
    throw new LocalAzureError("IMAGE_UNREADABLE", `${file} cannot be read`, {
      action: "Check the path and the permissions of the file.",
      cause,
    });
  }
}

function refuseOtherFormats(file: string, head: Buffer): void {
  const start = head.toString("latin1", 0, 8);
  const other = start.startsWith("QFI\xfb")
    ? "QCOW2"
    : start === "vhdxfile"
      ? "VHDX"
      : start.startsWith("KDMV")
        ? "VMDK"
        : undefined;
  if (!other) return;
  throw new LocalAzureError("IMAGE_UNSUPPORTED", `${file} is a ${other} image`, {
    action: "Convert it first: `qemu-img convert -O raw IMAGE disk.raw`.",
  });
}

function checkSize(file: string, size: number): void {
  if (size % MIB !== 0)
    throw new LocalAzureError("IMAGE_SIZE", `${file} has ${size} bytes, which is not a whole number of MiB`, {
      action: `If the image is complete, extend it: truncate -s ${Math.ceil(size / MIB)}M FILE`,
    });
  if (size < MIN_SIZE || size > MAX_SIZE)
    throw new LocalAzureError("IMAGE_SIZE", `${file} has ${size} bytes; a disk has 20 MiB to 32 TiB`, {
      action: "Choose another image, or extend it with `truncate -s`.",
    });
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await readInto(handle, buffer, offset);
  return buffer;
}

/** Fills the buffer from a file, with zeros after its end. */
async function readInto(handle: FileHandle, target: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      target.fill(0, done);
      return;
    }
    done += bytesRead;
  }
}

function clip(extents: readonly Extent[], size: number): Extent[] {
  return extents.flatMap(({ offset, length }) => {
    const start = Math.floor(offset / BLOCK_SIZE) * BLOCK_SIZE;
    const end = Math.min(size, Math.ceil((offset + length) / BLOCK_SIZE) * BLOCK_SIZE);
    return end > start ? [{ offset: start, length: end - start }] : [];
  });
}

/** Sorts and joins extents that touch or overlap. */
export function joinExtents(extents: readonly Extent[]): Extent[] {
  const joined: Extent[] = [];
  for (const { offset, length } of [...extents].sort((a, b) => a.offset - b.offset)) {
    const last = joined.at(-1);
    if (last && offset <= last.offset + last.length)
      last.length = Math.max(last.length, offset + length - last.offset);
    else joined.push({ offset, length });
  }
  return joined;
}

/** Splits extents into aligned windows of at most 4 MiB, without overlap. */
function* windows(extents: readonly Extent[]): Generator<Extent> {
  for (const { offset, length } of joinExtents(extents)) {
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const next = Math.min(end, (Math.floor(at / READ_SIZE) + 1) * READ_SIZE);
      yield { offset: at, length: next - at };
      at = next;
    }
  }
}

/** Runs of 4 KiB blocks that differ between two buffers of the same length. */
export function differingRuns(next: Buffer, old: Buffer): Extent[] {
  const runs: Extent[] = [];
  if (next.equals(old)) return runs;
  for (let at = 0; at < next.length; at += BLOCK_SIZE) {
    if (next.compare(old, at, at + BLOCK_SIZE, at, at + BLOCK_SIZE) === 0) continue;
    const last = runs.at(-1);
    if (last && last.offset + last.length === at) last.length += BLOCK_SIZE;
    else runs.push({ offset: at, length: Math.min(BLOCK_SIZE, next.length - at) });
  }
  return runs;
}
