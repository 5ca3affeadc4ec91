import fc from "fast-check";
import { expect, test } from "vitest";
import { type TransferWindow, transferWindowSchema } from "../policies/policy.ts";
import {
  deadlineForOrder,
  deadlineInWindow,
  endOfWork,
  isWindowOpen,
  nextOpening,
  openSpans,
  type ZonedWindow,
} from "./transfer-window.ts";

const zoned = (window: TransferWindow, timeZone = "Europe/Amsterdam"): ZonedWindow => ({ window, timeZone });
const night: TransferWindow = { from: "22:00", to: "06:00" };
const at = (text: string): Date => new Date(text);
const spansOf = (which: ZonedWindow, from: string, through: string): string[] =>
  openSpans(which, at(from), at(through)).map(
    ({ start, end }) =>
      `${new Date(start).toISOString().slice(5, 16)} ${new Date(end).toISOString().slice(5, 16)}`,
  );

test("a window that crosses midnight belongs to the day on which it opens", () => {
  // 5 June 2026 is a Friday.
  const weekdays = zoned({ days: [1, 2, 3, 4, 5], ...night });
  expect(isWindowOpen(weekdays, at("2026-06-05T21:00Z"))).toBe(true);
  expect(isWindowOpen(weekdays, at("2026-06-06T03:59Z"))).toBe(true);
  expect(isWindowOpen(weekdays, at("2026-06-06T04:00Z"))).toBe(false);
  expect(isWindowOpen(weekdays, at("2026-06-06T21:00Z"))).toBe(false);
  expect(nextOpening(weekdays, at("2026-06-06T04:00Z"))).toEqual(at("2026-06-08T20:00Z"));
});

test("the night of a daylight-saving change is one hour shorter or longer", () => {
  expect(spansOf(zoned(night), "2026-03-28T12:00Z", "2026-03-29T12:00Z")).toEqual([
    "03-28T21:00 03-29T04:00",
  ]);
  expect(spansOf(zoned(night), "2026-10-24T12:00Z", "2026-10-25T12:00Z")).toEqual([
    "10-24T20:00 10-25T05:00",
  ]);
});

test("a time that a change skips opens or closes the window at the change; one that occurs twice counts the first time", () => {
  expect(spansOf(zoned({ from: "02:30", to: "04:00" }), "2026-03-29T00:00Z", "2026-03-29T12:00Z")).toEqual([
    "03-29T01:00 03-29T02:00",
  ]);
  expect(spansOf(zoned({ from: "01:00", to: "02:30" }), "2026-03-29T00:00Z", "2026-03-29T12:00Z")).toEqual([
    "03-29T00:00 03-29T01:00",
  ]);
  // Both ends are skipped: the window does not open on this day.
  expect(spansOf(zoned({ from: "02:10", to: "02:50" }), "2026-03-29T00:00Z", "2026-03-29T12:00Z")).toEqual(
    [],
  );
  expect(spansOf(zoned({ from: "01:00", to: "02:30" }), "2026-10-24T22:30Z", "2026-10-25T12:00Z")).toEqual([
    "10-24T23:00 10-25T00:30",
  ]);
});

test("the same time twice is a whole day, and whole days in a row are one span", () => {
  const weekend = zoned({ days: [6, 7], from: "00:00", to: "00:00" });
  expect(spansOf(weekend, "2026-06-03T00:00Z", "2026-06-09T00:00Z")).toEqual(["06-05T22:00 06-07T22:00"]);
  const always = zoned({ from: "00:00", to: "00:00" });
  expect(openSpans(always, at("2026-03-20T00:00Z"), at("2026-04-05T00:00Z"))).toHaveLength(1);
});

test("the deadline that counts is the last instant of the window before it", () => {
  const deadline = at("2026-06-06T10:00Z");
  const from = at("2026-06-05T18:00Z");
  expect(deadlineInWindow(null, from, deadline)).toEqual(deadline);
  expect(deadlineInWindow(zoned(night), from, deadline)).toEqual(at("2026-06-06T04:00Z"));
  expect(deadlineInWindow(zoned(night), from, at("2026-06-06T02:00Z"))).toEqual(at("2026-06-06T02:00Z"));
  expect(deadlineInWindow(zoned({ days: [1], ...night }), from, deadline)).toBeNull();
});

test("the deadline for the order leaves out the time in which the window is closed", () => {
  const spans = [
    { start: 100, end: 200 },
    { start: 300, end: 400 },
  ];
  expect(deadlineForOrder(null, 0, 350)).toBe(350);
  expect(deadlineForOrder(spans, 150, 350)).toBe(250);
  expect(deadlineForOrder(spans, 160, 350)).toBe(250);
  expect(deadlineForOrder(spans, 150, 1_000)).toBe(300);
  expect(deadlineForOrder(spans, 150, 120)).toBe(120);
});

test("work pauses while the window is closed", () => {
  const spans = [
    { start: 100, end: 200 },
    { start: 300, end: 400 },
  ];
  expect(endOfWork(spans, 0, 50)).toBe(150);
  expect(endOfWork(spans, 150, 100)).toBe(350);
  expect(endOfWork(spans, 150, 151)).toBeNull();
  expect(endOfWork(null, 150, 151)).toBe(301);
});

test("a window refuses unknown fields, no days and wrong times", () => {
  expect(transferWindowSchema.safeParse({ from: "22:00", to: "06:00" }).success).toBe(true);
  expect(transferWindowSchema.safeParse({ days: [], from: "22:00", to: "06:00" }).success).toBe(false);
  expect(transferWindowSchema.safeParse({ days: [0], from: "22:00", to: "06:00" }).success).toBe(false);
  expect(transferWindowSchema.safeParse({ from: "24:00", to: "06:00" }).success).toBe(false);
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hours, minutes]) => `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`);
const anyWindow = fc.record({
  window: fc.record({
    days: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), { nil: undefined }),
    from: time,
    to: time,
  }),
  timeZone: fc.constantFrom(
    "UTC",
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
  ),
});
const anyInstant = fc
  .integer({ min: Date.parse("2026-01-01T00:00Z"), max: Date.parse("2027-01-01T00:00Z") })
  .map((ms) => new Date(ms));

test("open means inside of a span, spans do not touch, and the next opening is open", () => {
  fc.assert(
    fc.property(anyWindow, anyInstant, (which, instant) => {
      const spans = openSpans(which, instant, new Date(instant.getTime() + 14 * 86_400_000));
      for (const [index, { start, end }] of spans.entries()) {
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThan(spans[index - 1]?.end ?? Number.NEGATIVE_INFINITY);
      }
      const next = nextOpening(which, instant);
      if (next === null) return;
      expect(isWindowOpen(which, next)).toBe(true);
      expect(next.getTime()).toBeGreaterThanOrEqual(instant.getTime());
      expect(next.getTime() === instant.getTime()).toBe(isWindowOpen(which, instant));
    }),
    { numRuns: 150 },
  );
});
