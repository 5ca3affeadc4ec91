import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schedule } from "./policy.ts";
import {
  describeSchedule,
  longestGapSeconds,
  nextOccurrences,
  occurrencesBetween,
  previousOccurrence,
} from "./schedule.ts";

const daily = (timeZone: string, ...times: string[]): Schedule => ({ kind: "daily", times, timeZone });
const iso = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(0, 16));
const between = (schedule: Schedule, after: string, through: string): string[] =>
  iso(occurrencesBetween(schedule, new Date(after), new Date(through)));

test("a daily run keeps its local time through both changes in Amsterdam", () => {
  const schedule = daily("Europe/Amsterdam", "01:00");
  expect(between(schedule, "2026-03-27T12:00Z", "2026-03-31T12:00Z")).toEqual([
    "2026-03-28T00:00",
    "2026-03-29T00:00",
    "2026-03-29T23:00",
    "2026-03-30T23:00",
  ]);
  expect(between(schedule, "2026-10-24T12:00Z", "2026-10-26T12:00Z")).toEqual([
    "2026-10-24T23:00",
    "2026-10-26T00:00",
  ]);
});

test("a skipped local time runs once, at the change", () => {
  expect(between(daily("Europe/Amsterdam", "02:30"), "2026-03-28T12:00Z", "2026-03-29T12:00Z")).toEqual([
    "2026-03-29T01:00",
  ]);
  // Two skipped times and the first time after the gap are the same instant.
  expect(
    between(daily("Europe/Amsterdam", "02:15", "02:45", "03:00"), "2026-03-28T12:00Z", "2026-03-29T12:00Z"),
  ).toEqual(["2026-03-29T01:00"]);
  expect(between(daily("America/New_York", "02:30"), "2026-03-07T12:00Z", "2026-03-08T12:00Z")).toEqual([
    "2026-03-08T07:00",
  ]);
  // Lord Howe Island moves by half an hour: 02:00 becomes 02:30.
  expect(between(daily("Australia/Lord_Howe", "02:15"), "2026-10-03T00:00Z", "2026-10-04T00:00Z")).toEqual([
    "2026-10-03T15:30",
  ]);
});

test("a local time that occurs twice runs the first time only", () => {
  expect(between(daily("Europe/Amsterdam", "02:30"), "2026-10-24T12:00Z", "2026-10-25T12:00Z")).toEqual([
    "2026-10-25T00:30",
  ]);
  expect(between(daily("America/New_York", "01:30"), "2026-10-31T12:00Z", "2026-11-01T12:00Z")).toEqual([
    "2026-11-01T05:30",
  ]);
  expect(between(daily("Australia/Lord_Howe", "01:45"), "2026-04-04T00:00Z", "2026-04-05T00:00Z")).toEqual([
    "2026-04-04T14:45",
  ]);
});

test("a zone without daylight saving and with a half-hour offset", () => {
  expect(between(daily("Asia/Kolkata", "00:30", "12:00"), "2026-03-28T20:00Z", "2026-03-30T00:00Z")).toEqual([
    "2026-03-29T06:30",
    "2026-03-29T19:00",
  ]);
});

const every4: Schedule = {
  kind: "hourly",
  everyHours: 4,
  windowStart: "08:00",
  windowHours: 24,
  timeZone: "Europe/Amsterdam",
};

test("an hourly schedule continues in even steps and returns to its local start each day", () => {
  // The day on which clocks go back has 25 hours: one more run, no interval above 4 hours.
  expect(between(every4, "2026-10-24T22:30Z", "2026-10-25T12:00Z")).toEqual([
    "2026-10-25T02:00",
    "2026-10-25T06:00",
    "2026-10-25T07:00",
    "2026-10-25T11:00",
  ]);
  expect(between(every4, "2026-03-28T22:30Z", "2026-03-29T11:00Z")).toEqual([
    "2026-03-28T23:00",
    "2026-03-29T03:00",
    "2026-03-29T06:00",
    "2026-03-29T10:00",
  ]);
});

