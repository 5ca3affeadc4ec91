import fc from "fast-check";
import { expect, test } from "vitest";
import { formatBytes, parseBytes, safeBytes } from "./bytes.ts";
import { uuidv7, uuidv7Time } from "./ids.ts";

test("the example of RFC 9562, appendix A.6", () => {
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(uuidv7(new Date(0x017f22e279b0), random)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("ids contain their time and sort by it", () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(time, time, random, (a, b, bytes) => {
      fc.pre(a <= 8.64e15 && b <= 8.64e15 && a !== b);
      const [first, second] = [uuidv7(new Date(a), bytes), uuidv7(new Date(b), bytes)];
      expect(uuidv7Time(first)?.getTime()).toBe(a);
      expect(first < second).toBe(a < b);
    }),
  );
  expect(uuidv7Time("not an id")).toBeNull();
});

test("formats bytes in binary units", () => {
  expect([0, 512, 1024, 1536, 64 * 2 ** 30, 2 ** 50, 1_048_575].map(formatBytes)).toEqual([
    "0 B",
    "512 B",
    "1 KiB",
    "1.5 KiB",
    "64 GiB",
    "1 PiB",
    "1 MiB",
  ]);
  expect(() => formatBytes(-1)).toThrow(RangeError);
  expect(["64 GiB", "1.5k", "4096", "10G", "", "x", "1.3 B", "9999999 PiB"].map(parseBytes)).toEqual([
    64 * 2 ** 30,
    1536,
    4096,
    10 * 2 ** 30,
    null,
    null,
    null,
    null,
  ]);
  expect(safeBytes(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => safeBytes(2n ** 53n)).toThrow(RangeError);
  expect(() => safeBytes(-1n)).toThrow(RangeError);
});

test("formatted bytes parse back within their precision", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      const back = parseBytes(formatBytes(bytes)) ?? bytes;
      expect(Math.abs(back - bytes)).toBeLessThanOrEqual(Math.max(1, bytes * 0.006));
    }),
  );
});
