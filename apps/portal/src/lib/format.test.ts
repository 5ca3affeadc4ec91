import { describe, expect, it } from "vitest";
import { createFormat, percentOf } from "#lib/format.ts";

const en = createFormat("en");
const nl = createFormat("nl");

describe("bytes", () => {
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
  ])("formats %d as %s", (bytes, text) => {
    expect(en.bytes(bytes)).toBe(text);
  });

  it("use the separators of the language", () => {
    expect([nl.bytes(1536), nl.number(1_048_576)]).toEqual(["1,5 KiB", "1.048.576"]);
  });

  it("are exact in titles", () => {
    expect([en.bytesExact(1_048_576), en.bytesExact(1)]).toEqual(["1,048,576 bytes", "1 byte"]);
  });
});

describe("rate", () => {
  it("is in bytes per second", () => {
    expect(en.rate(10 * 1024 ** 2, 2000)).toBe("5 MiB/s");
  });
  it("is absent when nothing moved", () => {
    expect([en.rate(0, 1000), en.rate(10, 0)]).toEqual([null, null]);
  });
});

describe("duration", () => {
  it.each([
    [-5, "0 ms", "0 ms"],
    [850, "850 ms", "850 ms"],
    [42_000, "42 s", "42 s"],
    [59_600, "1 min", "1 min"],
    [185_000, "3 min 5 s", "3 min 5 s"],
    [7_800_000, "2 h 10 min", "2 u 10 min"],
    [3_600_000, "1 h", "1 u"],
    [356_400_000, "4 d 3 h", "4 d 3 u"],
  ])("formats %d ms as %s and %s", (ms, english, dutch) => {
    expect([en.duration(ms), nl.duration(ms)]).toEqual([english, dutch]);
  });
});

describe("relative time", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:40Z", "now", "nu"],
    ["2026-11-22T12:00:30Z", "now", "nu"],
    ["2026-11-22T11:57:00Z", "3 minutes ago", "3 minuten geleden"],
    ["2026-11-22T14:00:00Z", "in 2 hours", "over 2 uur"],
    ["2026-11-21T12:00:00Z", "yesterday", "gisteren"],
    ["2025-11-22T12:00:00Z", "last year", "vorig jaar"],
  ])("formats %s as %s and %s", (at, english, dutch) => {
    expect([en.relative(new Date(at), now), nl.relative(new Date(at), now)]).toEqual([english, dutch]);
  });
});

describe("absolute time", () => {
  it("always names the zone", () => {
    const at = new Date("2026-11-22T20:05:00Z");
    expect(en.absolute(at, { timeZone: "Europe/Amsterdam" })).toBe("22 Nov 2026, 21:05 CET");
    expect(en.absolute(at, { timeZone: "UTC", seconds: true })).toBe("22 Nov 2026, 20:05:00 UTC");
    expect(nl.absolute(at, { timeZone: "Europe/Amsterdam" })).toBe("22 nov 2026, 21:05 CET");
  });
  it("formats a day of the calendar in no zone", () => {
    expect([en.day("2026-11-22"), nl.day("2026-11-22")]).toEqual(["22 Nov", "22 nov"]);
  });
});

describe("lists", () => {
  it("use the words of the language", () => {
    expect([en.list(["a", "b", "c"]), nl.list(["a", "b", "c"])]).toEqual(["a, b and c", "a, b en c"]);
    expect(nl.list(["a", "b"], "disjunction")).toBe("a of b");
  });
});

describe("percentOf", () => {
  it("reaches 100 only when all is done, and stays within its bounds", () => {
    expect(percentOf(999, 1000)).toBe(99);
    expect(percentOf(1000, 1000)).toBe(100);
    expect(percentOf(1100, 1000)).toBe(100);
    expect(percentOf(-1, 1000)).toBe(0);
    expect(percentOf(1, 0)).toBe(0);
  });
});

describe("instants", () => {
  it("replaces ISO instants in a text, and no ids", () => {
    expect(en.instants("Kept until 2026-11-24T21:47:31.446Z.", { timeZone: "UTC" })).toBe(
      "Kept until 24 Nov 2026, 21:47 UTC.",
    );
    const id = "Recovery point 01a2053a-85ca-7b83-a70c-defca6630bf3 created";
    expect(en.instants(id)).toBe(id);
  });
});