test("in a shorter window every run is before its end, also across midnight", () => {
  const night: Schedule = { ...every4, everyHours: 2, windowStart: "22:00", windowHours: 6, timeZone: "UTC" };
  expect(between(night, "2026-05-01T12:00Z", "2026-05-02T12:00Z")).toEqual([
    "2026-05-01T22:00",
    "2026-05-02T00:00",
    "2026-05-02T02:00",
  ]);
  expect(longestGapSeconds(night)).toBe(20 * 3_600);
  expect(longestGapSeconds(every4)).toBe(4 * 3_600);
  expect(longestGapSeconds(daily("UTC", "01:00"))).toBe(24 * 3_600);
  expect(longestGapSeconds(daily("UTC", "06:00", "20:00"))).toBe(14 * 3_600);
});

test("leap days and year ends are ordinary days", () => {
  expect(between(daily("UTC", "01:00"), "2028-02-28T12:00Z", "2028-03-01T12:00Z")).toEqual([
    "2028-02-29T01:00",
    "2028-03-01T01:00",
  ]);
  expect(between(daily("UTC", "00:00"), "2026-12-31T12:00Z", "2027-01-01T12:00Z")).toEqual([
    "2027-01-01T00:00",
  ]);
});

test("next and previous runs", () => {
  const schedule = daily("UTC", "01:00");
  expect(iso(nextOccurrences(schedule, new Date("2026-01-01T01:00Z"), 2))).toEqual([
    "2026-01-02T01:00",
    "2026-01-03T01:00",
  ]);
  expect(previousOccurrence(schedule, new Date("2026-01-02T01:00Z"))?.toISOString()).toBe(
    "2026-01-02T01:00:00.000Z",
  );
  expect(describeSchedule(daily("UTC", "13:00", "01:00"))).toBe("Every day at 01:00 and 13:00 (UTC)");
});

const zone = fc.constantFrom(
  "Europe/Amsterdam",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "UTC",
);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant("daily" as const),
    times: fc.array(time, { minLength: 1, maxLength: 4 }),
    timeZone: zone,
  }),
  fc.record({
    kind: fc.constant("hourly" as const),
    everyHours: fc.constantFrom(1 as const, 2 as const, 4 as const, 6 as const, 8 as const, 12 as const),
    windowStart: time,
    windowHours: fc.integer({ min: 4, max: 24 }),
    timeZone: zone,
  }),
);
const moment = fc.date({ min: new Date("2026-01-01"), max: new Date("2027-12-31"), noInvalidDate: true });

test("splitting a period anywhere gives the same runs", () => {
  fc.assert(
    fc.property(
      anySchedule,
      moment,
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 5 }),
      (schedule, from, hours) => {
        const cuts = [...hours, 400]
          .toSorted((a, b) => a - b)
          .map((hour) => new Date(from.getTime() + hour * 3_600_000));
        const whole = occurrencesBetween(schedule, from, cuts.at(-1) ?? from);
        const parts: Date[] = [];
        let after = from;
        for (const cut of cuts) {
          parts.push(...occurrencesBetween(schedule, after, cut));
          after = cut;
        }
        expect(parts).toEqual(whole);
      },
    ),
    { numRuns: 200 },
  );
});

test("runs ascend, and no interval exceeds the promise except by the hour of a change", () => {
  fc.assert(
    fc.property(anySchedule, moment, (schedule, from) => {
      const runs = occurrencesBetween(schedule, from, new Date(from.getTime() + 30 * 86_400_000));
      const wholeDay = schedule.kind === "hourly" && schedule.windowHours === 24;
      const slackMs = wholeDay ? 0 : 3_600_000;
      for (const [index, run] of runs.slice(1).entries()) {
        const gap = run.getTime() - (runs[index]?.getTime() ?? 0);
        expect(gap).toBeGreaterThan(0);
        expect(gap).toBeLessThanOrEqual(longestGapSeconds(schedule) * 1_000 + slackMs);
      }
    }),
    { numRuns: 200 },
  );
});

test("a daily run is at its local time, or at the change that skipped it", () => {
  const local = (at: Date, timeZone: string): string =>
    new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(at);
  fc.assert(
    fc.property(time, zone, moment, (at, timeZone, from) => {
      const runs = occurrencesBetween(daily(timeZone, at), from, new Date(from.getTime() + 10 * 86_400_000));
      for (const run of runs) {
        if (local(run, timeZone) === at) continue;
        // Not at its local time: then it is at the change, so the clock jumped over the local time.
        expect(local(new Date(run.getTime() - 60_000), timeZone) < at).toBe(true);
        expect(local(run, timeZone) > at).toBe(true);
      }
      expect(runs.length).toBeGreaterThanOrEqual(9);
      expect(runs.length).toBeLessThanOrEqual(11);
    }),
    { numRuns: 200 },
  );
});

