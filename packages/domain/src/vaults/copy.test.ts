import { expect, test } from "vitest";
import { copiedUntil, copyKeptSince, hoursBehind, isCopyLate } from "./copy.ts";

const now = new Date("2026-05-10T12:00:00Z");
const at = (text: string) => new Date(text);

test("points are copied as they come, or once a day at a local time", () => {
  expect(copiedUntil({ daily: null }, now)).toEqual(now);
  const daily = (time: string) => ({ daily: { at: time, timeZone: "Europe/Amsterdam" } });
  expect(copiedUntil(daily("14:00"), now)).toEqual(at("2026-05-10T12:00:00Z"));
  expect(copiedUntil(daily("14:01"), now)).toEqual(at("2026-05-09T12:01:00Z"));
});

test("a copy stays for its days after the point is gone", () => {
  expect(copyKeptSince({ keepDays: 0 }, now)).toEqual(now);
  expect(copyKeptSince({ keepDays: 3 }, now)).toEqual(at("2026-05-07T12:00:00Z"));
});

test("copies are late when a point waits for the hours that are allowed", () => {
  const lag = { points: 2, since: at("2026-05-10T06:30:00Z") };
  expect(hoursBehind(lag, now)).toBe(5);
  expect(isCopyLate({ lagHours: 5 }, lag, now)).toBe(true);
  expect(isCopyLate({ lagHours: 6 }, lag, now)).toBe(false);
  expect(isCopyLate({ lagHours: null }, lag, now)).toBe(false);
  expect(hoursBehind({ points: 0, since: null }, now)).toBe(0);
  expect(isCopyLate({ lagHours: 1 }, { points: 0, since: null }, now)).toBe(false);
});
