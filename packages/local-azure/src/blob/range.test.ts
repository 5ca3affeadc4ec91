import fc from "fast-check";
import { expect, test } from "vitest";
import { BlobError } from "./errors.ts";
import { pageRange, requestedRange } from "./range.ts";

const SIZE = 4096 + 512;
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof BlobError) return error.code;
    throw error;
  }
  return "accepted";
};

test("a range is inclusive and cut at the end; x-ms-range wins; no header means the whole blob", () => {
  fc.assert(
    fc.property(fc.nat(SIZE - 1), fc.nat(2 * SIZE), (start, length) => {
      const range = requestedRange({ range: `bytes=${start}-${start + length}` }, SIZE);
      expect(range).toEqual({ start, end: Math.min(start + length, SIZE - 1) });
    }),
  );
  expect(requestedRange({ range: "bytes=0-1", "x-ms-range": "bytes=512-" }, SIZE)).toEqual({
    start: 512,
    end: SIZE - 1,
  });
  expect(requestedRange({}, SIZE)).toBeUndefined();
});

test.each([
  [`bytes=${SIZE}-`, "InvalidRange"],
  ["bytes=5-4", "InvalidHeaderValue"],
  ["bytes=-5", "InvalidHeaderValue"],
  ["pages=0-511", "InvalidHeaderValue"],
  ["bytes=0-511,1024-2047", "InvalidHeaderValue"],
  ["bytes=99999999999999999999-", "InvalidHeaderValue"],
])("%s is refused with %s", (range, code) => {
  expect(codeOf(() => requestedRange({ range }, SIZE))).toBe(code);
});

test("a page write must be on the 512-byte grid inside the blob", () => {
  expect(pageRange({ "x-ms-range": `bytes=4096-${SIZE - 1}` }, SIZE)).toEqual({ start: 4096, end: SIZE - 1 });
  for (const range of ["bytes=1-512", "bytes=0-510", "bytes=0-", `bytes=4096-${SIZE + 511}`])
    expect(codeOf(() => pageRange({ range }, SIZE))).toBe("InvalidPageRange");
  expect(codeOf(() => pageRange({}, SIZE))).toBe("InvalidHeaderValue");
});
