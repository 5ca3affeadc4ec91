import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeVhdFooter, encodeVhdFooter } from "./vhd.ts";

const id = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
const createdAt = new Date("2026-11-22T01:00:00Z");

describe("fixed VHD footer", () => {
  test("has the fields of the specification at their places", () => {
    const bytes = Buffer.from(encodeVhdFooter({ diskBytes: 4 * 2 ** 30, createdAt, uniqueId: id }));
    expect(bytes.length).toBe(512);
    expect(bytes.toString("latin1", 0, 8)).toBe("conectix");
    expect(bytes.readUInt32BE(12)).toBe(0x10000);
    expect(bytes.readBigUInt64BE(16)).toBe(0xffff_ffff_ffff_ffffn);
    expect(bytes.readUInt32BE(24)).toBe((createdAt.getTime() - Date.UTC(2000, 0, 1)) / 1000);
    expect(bytes.readBigUInt64BE(40)).toBe(BigInt(4 * 2 ** 30));
    expect(bytes.readUInt32BE(60)).toBe(2);
    // 4 GiB: 8388608 sectors; 31 sectors per track do not suffice, so 63 sectors and 16 heads.
    expect([bytes.readUInt16BE(56), bytes[58], bytes[59]]).toEqual([8322, 16, 63]);
    expect(bytes.subarray(85).every((byte) => byte === 0)).toBe(true);
  });

  test("small disks keep 17 sectors per track and at least 4 heads", () => {
    const bytes = Buffer.from(encodeVhdFooter({ diskBytes: 2 ** 20, createdAt, uniqueId: id }));
    expect([bytes.readUInt16BE(56), bytes[58], bytes[59]]).toEqual([30, 4, 17]);
  });

  test("larger disks get the largest geometry", () => {
    const bytes = Buffer.from(encodeVhdFooter({ diskBytes: 32 * 2 ** 40, createdAt, uniqueId: id }));
    expect([bytes.readUInt16BE(56), bytes[58], bytes[59]]).toEqual([65535, 16, 255]);
  });

  test("parses back, and any changed byte before the reserved ones is detected", () => {
    const sectors = fc.integer({ min: 0, max: 2 ** 36 });
    fc.assert(
      fc.property(
        sectors,
        fc.integer({ min: 0, max: 84 }),
        fc.integer({ min: 1, max: 255 }),
        (count, at, by) => {
          const bytes = encodeVhdFooter({ diskBytes: count * 512, createdAt, uniqueId: id });
          expect(decodeVhdFooter(bytes)).toEqual({ diskBytes: count * 512, createdAt, uniqueId: id });
          bytes[at] = ((bytes[at] ?? 0) + by) & 255;
          expect(decodeVhdFooter(bytes)).toBeNull();
        },
      ),
    );
  });

  test("refuses sizes that are not whole sectors", () => {
    expect(() => encodeVhdFooter({ diskBytes: 513, createdAt, uniqueId: id })).toThrow(RangeError);
    expect(() => encodeVhdFooter({ diskBytes: 512, createdAt, uniqueId: id.subarray(1) })).toThrow(
      RangeError,
    );
  });
});
