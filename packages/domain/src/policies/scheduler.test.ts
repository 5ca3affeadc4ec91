import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../base/limits.ts";
import { deadlineFor, deadlineMet, manualDeadline } from "./deadline.ts";
import type { PolicyDocument, Schedule } from "./policy.ts";
import { decideSchedule, earlierSchedules } from "./scheduler.ts";

const nightly: Schedule = { kind: "daily", times: ["01:00"], timeZone: "UTC" };
const hourly: Schedule = {
  kind: "hourly",
  everyHours: 4,
  windowStart: "08:00",
  windowHours: 24,
  timeZone: "UTC",
};
const at = (text: string): Date => new Date(text);

test("nothing is due: time moves on", () => {
  const now = at("2026-05-01T00:30Z");
  expect(
    decideSchedule({ schedule: nightly, scheduledThrough: at("2026-05-01T00:00Z"), now, jobOpen: false }),
  ).toEqual({ occurrences: [], through: now });
});

test("a due backup starts once: the next tick finds it decided", () => {
  const now = at("2026-05-01T01:00:10Z");
  const first = decideSchedule({
    schedule: nightly,
    scheduledThrough: at("2026-05-01T00:59Z"),
    now,
    jobOpen: false,
  });
  expect(first.occurrences).toEqual([
    { dueAt: at("2026-05-01T01:00Z"), state: "started", late: false, notice: null },
  ]);
  const second = decideSchedule({ schedule: nightly, scheduledThrough: first.through, now, jobOpen: false });
  expect(second.occurrences).toEqual([]);
});

test("after a pause only the newest is started, late, and the others are recorded as missed", () => {
  const decided = decideSchedule({
    schedule: hourly,
    scheduledThrough: at("2026-05-01T00:00Z"),
    now: at("2026-05-01T13:00Z"),
    jobOpen: false,
  });
  expect(decided.occurrences.map((one) => [one.dueAt.toISOString().slice(11, 16), one.state])).toEqual([
    ["04:00", "missed"],
    ["08:00", "missed"],
    ["12:00", "started"],
  ]);
  const newest = decided.occurrences.at(-1);
  expect(newest).toMatchObject({ late: true, notice: { code: "occurrence-late" } });
});

test("a running backup skips the next one", () => {
  const decided = decideSchedule({
    schedule: nightly,
    scheduledThrough: at("2026-05-01T00:59Z"),
    now: at("2026-05-01T01:01Z"),
    jobOpen: true,
  });
  expect(decided.occurrences.map((one) => one.state)).toEqual(["skipped"]);
  expect(decided.occurrences[0]?.notice).toMatchObject({ code: "occurrence-skipped" });
});

test("a clock that was set back decides nothing and forgets nothing", () => {
  const through = at("2026-05-02T01:00Z");
  expect(
    decideSchedule({
      schedule: nightly,
      scheduledThrough: through,
      now: at("2026-05-02T00:58:30Z"),
      jobOpen: false,
    }),
  ).toEqual({ occurrences: [], through });
});

