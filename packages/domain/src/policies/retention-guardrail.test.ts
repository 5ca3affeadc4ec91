/** What a guardrail of the platform owner keeps beside the rules of a policy. */
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import type { Retention } from "./policy.ts";
import {
  judgeRetention,
  nextRetentionChange,
  type RetentionPoint,
  type RetentionRules,
} from "./retention.ts";

const hourMs = 3_600_000;
const start = new Date("2026-03-20T12:00Z");
const zone = fc.constantFrom("UTC", "Europe/Amsterdam", "America/Havana", "Australia/Lord_Howe");
const tier = fc.option(
  fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.record({ age: fc.integer({ min: 1, max: 20 }), unit: fc.constant("days" as const) }),
  ),
  { nil: undefined },
);
const anyRetention: fc.Arbitrary<Retention> = fc
  .record({ keepLast: tier, daily: tier, weekly: tier, monthly: tier })
  .filter((tiers) => Object.values(tiers).some((one) => one !== undefined));
/** Hours between backups, and whether each is good. */
const backups = fc.array(fc.record({ hours: fc.integer({ min: 1, max: 40 }), good: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});
const anyFloor = fc.tuple(fc.integer({ min: 1, max: 25 }), zone);

function pointsOf(gaps: readonly { readonly hours: number; readonly good: boolean }[]): RetentionPoint[] {
  let at = start.getTime();
  return gaps.map(({ hours, good }, index) => {
    at += hours * hourMs;
    return { id: `p${index}`, takenAt: new Date(at), pinned: false, good };
  });
}

function dayOf(at: Date, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** The days of the good points among the last N days. */
function coveredDays(
  points: readonly RetentionPoint[],
  { timeZone, now, leastDays: days = 0 }: RetentionRules,
): Set<string> {
  const oldest = dayOf(now, timeZone).subtract({ days: days - 1 });
  const good = points.filter((point) => point.good && point.takenAt <= now);
  const all = good.map(({ takenAt }) => dayOf(takenAt, timeZone));
  return new Set(all.filter((day) => Temporal.PlainDate.compare(day, oldest) >= 0).map(String));
}

function keptOf(points: readonly RetentionPoint[], rules: RetentionRules): RetentionPoint[] {
  const kept = new Set(judgeRetention(points, rules).flatMap(({ id, keep }) => (keep ? [id] : [])));
  return points.filter(({ id }) => kept.has(id));
}

test("whatever the policy says and whenever it prunes, each of the last N days that had a good point has one", () => {
  fc.assert(
    fc.property(anyRetention, backups, anyFloor, (retention, gaps, [days, timeZone]) => {
      const made = pointsOf(gaps);
      let live: RetentionPoint[] = [];
      for (const [index, point] of made.entries()) {
        live.push(point);
        // Pruned when the point is made, and as late as one moment before the next.
        const gap = (gaps[index + 1]?.hours ?? 500) * hourMs;
        for (const ms of [0, gap - 1]) {
          const now = new Date(point.takenAt.getTime() + ms);
          const rules = { retention, timeZone, now, leastDays: days };
          live = keptOf(live, rules);
          expect(coveredDays(live, rules)).toEqual(
            coveredDays(
              made.filter(({ takenAt }) => takenAt <= point.takenAt),
              rules,
            ),
          );
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("a guardrail removes nothing, and keeps the newest good point of a day and what is damaged after it", () => {
  fc.assert(
    fc.property(anyRetention, backups, anyFloor, (retention, gaps, [days, timeZone]) => {
      const points = pointsOf(gaps);
      const now = points.at(-1)?.takenAt ?? start;
      const rules = { retention, timeZone, now };
      const without = new Set(keptOf(points, rules).map(({ id }) => id));
      const verdicts = judgeRetention(points, { ...rules, leastDays: days });
      const kept = new Set(verdicts.flatMap(({ id, keep }) => (keep ? [id] : [])));
      expect([...without].filter((id) => !kept.has(id))).toEqual([]);
      const more = verdicts.filter(({ id, keep }) => keep && !without.has(id));
      const good = new Set(points.flatMap((point) => (point.good ? [point.id] : [])));
      for (const { id, tiers, reason } of more) {
        if (!good.has(id)) continue;
        expect(tiers).toEqual(["guardrail"]);
        expect(reason).toContain(`kept by the guardrail of ${days} day`);
      }
      expect(judgeRetention(points, { ...rules, leastDays: 0 })).toEqual(judgeRetention(points, rules));
    }),
    { numRuns: 150 },
  );
});

test("a point goes at the end of the last day that the guardrail covers", () => {
  const point = (id: string, takenAt: string): RetentionPoint => ({
    id,
    takenAt: new Date(takenAt),
    pinned: false,
    good: true,
  });
  const points = [
    point("early", "2026-03-20T01:00Z"),
    point("late", "2026-03-20T20:00Z"),
    point("now", "2026-03-28T20:00Z"),
  ];
  // Ten local days over the change of the clocks: from 20 to 29 March.
  const end = new Date("2026-03-29T22:00Z");
  const rules = {
    retention: { keepLast: 1 },
    timeZone: "Europe/Amsterdam",
    now: new Date("2026-03-28T21:00Z"),
    leastDays: 10,
  };
  const verdicts = judgeRetention(points, rules);
  expect(verdicts.map(({ id, keep, tiers, expiresAt }) => ({ id, keep, tiers, expiresAt }))).toEqual([
    { id: "now", keep: true, tiers: ["latest", "last", "guardrail"], expiresAt: null },
    { id: "late", keep: true, tiers: ["guardrail"], expiresAt: end },
    { id: "early", keep: false, tiers: [], expiresAt: null },
  ]);
  expect(verdicts[1]?.reason).toBe("Kept: newest of 2026-03-20, kept by the guardrail of 10 days.");
  const before = { ...rules, now: new Date(end.getTime() - 1) };
  expect(keptOf(points, before).map(({ id }) => id)).toEqual(["late", "now"]);
  expect(nextRetentionChange(judgeRetention(points, before), before.now)).toEqual(end);
  expect(keptOf(points, { ...rules, now: end }).map(({ id }) => id)).toEqual(["now"]);
});
