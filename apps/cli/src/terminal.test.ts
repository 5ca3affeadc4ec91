import { describe, expect, test } from "vitest";
import { durationOf, minuteOf, secondOf } from "./format.ts";
import { progressText } from "./terminal.ts";

describe("progress", () => {
  test("a bar, a share, amounts and a rate", () => {
    const mib = 2 ** 20;
    const text = progressText({
      label: "download",
      done: 50 * mib,
      total: 100 * mib,
      bytesPerSecond: 10 * mib,
    });
    expect(text).toBe(`download [${"█".repeat(14)}${"░".repeat(14)}]  50 %  50 MiB of 100 MiB  10 MiB/s`);
  });

  test("nothing planned is no share, and more than planned is all of it", () => {
    expect(progressText({ label: "x", done: 0, total: 0, bytesPerSecond: null })).toContain("  0 %");
    expect(progressText({ label: "x", done: 11, total: 10, bytesPerSecond: null })).toContain("100 %");
  });
});

describe("times", () => {
  test("are UTC and say how long", () => {
    expect(minuteOf("2026-11-22T01:02:03.004Z")).toBe("2026-11-22 01:02");
    expect(minuteOf(null)).toBe("–");
    expect(secondOf("2026-11-22T01:02:03.004Z")).toBe("2026-11-22 01:02:03 UTC");
    const now = new Date("2026-11-22T03:04:05Z");
    expect(durationOf("2026-11-22T01:02:03Z", null, now)).toBe("2 h 2 min");
    expect(durationOf("2026-11-22T03:02:03Z", "2026-11-22T03:03:05Z", now)).toBe("1 min 2 s");
    expect(durationOf("2026-11-22T03:04:03Z", null, now)).toBe("2 s");
    expect(durationOf(null, null, now)).toBe("–");
  });
});
