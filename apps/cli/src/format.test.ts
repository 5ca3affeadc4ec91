import { expect, test } from "vitest";
import { countOf, durationOf, minuteOf, timeOf } from "./format.ts";

test("times are in UTC, durations have a unit", () => {
  expect(minuteOf("2026-11-22T01:02:03.004Z")).toBe("2026-11-22 01:02");
  expect(minuteOf(null)).toBe("–");
  expect(timeOf("2026-11-22T01:02:03.004Z")).toBe("2026-11-22 01:02:03 UTC");
  const now = new Date("2026-11-22T03:04:05Z");
  expect(durationOf("2026-11-22T01:02:03Z", null, now)).toBe("2 h 2 min");
  expect(durationOf("2026-11-22T03:02:03Z", "2026-11-22T03:03:05Z", now)).toBe("1 min 2 s");
  expect(durationOf("2026-11-22T03:04:03Z", null, now)).toBe("2 s");
  expect(durationOf(null, null, now)).toBe("–");
});

test("a count and its noun agree", () => {
  expect(countOf(1, "team")).toBe("1 team");
  expect(countOf(0, "team")).toBe("0 teams");
  expect(countOf(2, "policy", "policies")).toBe("2 policies");
});
