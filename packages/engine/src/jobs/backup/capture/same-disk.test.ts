import { expect, test } from "vitest";
import { isSameDisk } from "./same-disk.ts";

test("the unique id of a captured disk is compared without case, and a missing one fits", () => {
  expect(isSameDisk("AB-1", "ab-1")).toBe(true);
  expect(isSameDisk("", "ab-1")).toBe(true);
  expect(isSameDisk("ab-2", "ab-1")).toBe(false);
});
