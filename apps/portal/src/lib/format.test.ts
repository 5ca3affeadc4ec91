import { describe, expect, it } from "vitest";
import {
  formatAbsolute,
  formatBytes,
  formatBytesExact,
  formatDuration,
  formatRate,
  formatRelative,
  humanise,
  percentOf,
} from "#lib/format.ts";

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1,023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [10 * 1024 ** 2, "10 MiB"],
    [1024 ** 2 - 1, "1 MiB"],
    [4 * 1024 ** 4, "4 TiB"],
    [Number.MAX_SAFE_INTEGER, "8 PiB"],
    [-2048, "-2 KiB"],
  ])("writes %d as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("uses the locale's separators", () => {
    expect(formatBytes(1536, "nl")).toBe("1,5 KiB");
  });

  it("keeps the exact number for titles", () => {
    expect(formatBytesExact(1_048_576)).toBe("1,048,576 bytes");
    expect(formatBytesExact(1)).toBe("1 byte");
  });
});

describe("formatRate", () => {
  it("is bytes per second", () => {
    expect(formatRate(10 * 1024 ** 2, 2000)).toBe("5 MiB/s");
  });
  it("says nothing instead of zero", () => {
    expect(formatRate(0, 1000)).toBeNull();
    expect(formatRate(10, 0)).toBeNull();
  });
});

describe("formatDuration", () => {
  it.each([
    [-5, "0 ms"],
    [850, "850 ms"],
    [42_000, "42 s"],
    [59_600, "1 min"],
    [185_000, "3 min 5 s"],
    [7_800_000, "2 h 10 min"],
    [3_600_000, "1 h"],
    [356_400_000, "4 d 3 h"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("formatRelative", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:40Z", "just now"],
    ["2026-11-22T12:00:15Z", "just now"],
    ["2026-11-22T12:00:30Z", "in under a minute"],
    ["2026-11-22T11:57:00Z", "3 minutes ago"],
    ["2026-11-22T14:00:00Z", "in 2 hours"],
    ["2026-11-21T12:00:00Z", "yesterday"],
    ["2025-11-22T12:00:00Z", "last year"],
  ])("says %s as %s", (at, text) => {
    expect(formatRelative(new Date(at), now)).toBe(text);
  });
});

describe("formatAbsolute", () => {
  it("always names the zone", () => {
    const at = new Date("2026-11-22T20:05:00Z");
    expect(formatAbsolute(at, { timeZone: "Europe/Amsterdam" })).toBe("22 Nov 2026, 21:05 CET");
    expect(formatAbsolute(at, { timeZone: "UTC", seconds: true })).toBe("22 Nov 2026, 20:05:00 UTC");
  });
});

describe("percentOf", () => {
  it("is never 100 before all is done, and stays within its bounds", () => {
    expect(percentOf(999, 1000)).toBe(99);
    expect(percentOf(1000, 1000)).toBe(100);
    expect(percentOf(1100, 1000)).toBe(100);
    expect(percentOf(-1, 1000)).toBe(0);
    expect(percentOf(1, 0)).toBe(0);
  });
});

describe("humanise", () => {
  it("turns instants into what people read, and leaves ids alone", () => {
    expect(humanise("Kept until 2026-11-24T21:47:31.446Z.", { timeZone: "UTC" })).toBe(
      "Kept until 24 Nov 2026, 21:47 UTC.",
    );
    expect(humanise("Recovery point 01a2053a-85ca-7b83-a70c-defca6630bf3 created")).toContain(
      "01a2053a-85ca",
    );
    expect(humanise("4 segments to go.")).toBe("4 segments to go.");
  });
});
