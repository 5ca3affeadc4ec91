/** What users hold: pins, and points that they brought back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { purgeTime } from "../points/soft-delete.ts";
import { ageUnits } from "./policy.ts";
import {
  judgeRetention,
  nextRetentionChange,
  type RetentionPoint,
  type RetentionRules,
} from "./retention.ts";

const now = new Date("2026-06-01T12:00Z");
const hourMs = 3_600_000;
const tier = fc.option(
  fc.oneof(
    fc.integer({ min: 1, max: 6 }),
    fc.record({ age: fc.integer({ min: 1, max: 40 }), unit: fc.constantFrom(...ageUnits) }),
  ),
  { nil: undefined },
);
const anyRetention = fc
  .record({ keepLast: tier, daily: tier, weekly: tier, monthly: tier, yearly: tier })
  .filter((tiers) => Object.values(tiers).some((count) => count !== undefined));
const anyPoints = fc
  .array(
    fc.record({ hours: fc.integer({ min: 0, max: 20_000 }), good: fc.boolean(), pinned: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((facts) =>
    facts.map(
      ({ hours, good, pinned }, index): RetentionPoint => ({
        id: `p${index}`,
        takenAt: new Date(now.getTime() - hours * hourMs),
        good,
        pinned,
      }),
    ),
  );
const rulesOf = (retention: RetentionRules["retention"]): RetentionRules => ({
  retention,
  timeZone: "Europe/Amsterdam",
  now,
});

/** The points that are kept, without pins and with them, and those that are pinned. */
function withAndWithout(points: readonly RetentionPoint[], rules: RetentionRules) {
  const kept = (judged: readonly RetentionPoint[]) =>
    new Set(judgeRetention(judged, rules).flatMap(({ id, keep }) => (keep ? [id] : [])));
  return {
    without: kept(points.map((point) => ({ ...point, pinned: false }))),
    with: kept(points),
    pinned: new Set(points.flatMap(({ id, pinned }) => (pinned ? [id] : []))),
  };
}

test("a pin keeps its point, and never takes the place of another one", () => {
  const property = fc.property(anyPoints, anyRetention, (points, retention) => {
    const found = withAndWithout(points, rulesOf(retention));
    return [...found.without, ...found.pinned].every((id) => found.with.has(id));
  });
  expect(fc.check(property).counterexample).toBeNull();
});

test("a point that a person brought back stays until its time is over", () => {
  const old = { id: "old", takenAt: new Date("2020-01-01T00:00Z"), pinned: false, good: true };
  const newer = { ...old, id: "new", takenAt: now };
  const until = new Date(now.getTime() + hourMs);
  const rules = rulesOf({ keepLast: 1 });
  const held = [{ ...old, keptUntil: until }, newer];
  const verdicts = judgeRetention(held, rules);
  expect(verdicts.at(-1)).toMatchObject({ id: "old", keep: true, tiers: ["undeleted"], expiresAt: until });
  expect(nextRetentionChange(verdicts, rules.now)).toEqual(until);
  expect(judgeRetention(held, { ...rules, now: until }).at(-1)).toMatchObject({ id: "old", keep: false });
});

test("a removed point is purged after 14 days, or as the policy says", () => {
  const dayMs = 24 * hourMs;
  const at = (leastDays: number) => ({ now, leastDays });
  expect(purgeTime(null, at(0))).toEqual(new Date(now.getTime() + 14 * dayMs));
  expect(purgeTime({}, at(0))).toEqual(new Date(now.getTime() + 14 * dayMs));
  expect(purgeTime({ softDeleteDays: 2 }, at(0))).toEqual(new Date(now.getTime() + 2 * dayMs));
  // A document that an older Kluis stored.
  expect(purgeTime({ softDeleteDays: 0 }, at(0))).toEqual(new Date(now.getTime() + dayMs));
  // A guardrail only makes it longer.
  expect(purgeTime({ softDeleteDays: 2 }, at(7))).toEqual(new Date(now.getTime() + 7 * dayMs));
  expect(purgeTime(null, at(7))).toEqual(new Date(now.getTime() + 14 * dayMs));
  expect(purgeTime(null, at(30))).toEqual(new Date(now.getTime() + 30 * dayMs));
});
