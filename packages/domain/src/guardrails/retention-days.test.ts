import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import type { Retention, Schedule } from "../policies/policy.ts";
import { judgeRetention } from "../policies/retention.ts";
import { occurrencesBetween } from "../policies/schedule.ts";
import { daysKept, keepsDays, whatKeepsDays } from "./retention-days.ts";

const DAY = 86_400_000;
const zones = [
  "UTC",
  "Europe/Amsterdam",
  "America/Havana",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
];
const timeZone = fc.constantFrom(...zones);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "30"))
  .map(([h, m]) => `${String(h).padStart(2, "0")}:${m}`);

const schedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant("daily" as const),
    times: fc.array(time, { minLength: 1, maxLength: 3 }),
    timeZone,
  }),
  fc.record({
    kind: fc.constant("weekly" as const),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    times: fc.array(time, { minLength: 1, maxLength: 2 }),
    timeZone,
  }),
  fc.record({
    kind: fc.constant("hourly" as const),
    everyHours: fc.constantFrom(2 as const, 4 as const, 6 as const, 8 as const, 12 as const),
    windowStart: time,
    windowHours: fc.integer({ min: 4, max: 24 }),
    timeZone,
  }),
);
const count = fc.option(
  fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.record({ age: fc.integer({ min: 1, max: 60 }), unit: fc.constant("days" as const) }),
    fc.record({ age: fc.integer({ min: 1, max: 8 }), unit: fc.constant("weeks" as const) }),
    fc.record({ age: fc.integer({ min: 1, max: 3 }), unit: fc.constant("months" as const) }),
  ),
  { nil: undefined },
);
const retention: fc.Arbitrary<Retention> = fc
  .record({ keepLast: count, daily: count, weekly: count, monthly: count })
  .filter((tiers) => Object.values(tiers).some((one) => one !== undefined));
/** Around the changes of the clocks in these zones. */
const now = fc
  .integer({ min: Date.UTC(2026, 0, 1) / 3_600_000, max: Date.UTC(2027, 11, 31) / 3_600_000 })
  .map((hour) => new Date(hour * 3_600_000 + 1));

function dayOf(at: Date, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate();
}

/** The days among the last N with a planned run of which the rules keep no point. */
function missing(rules: { schedule: Schedule; retention: Retention }, days: number, at: Date): string[] {
  const zone = rules.schedule.timeZone;
  const points = occurrencesBetween(rules.schedule, new Date(at.getTime() - (days + 30) * DAY), at).map(
    (takenAt, index) => ({
      id: `p${index}`,
      takenAt,
      pinned: false,
      good: true,
    }),
  );
  const verdicts = judgeRetention(points, {
    retention: rules.retention,
    timeZone: zone,
    now: at,
  });
  const kept = new Set(verdicts.filter(({ keep }) => keep).map(({ id }) => id));
  const oldest = dayOf(at, zone).subtract({ days: days - 1 });
  const planned = points.filter(
    ({ takenAt }) => Temporal.PlainDate.compare(dayOf(takenAt, zone), oldest) >= 0,
  );
  const daysWith = new Set(
    planned.filter(({ id }) => kept.has(id)).map(({ takenAt }) => dayOf(takenAt, zone).toString()),
  );
  return [...new Set(planned.map(({ takenAt }) => dayOf(takenAt, zone).toString()))].filter(
    (day) => !daysWith.has(day),
  );
}

test("what keeps N days leaves a point of each of them, at every moment", () => {
  fc.assert(
    fc.property(
      fc.record({ schedule, retention }),
      fc.integer({ min: 1, max: 40 }),
      now,
      (rules, days, at) => {
        fc.pre(keepsDays(rules, days));
        expect(missing(rules, days, at)).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

test("what an error proposes passes", () => {
  fc.assert(
    fc.property(schedule, fc.integer({ min: 2, max: 40 }), now, (planned, days, at) => {
      const { daily, points } = whatKeepsDays(planned, days);
      const proposed: Retention[] = [{ daily }, ...(points > 0 ? [{ keepLast: points }] : [])];
      for (const retention of proposed) {
        expect(keepsDays({ schedule: planned, retention }, days)).toBe(true);
        expect(missing({ schedule: planned, retention }, days, at)).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

/** Days in a row at any time of the week: every window has as many planned days. */
const everyDay = schedule.filter(({ kind }) => kind !== "weekly");

test("one day less than an error proposes does not keep them", () => {
  fc.assert(
    fc.property(everyDay, fc.integer({ min: 2, max: 40 }), now, (planned, days, at) => {
      const { daily } = whatKeepsDays(planned, days);
      const less = { schedule: planned, retention: { daily: daily - 1 } };
      expect(keepsDays(less, days)).toBe(false);
      // Late in the evening, when every run of the day is over.
      const night = new Date(
        dayOf(at, planned.timeZone).add({ days: 1 }).toZonedDateTime(planned.timeZone).epochMilliseconds - 1,
      );
      expect(missing(less, days, night)).not.toEqual([]);
    }),
    { numRuns: 200 },
  );
});

const nightly: Schedule = { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" };

test.each([
  [{ daily: 7 }, 7],
  [{ keepLast: 30 }, 30],
  [{ daily: 7, weekly: 52, monthly: 12 }, 7],
  [{ monthly: 12 }, 1],
])("every night with %j keeps a point of each of %d days", (rule, days) => {
  expect(daysKept({ schedule: nightly, retention: rule })).toBe(days);
});
