/** Sizes and partitions of the fleet's disks. */
import { type Partition, partitionTypes } from "./gpt.ts";

const MIB = 1024 * 1024;
const SECTORS_PER_MIB = MIB / 512;

export interface DiskLayout {
  readonly name: string;
  readonly diskMib: number;
  readonly fileSystem: "ext4" | "ntfs";
  readonly label: string;
  /** Start of the file system's partition. */
  readonly startMib: number;
  readonly sizeMib: number;
}

interface Wanted {
  readonly name: string;
  readonly gib: number;
  readonly fileSystem: DiskLayout["fileSystem"];
  readonly label: string;
  readonly os: boolean;
}

/** OS disks start with the partition that firmware or Windows needs; the last MiB is for GPT. */
function layout(wanted: Wanted): DiskLayout {
  const reservedMib = wanted.os ? (wanted.fileSystem === "ext4" ? 4 : 16) : 0;
  const diskMib = wanted.gib * 1024;
  const startMib = 1 + reservedMib;
  const { name, fileSystem, label } = wanted;
  return { name, diskMib, fileSystem, label, startMib, sizeMib: diskMib - startMib - 1 };
}

export const layouts: readonly DiskLayout[] = [
  layout({ name: "web-01-os", gib: 4, fileSystem: "ext4", label: "cloudimg-rootfs", os: true }),
  layout({ name: "web-01-data", gib: 4, fileSystem: "ext4", label: "shop-data", os: false }),
  layout({ name: "sql-01-os", gib: 8, fileSystem: "ntfs", label: "Windows", os: true }),
  layout({ name: "sql-01-data", gib: 4, fileSystem: "ntfs", label: "SQL Data", os: false }),
  layout({ name: "sql-01-log", gib: 2, fileSystem: "ntfs", label: "SQL Log", os: false }),
  layout({ name: "batch-01-os", gib: 2, fileSystem: "ext4", label: "cloudimg-rootfs", os: true }),
  layout({ name: "sandbox-01-os", gib: 2, fileSystem: "ext4", label: "cloudimg-rootfs", os: true }),
];

export function layoutOf(name: string): DiskLayout {
  const found = layouts.find((known) => known.name === name);
  if (!found)
    throw new Error(`There is no disk '${name}'. Known: ${layouts.map((known) => known.name).join(", ")}`);
  return found;
}

export function partitionsOf(disk: DiskLayout): Partition[] {
  const part = (type: string, name: string, range: { startMib: number; sizeMib: number }): Partition => ({
    type,
    name,
    firstLba: range.startMib * SECTORS_PER_MIB,
    lastLba: (range.startMib + range.sizeMib) * SECTORS_PER_MIB - 1,
  });
  const linux = disk.fileSystem === "ext4";
  const main = part(
    linux ? partitionTypes.linux : partitionTypes.microsoftData,
    linux ? "root" : disk.label,
    disk,
  );
  if (disk.startMib === 1) return [main];
  const first = { startMib: 1, sizeMib: disk.startMib - 1 };
  return linux
    ? [main, part(partitionTypes.biosBoot, "bios", first)]
    : [part(partitionTypes.microsoftReserved, "Microsoft reserved partition", first), main];
}