const weekly = (timeZone: string, days: number[], ...times: string[]): Schedule => ({
  kind: "weekly",
  days,
  times,
  timeZone,
});

test("a weekly run keeps weekday and local time through both changes of the clocks", () => {
  const sundays = weekly("Europe/Amsterdam", [7], "02:30");
  expect(between(sundays, "2026-03-20T12:00Z", "2026-04-06T12:00Z")).toEqual([
    "2026-03-22T01:30",
    "2026-03-29T01:00", // skipped: at the change
    "2026-04-05T00:30",
  ]);
  expect(between(sundays, "2026-10-20T12:00Z", "2026-11-02T12:00Z")).toEqual([
    "2026-10-25T00:30", // the first of two
    "2026-11-01T01:30",
  ]);
});

test("weekdays are those of the schedule's zone, and leap days count", () => {
  // Monday 00:30 in Kiritimati is Sunday in UTC.
  expect(
    between(weekly("Pacific/Kiritimati", [1], "00:30"), "2026-06-06T00:00Z", "2026-06-09T00:00Z"),
  ).toEqual(["2026-06-07T10:30"]);
  expect(between(weekly("UTC", [2], "01:00"), "2028-02-28T00:00Z", "2028-03-08T00:00Z")).toEqual([
    "2028-02-29T01:00",
    "2028-03-07T01:00",
  ]);
});

test("the previous weekly run is found a whole week back, also when the clocks were set back since", () => {
  const schedule = weekly("Europe/Amsterdam", [7], "01:30");
  const runs = occurrencesBetween(schedule, new Date("2026-10-11T00:00Z"), new Date("2026-11-09T00:00Z"));
  for (const [index, run] of runs.entries()) {
    if (index === 0) continue;
    expect(previousOccurrence(schedule, new Date(run.getTime() - 1))).toEqual(runs[index - 1]);
  }
});

test("the longest gap of a weekly schedule is that between its days", () => {
  const dayS = 86_400;
  expect(longestGapSeconds(weekly("UTC", [1], "01:00"))).toBe(7 * dayS);
  expect(longestGapSeconds(weekly("UTC", [1, 5], "01:00"))).toBe(4 * dayS);
  expect(longestGapSeconds(weekly("UTC", [6, 7], "01:00", "13:00"))).toBe(5 * dayS + dayS / 2);
  expect(longestGapSeconds(daily("UTC", "01:00", "13:00"))).toBe(dayS / 2);
});

test("a weekly schedule is described by its days in order", () => {
  expect(describeSchedule(weekly("UTC", [5, 1, 5], "13:00", "01:00"))).toBe(
    "Every Monday and Friday at 01:00 and 13:00 (UTC)",
  );
});

test("a weekly schedule of all days is a daily one, and each gap is at most the longest", () => {
  const zone = fc.constantFrom("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "UTC");
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
  const from = fc.date({ min: new Date("2026-01-01"), max: new Date("2028-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(
      fc.tuple(zone, fc.array(clock, { minLength: 1, maxLength: 4 })),
      days,
      from,
      ([timeZone, times], on, at) => {
        const end = new Date(at.getTime() + 30 * 86_400_000);
        expect(occurrencesBetween(weekly(timeZone, [1, 2, 3, 4, 5, 6, 7], ...times), at, end)).toEqual(
          occurrencesBetween(daily(timeZone, ...times), at, end),
        );
        const some = weekly(timeZone, on, ...times);
        const runs = occurrencesBetween(some, at, end);
        const hourMs = 3_600_000;
        for (const [index, run] of runs.entries()) {
          const before = runs[index - 1];
          if (before === undefined) continue;
          expect(run.getTime() - before.getTime()).toBeLessThanOrEqual(
            longestGapSeconds(some) * 1_000 + hourMs,
          );
        }
        expect(nextOccurrences(some, at, 1)[0]?.getTime()).toBeGreaterThan(at.getTime());
      },
    ),
    { numRuns: 100 },
  );
});
