/** GUID partition tables (UEFI specification 2.10, chapter 5). */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** A partition in sectors of 512 bytes, both ends inclusive. */
export interface Partition {
  readonly type: string;
  readonly name: string;
  readonly firstLba: number;
  readonly lastLba: number;
}

export const partitionTypes = {
  linux: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
  biosBoot: "21686148-6449-6E6F-744E-656564454649",
  microsoftReserved: "E3C9E316-0B5C-4DB8-817D-F92DF00215AE",
  microsoftData: "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
} as const;

const SECTOR = 512;
const ENTRIES = 128;
const ENTRY_BYTES = 128;
const TABLE_SECTORS = (ENTRIES * ENTRY_BYTES) / SECTOR;

/** A GUID with its first three groups little-endian (UEFI specification 2.10, appendix A). */
function guidBytes(guid: string): Buffer {
  const raw = Buffer.from(guid.replaceAll("-", ""), "hex");
  raw.subarray(0, 4).reverse();
  raw.subarray(4, 6).reverse();
  raw.subarray(6, 8).reverse();
  return raw;
}

/** A GUID derived from a text, so that a rebuilt disk is the same. */
function namedGuid(text: string): Buffer {
  return createHash("sha256").update(text).digest().subarray(0, 16);
}

function table(diskName: string, partitions: readonly Partition[]): Buffer {
  const out = Buffer.alloc(ENTRIES * ENTRY_BYTES);
  partitions.forEach((partition, index) => {
    const entry = out.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
    guidBytes(partition.type).copy(entry, 0);
    namedGuid(`${diskName}/${index}`).copy(entry, 16);
    entry.writeBigUInt64LE(BigInt(partition.firstLba), 32);
    entry.writeBigUInt64LE(BigInt(partition.lastLba), 40);
    entry.write(partition.name, 56, "utf16le");
  });
  return out;
}

interface HeaderInput {
  readonly own: number;
  readonly other: number;
  readonly tableLba: number;
  readonly sectors: number;
  readonly diskGuid: Buffer;
  readonly tableCrc: number;
}

function header(input: HeaderInput): Buffer {
  const out = Buffer.alloc(SECTOR);
  out.write("EFI PART", 0, "latin1");
  out.writeUInt32LE(0x0001_0000, 8);
  out.writeUInt32LE(92, 12);
  out.writeBigUInt64LE(BigInt(input.own), 24);
  out.writeBigUInt64LE(BigInt(input.other), 32);
  out.writeBigUInt64LE(BigInt(2 + TABLE_SECTORS), 40);
  out.writeBigUInt64LE(BigInt(input.sectors - TABLE_SECTORS - 2), 48);
  input.diskGuid.copy(out, 56);
  out.writeBigUInt64LE(BigInt(input.tableLba), 72);
  out.writeUInt32LE(ENTRIES, 80);
  out.writeUInt32LE(ENTRY_BYTES, 84);
  out.writeUInt32LE(input.tableCrc, 88);
  out.writeUInt32LE(crc32(out.subarray(0, 92)), 16);
  return out;
}

/** A master boot record that marks the whole disk as used, for tools without GPT support. */
function protectiveMbr(sectors: number): Buffer {
  const out = Buffer.alloc(SECTOR);
  out.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  out.writeUInt32LE(1, 454);
  out.writeUInt32LE(Math.min(sectors - 1, 0xffff_ffff), 458);
  out.writeUInt16LE(0xaa55, 510);
  return out;
}

/** The bytes of the table at the start (`head`) and at the end (`tail`) of a disk. */
export function gptOf(
  disk: { readonly name: string; readonly bytes: number },
  partitions: readonly Partition[],
): { head: Buffer; tail: Buffer } {
  const sectors = disk.bytes / SECTOR;
  const entries = table(disk.name, partitions);
  const shared = { sectors, diskGuid: namedGuid(disk.name), tableCrc: crc32(entries) };
  const primary = header({ ...shared, own: 1, other: sectors - 1, tableLba: 2 });
  const backup = header({ ...shared, own: sectors - 1, other: 1, tableLba: sectors - 1 - TABLE_SECTORS });
  return {
    head: Buffer.concat([protectiveMbr(sectors), primary, entries]),
    tail: Buffer.concat([entries, backup]),
  };
}