test("however the ticks fall, every occurrence is decided once, and a batch starts one at most", () => {
  const pauses = fc.array(fc.integer({ min: 1, max: 40 * 3_600 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(pauses, (seconds) => {
      let through = at("2026-03-20T00:00Z");
      const decided: number[] = [];
      for (const pause of seconds) {
        const now = new Date(through.getTime() + pause * 1_000);
        const batch = decideSchedule({ schedule: hourly, scheduledThrough: through, now, jobOpen: false });
        expect(batch.occurrences.filter((one) => one.state === "started").length).toBeLessThanOrEqual(1);
        decided.push(...batch.occurrences.map((one) => one.dueAt.getTime()));
        through = batch.through;
      }
      const all = decideSchedule({
        schedule: hourly,
        scheduledThrough: at("2026-03-20T00:00Z"),
        now: through,
        jobOpen: false,
      });
      expect(decided).toEqual(all.occurrences.map((one) => one.dueAt.getTime()));
    }),
  );
});

test("a schedule that is decided far into the future continues from now; a little is waited for", () => {
  const now = at("2026-05-01T12:00Z");
  const decide = (scheduledThrough: Date) =>
    decideSchedule({ schedule: hourly, scheduledThrough, now, jobOpen: false });
  expect(decide(at("2027-05-01T12:00Z"))).toEqual({ occurrences: [], through: now, heals: true });
  const soon = new Date(now.getTime() + limits.clockToleranceMs);
  expect(decide(soon)).toEqual({ occurrences: [], through: soon });
});

test("a long outage records a limited number of missed occurrences", () => {
  const decided = decideSchedule({
    schedule: { ...hourly, everyHours: 1 },
    scheduledThrough: at("2026-01-01T00:00Z"),
    now: at("2026-05-01T00:00Z"),
    jobOpen: false,
  });
  expect(decided.occurrences).toHaveLength(limits.missedRecordedMost + 1);
});

test("a deadline is the next run, or 24 hours after the planned time", () => {
  expect(deadlineFor(hourly, at("2026-05-01T08:00Z"))).toEqual(at("2026-05-01T12:00Z"));
  expect(deadlineFor(nightly, at("2026-05-01T01:00Z"))).toEqual(at("2026-05-02T01:00Z"));
  // Clocks go back: the next run is 25 hours away, the deadline stays 24.
  const amsterdam: Schedule = { ...nightly, timeZone: "Europe/Amsterdam" };
  expect(deadlineFor(amsterdam, at("2026-10-24T23:00Z"))).toEqual(at("2026-10-25T23:00Z"));
  expect(manualDeadline(at("2026-05-01T08:00Z"))).toEqual(at("2026-05-02T08:00Z"));
  expect(deadlineMet(null, at("2026-05-01T08:00Z"))).toBeNull();
  expect(deadlineMet(at("2026-05-01T08:00Z"), at("2026-05-01T08:00Z"))).toBe(true);
  expect(deadlineMet(at("2026-05-01T08:00Z"), at("2026-05-01T08:00:01Z"))).toBe(false);
});

describe("a change of rules while nothing was decided", () => {
  const documentOf = (schedule: Schedule): PolicyDocument => ({
    schedule,
    retention: { daily: 1 },
    instantRestoreDays: 0,
    consistency: { wanted: "crash", otherwise: "continue", vss: "full" },
  });
  const edit = (text: string, schedule: Schedule) => ({
    at: at(text),
    by: null,
    kind: "edit" as const,
    version: 2,
    document: documentOf(schedule),
  });
  const evening: Schedule = { ...nightly, times: ["22:00"] };
  const scheduledThrough = at("2026-05-01T12:00Z");
  const decide = (now: string, earlier: ReturnType<typeof earlierSchedules>) =>
    decideSchedule({
      schedule: evening,
      earlier,
      scheduledThrough,
      now: at(now),
      jobOpen: false,
    }).occurrences.map(({ dueAt, state }) => `${dueAt.toISOString().slice(0, 16)} ${state}`);

  test("what was planned before it is caught up, and what has passed is not planned", () => {
    const history = { before: documentOf(nightly), changes: [edit("2026-05-03T12:00Z", evening)] };
    const earlier = earlierSchedules(history, scheduledThrough);
    expect(decide("2026-05-03T13:00Z", earlier)).toEqual([
      "2026-05-02T01:00 missed",
      "2026-05-03T01:00 started",
    ]);
    expect(decide("2026-05-03T22:00Z", earlier)).toEqual([
      "2026-05-02T01:00 missed",
      "2026-05-03T01:00 missed",
      "2026-05-03T22:00 started",
    ]);
  });

  test("versions that no longer held or that cannot be scheduled plan nothing", () => {
    const broken: Schedule = { ...nightly, timeZone: "Europe/Atlantis" };
    const changes = [
      edit("2026-05-01T11:00Z", hourly),
      edit("2026-05-01T13:00Z", broken),
      edit("2026-05-02T12:00Z", evening),
    ];
    const earlier = earlierSchedules({ before: null, changes }, scheduledThrough);
    expect(earlier).toEqual([
      { schedule: hourly, until: at("2026-05-01T13:00Z") },
      { schedule: null, until: at("2026-05-02T12:00Z") },
    ]);
    expect(decide("2026-05-02T12:30Z", earlier)).toEqual([]);
  });
});
