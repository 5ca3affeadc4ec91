import { expect, test } from "vitest";
import { sharesProblems } from "#features/settings/keys/shares-form.ts";

test("shares: 2 to 16, and not more needed than there are", () => {
  expect(sharesProblems({ count: "3", threshold: "2" })).toEqual([]);
  expect(sharesProblems({ count: "16", threshold: "16" })).toEqual([]);
  expect(sharesProblems({ count: "3", threshold: "5" })).toEqual(["threshold"]);
  expect(sharesProblems({ count: "17", threshold: "2" })).toEqual(["count"]);
  expect(sharesProblems({ count: "2.5", threshold: "1" })).toEqual(["count", "threshold"]);
  expect(sharesProblems({ count: "", threshold: "" })).toEqual(["count", "threshold"]);
});
