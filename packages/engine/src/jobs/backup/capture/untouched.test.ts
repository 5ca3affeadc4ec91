import { expect, test } from "vitest";
import { judgeOwned } from "./untouched.ts";

const first = "2026-06-01T00:00:00Z";
const later = "2026-06-01T00:01:00Z";
const same = { before: first, after: first };
const silent = { before: null, after: null };

test.each([
  { name: "the same time on each disk", disks: [same, same], is: "untouched" },
  { name: "another time on one disk", disks: [same, { before: first, after: later }], is: "used" },
  { name: "a time that was not there before", disks: [{ before: null, after: later }], is: "used" },
  { name: "a time that is gone", disks: [{ before: first, after: null }], is: "used" },
  { name: "no time on one of them", disks: [silent, same], is: "untouched" },
  { name: "no time on any disk", disks: [silent, silent], is: "unknown" },
] as const)("$name: $is", ({ disks, is }) => {
  expect(judgeOwned(disks)).toBe(is);
});
