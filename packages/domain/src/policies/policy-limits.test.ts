import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isKluisError } from "../errors/errors.ts";
import { hourlyIntervals, type PolicyDocument, policyDocumentSchema, type Schedule } from "./policy.ts";
import {
  azureRestorePoints,
  busiestHour,
  judgePolicyLimits,
  mustFitAzure,
  restorePointsKept,
  shortestGapMinutes,
} from "./policy-limits.ts";
import { occurrencesBetween } from "./schedule.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;

const policy = (schedule: Schedule, instantRestoreDays = 0, wanted: "application" | "crash" = "crash") =>
  policyDocumentSchema.parse({
    schedule,
    retention: { daily: 30 },
    instantRestoreDays,
    consistency: { wanted, otherwise: "continue", vss: "full" },
  });
const daily = (...times: string[]): Schedule => ({ kind: "daily", times, timeZone: "Europe/Amsterdam" });
const everyHours = (hours: (typeof hourlyIntervals)[number], windowHours = 24): Schedule => ({
  kind: "hourly",
  everyHours: hours,
  windowStart: "00:00",
  windowHours,
  timeZone: "Europe/Amsterdam",
});
const codes = (document: PolicyDocument) => {
  const { refusals, warnings } = judgePolicyLimits(document);
  return [refusals.map(({ code }) => code), warnings.map(({ code }) => code)];
};

test.each<[string, PolicyDocument, string[][]]>([
  ["one run a day", policy(daily("01:00"), 30), [[], []]],
  ["every hour, 18 days", policy(everyHours(1), 18), [[], []]],
  ["every hour, 20 days", policy(everyHours(1), 20), [[], ["policy-many-restore-points"]]],
  ["every hour, 30 days", policy(everyHours(1), 30), [["policy-too-many-restore-points"], []]],
  ["once a week", policy({ kind: "weekly", days: [7], times: ["01:00"], timeZone: "UTC" }, 30), [[], []]],
  [
    "four runs around the end of the week",
    policy({ kind: "weekly", days: [1, 7], times: ["00:00", "00:15", "23:30", "23:45"], timeZone: "UTC" }),
    [["policy-too-many-runs"], []],
  ],
  [
    "application-consistent every 2 hours",
    policy(everyHours(2), 0, "application"),
    [[], ["policy-short-interval"]],
  ],
  ["application-consistent every 4 hours", policy(everyHours(4), 0, "application"), [[], []]],
  ["three runs in an hour", policy(daily("01:00", "01:20", "01:40")), [[], ["policy-short-interval"]]],
  ["four runs in an hour", policy(daily("01:00", "01:15", "01:30", "01:45")), [["policy-too-many-runs"], []]],
  [
    "four runs around midnight",
    policy(daily("23:30", "23:45", "00:00", "00:15")),
    [["policy-too-many-runs"], []],
  ],
])("%s", (_, document, expected) => {
  expect(codes(document)).toEqual(expected);
});

test("a weekly policy keeps few restore points", () => {
  const sundays: Schedule = { kind: "weekly", days: [7], times: ["01:00"], timeZone: "UTC" };
  // Five Sundays fit into 30 days; one more is being made, and the clocks may change.
  expect(restorePointsKept(policy(sundays, 30))).toBe(7);
  expect(restorePointsKept(policy(daily("01:00"), 7))).toBe(9);
});

test("a policy that Azure cannot do is refused, with the numbers", () => {
  const refused = (document: PolicyDocument): unknown => {
    try {
      return mustFitAzure(document);
    } catch (error) {
      return isKluisError(error, "INPUT_INVALID") ? { reason: error.reason, params: error.params } : error;
    }
  };
  expect(refused(policy(daily("01:00")))).toBeUndefined();
  expect(refused(policy(everyHours(1), 30))).toEqual({
    reason: "policy-restore-points",
    params: { points: 722, days: 30, most: 500 },
  });
  expect(refused(policy(daily("01:00", "01:05", "01:10", "01:15")))).toEqual({
    reason: "policy-runs",
    params: { runs: 4, most: 3 },
  });
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant("daily" as const),
    times: fc.uniqueArray(time, { minLength: 1, maxLength: 24 }),
    timeZone: fc.constantFrom("Europe/Amsterdam", "America/New_York", "UTC"),
  }),
  fc.record({
    kind: fc.constant("weekly" as const),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    times: fc.uniqueArray(time, { minLength: 1, maxLength: 24 }),
    timeZone: fc.constantFrom("Europe/Amsterdam", "America/New_York", "UTC"),
  }),
  fc.record({
    kind: fc.constant("hourly" as const),
    everyHours: fc.constantFrom(...hourlyIntervals),
    windowStart: time,
    windowHours: fc.integer({ min: 4, max: 24 }),
    timeZone: fc.constantFrom("Europe/Amsterdam", "America/New_York", "UTC"),
  }),
);

/** The most of the instants that are within `spanMs` of each other, the later end included. */
function mostWithin(runs: readonly Date[], spanMs: number): number {
  const at = runs.map((run) => run.getTime());
  let first = 0;
  let most = 0;
  for (const [last, end] of at.entries()) {
    while ((at[first] ?? end) <= end - spanMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe("counted over the days around both changes of the clocks", () => {
  const spans = [
    [new Date("2026-03-01T00:00:00Z"), new Date("2026-04-06T00:00:00Z")],
    [new Date("2026-10-18T00:00:00Z"), new Date("2026-11-09T00:00:00Z")],
  ] as const;

  it("no schedule keeps more restore points than promised", () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 1, max: 5 }), (schedule, days) => {
        const promised = restorePointsKept(policy(schedule, days));
        for (const [from, to] of spans) {
          const runs = occurrencesBetween(schedule, from, to);
          expect(mostWithin(runs, days * dayMs)).toBeLessThanOrEqual(promised);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("on other days the busiest hour and the shortest gap are exact", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const runs = occurrencesBetween(
          schedule,
          new Date("2026-06-01T00:00:00Z"),
          new Date("2026-06-20T12:00:00Z"),
        );
        const gaps = runs.slice(1).map((run, at) => run.getTime() - (runs[at]?.getTime() ?? 0));
        expect(mostWithin(runs, hourMs)).toBe(busiestHour(schedule));
        expect(Math.min(...gaps)).toBe(shortestGapMinutes(schedule) * 60_000);
      }),
      { numRuns: 60 },
    );
  });

  it("a policy is never both refused and warned about for one limit", () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 30 }), (schedule, days) => {
        const document = policy(schedule, days, "application");
        const { refusals, warnings } = judgePolicyLimits(document);
        expect(refusals.length + warnings.length).toBeLessThanOrEqual(2);
        expect(refusals.length > 0).toBe(
          restorePointsKept(document) > azureRestorePoints.most ||
            busiestHour(schedule) > azureRestorePoints.perHour,
        );
      }),
    );
  });
});
