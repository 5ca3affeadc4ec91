import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { vhdFooter, vhdGeometry } from "./vhd-footer.ts";

const uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

describe("VHD footer", () => {
  test("every field of the specification is where it belongs", () => {
    const bytes = 4 * 1024 ** 3;
    const footer = vhdFooter(bytes, uuid);
    expect(footer.length).toBe(512);
    expect(footer.toString("latin1", 0, 8)).toBe("conectix");
    expect(footer.readUInt32BE(8)).toBe(2);
    expect(footer.readUInt32BE(12)).toBe(0x10000);
    expect(footer.readBigUInt64BE(16)).toBe(0xffffffffffffffffn);
    expect(footer.readBigUInt64BE(40)).toBe(BigInt(bytes));
    expect(footer.readBigUInt64BE(48)).toBe(BigInt(bytes));
    expect(footer.readUInt32BE(60)).toBe(2);
    expect(footer.toString("hex", 68, 84)).toBe(uuid.replaceAll("-", ""));
    expect(footer.subarray(84).every((byte) => byte === 0)).toBe(true);
  });

  test("the checksum is the complement of the sum of all other bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 32 * 1024 * 1024 }), fc.uuid(), (mib, id) => {
        const footer = vhdFooter(mib * 1024 * 1024, id);
        const checksum = footer.readUInt32BE(64);
        footer.writeUInt32BE(0, 64);
        let sum = 0;
        for (const byte of footer) sum += byte;
        expect(checksum).toBe(0xffffffff - sum);
      }),
    );
  });

  test("geometry of known sizes", () => {
    expect(vhdGeometry(40 * 1024 * 1024)).toEqual({ cylinders: 963, heads: 5, sectorsPerTrack: 17 });
    expect(vhdGeometry(127 * 1024 ** 3)).toEqual({ cylinders: 65_278, heads: 16, sectorsPerTrack: 255 });
  });
});
