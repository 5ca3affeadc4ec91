/** Sizes of captured disks. A disk can grow between the last look at it and its snapshot. Pure. */
import type { Json } from "@kluis/azure";
import type { SnapshotDisk } from "../../../job/snapshot-source.ts";
import type { MemoryDisk } from "../memory.ts";

const GIB = 1024 ** 3;

/** The size of a captured disk that had `bytes` at the last look. Azure names some sizes in GiB only, rounded. */
export function capturedBytes(captured: Pick<SnapshotDisk, "sizeBytes" | "sizeGb">, bytes: number): number {
  const { sizeBytes, sizeGb } = captured;
  if (sizeBytes !== null) return sizeBytes;
  if (sizeGb === null || Math.abs(sizeGb * GIB - bytes) < GIB) return bytes;
  return sizeGb * GIB;
}

/** The disk with the size that its snapshot has; the same disk when it has not changed. */
export function withBytes(disk: MemoryDisk, bytes: number): MemoryDisk {
  if (disk.bytes === bytes) return disk;
  const configuration: Record<string, Json> = { ...disk.configuration, sizeBytes: bytes };
  return { ...disk, bytes, configuration };
}
