import { describe, expect, test } from "vitest";
import { pollPause } from "./lro.ts";

describe("the pause between polls", () => {
  test("is Azure's at first, then grows up to half a minute", () => {
    const pauses = Array.from({ length: 10 }, (_, index) => pollPause(index + 1, 4000));
    expect(pauses).toEqual([4000, 4000, 4000, 6000, 9000, 13_500, 20_250, 30_000, 30_000, 30_000]);
    expect(pollPause(1, null)).toBe(4000);
  });
  test("is never shorter than Azure names", () => {
    expect(pollPause(50, 120_000)).toBe(120_000);
  });
});
