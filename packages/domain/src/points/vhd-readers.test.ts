/** Fixed VHDs as their readers see them: qemu's rule for the size of a disk, and qemu-img itself where it is installed. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeVhdFooter } from "./vhd.ts";

const MIB = 2 ** 20;
const SECTOR = 512;
const uniqueId = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
const createdAt = new Date("2026-11-22T01:00:00Z");
const footerOf = (diskBytes: number): Buffer =>
  Buffer.from(encodeVhdFooter({ diskBytes, createdAt, uniqueId }));

/** Creators whose stored size qemu 2.6 to 9 uses, from the table in its `block/vpc.c`. Later versions trust all but two. */
const trustedCreators: readonly string[] = ["win ", "qem2", "d2v ", "tap\0", "CTXS"];
/** qemu uses the stored size of every disk with the largest geometry. */
const largestGeometry = 65_535 * 16 * 255;

function bytesForQemu(footer: Buffer): number {
  const sectors = footer.readUInt16BE(56) * footer.readUInt8(58) * footer.readUInt8(59);
  const isTrusted = trustedCreators.includes(footer.toString("latin1", 28, 32));
  return isTrusted || sectors === largestGeometry ? Number(footer.readBigUInt64BE(48)) : sectors * SECTOR;
}

describe("a reader of the VHD", () => {
  test("finds the name and version of Hyper-V as the creator", () => {
    const footer = footerOf(64 * MIB);
    expect(footer.subarray(28, 32)).toEqual(Buffer.from([0x77, 0x69, 0x6e, 0x20]));
    expect(footer.readUInt32BE(32)).toBe(0x000a_0000);
    expect(footer.toString("latin1", 36, 40)).toBe("Wi2k");
  });

  test("sees the whole disk, although the geometry of most sizes is smaller", () => {
    const sectors = fc.oneof(
      fc.integer({ min: 1, max: 2 ** 36 }),
      fc.integer({ min: 1, max: 2 ** 22 }),
      fc.integer({ min: 1, max: 32 * 2 ** 20 }).map((mib) => mib * 2048),
    );
    fc.assert(
      fc.property(sectors, (count) => {
        const footer = footerOf(count * SECTOR);
        expect(bytesForQemu(footer)).toBe(count * SECTOR);
        const inGeometry = footer.readUInt16BE(56) * footer.readUInt8(58) * footer.readUInt8(59);
        expect(inGeometry).toBeLessThanOrEqual(count);
      }),
    );
    // The size that showed it: the geometry of 64 MiB has 53,248 bytes less.
    const other = footerOf(64 * MIB).fill("klus", 28, 32);
    expect(bytesForQemu(other)).toBe(67_055_616);
  });
});

const isInstalled = spawnSync("qemu-img", ["--version"]).status === 0;
const absent = isInstalled ? "" : " (not installed on this machine, so not tested)";

describe.skipIf(!isInstalled)(`qemu-img${absent}`, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "kluis-vhd-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const oddMib = [1, 3, 37, 64, 1023, 2049].map((mib) => mib * MIB);
  test.each([...oddMib, SECTOR, 5 * MIB + 3 * SECTOR])("reads all %d bytes", (diskBytes) => {
    const vhd = join(folder, `${diskBytes}.vhd`);
    const raw = join(folder, `${diskBytes}.raw`);
    const last = Buffer.alloc(SECTOR, 0xe7);
    writeFileSync(vhd, "");
    truncateSync(vhd, diskBytes);
    const file = openSync(vhd, "r+");
    writeSync(file, last, 0, SECTOR, diskBytes - SECTOR);
    writeSync(file, footerOf(diskBytes), 0, SECTOR, diskBytes);
    closeSync(file);
    execFileSync("qemu-img", ["convert", "-f", "vpc", "-O", "raw", vhd, raw]);
    expect(statSync(raw).size).toBe(diskBytes);
    const found = Buffer.alloc(SECTOR);
    const converted = openSync(raw, "r");
    readSync(converted, found, 0, SECTOR, diskBytes - SECTOR);
    closeSync(converted);
    expect(found.equals(last)).toBe(true);
    rmSync(raw);
    rmSync(vhd);
  });
});
