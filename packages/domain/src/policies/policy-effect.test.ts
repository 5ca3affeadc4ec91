import fc from "fast-check";
import { expect, test } from "vitest";
import { policyDocumentSchema, type Retention } from "./policy.ts";
import { ruleEffect } from "./policy-effect.ts";
import { judgeRetention, type RetentionPoint } from "./retention.ts";

const now = new Date("2026-06-01T12:00Z");
const policy = (retention: Retention) =>
  policyDocumentSchema.parse({
    schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
    retention,
    instantRestoreDays: 0,
    consistency: { wanted: "crash", otherwise: "continue", vss: "full" },
  });
const pointsOf = (count: number, stepHours: number): RetentionPoint[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    takenAt: new Date(now.getTime() - index * stepHours * 3_600_000),
    pinned: false,
    good: true,
  }));

test("fewer days remove the older points, and say which go sooner", () => {
  const change = { before: policy({ daily: 30 }), after: policy({ daily: 3 }), now, leastDays: 0 };
  const effect = ruleEffect(pointsOf(10, 24), change);
  expect(effect.removed).toEqual(["p3", "p4", "p5", "p6", "p7", "p8", "p9"]);
  expect(effect.sooner).toEqual(["p0", "p1", "p2"]);
});

test("points that only their age protects for now go sooner", () => {
  const change = { before: policy({ keepLast: 100 }), after: policy({ daily: 1 }), now, leastDays: 0 };
  // All taken within the last day: none goes at once.
  const effect = ruleEffect(pointsOf(5, 2), change);
  expect(effect.removed).toEqual([]);
  expect(effect.sooner).toEqual(["p0", "p1", "p2", "p3", "p4"]);
});

test("fewer of the newest points shorten all of them", () => {
  const change = { before: policy({ keepLast: 100 }), after: policy({ keepLast: 50 }), now, leastDays: 0 };
  expect(ruleEffect(pointsOf(3, 24), change)).toEqual({ removed: [], sooner: ["p0", "p1", "p2"] });
});

test("a VM without rules until now loses what the policy does not keep", () => {
  const change = { before: null, after: policy({ keepLast: 2 }), now, leastDays: 0 };
  expect(ruleEffect(pointsOf(4, 24), change).removed).toEqual(["p2", "p3"]);
});

test("an age instead of a count shortens what paused backups kept without an end", () => {
  const old = pointsOf(3, 24).map((one) => ({
    ...one,
    takenAt: new Date(one.takenAt.getTime() - 20 * 86_400_000),
  }));
  const change = {
    before: policy({ daily: 5 }),
    after: policy({ daily: { age: 21, unit: "days" } }),
    now,
    leastDays: 0,
  };
  // The newest good point stays while it is the newest; the next one is 21 days old now, the other older.
  expect(ruleEffect(old, change)).toEqual({ removed: ["p1", "p2"], sooner: ["p0"] });
  const longer = { ...change, after: policy({ daily: { age: 25, unit: "days" } }) };
  expect(ruleEffect(old, longer)).toEqual({ removed: [], sooner: ["p0", "p1", "p2"] });
});

test("a longer age takes nothing, a shorter one does", () => {
  const [week, month] = [
    policy({ daily: { age: 1, unit: "weeks" } }),
    policy({ daily: { age: 1, unit: "months" } }),
  ];
  expect(ruleEffect(pointsOf(10, 24), { before: week, after: month, now, leastDays: 0 })).toEqual({
    removed: [],
    sooner: [],
  });
  expect(ruleEffect(pointsOf(10, 24), { before: month, after: week, now, leastDays: 0 })).toEqual({
    removed: ["p7", "p8", "p9"],
    sooner: ["p0", "p1", "p2", "p3", "p4", "p5", "p6"],
  });
});

const tier = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined });
const anyRetention = fc
  .record({ keepLast: tier, daily: tier, weekly: tier, monthly: tier, yearly: tier })
  .filter((tiers) => Object.values(tiers).some((count) => count !== undefined));

test("what goes at once is what the pruner removes; more of each tier takes nothing", () => {
  fc.assert(
    fc.property(
      anyRetention,
      anyRetention,
      fc.tuple(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 30 }),
      ),
      (one, two, [count, hours, leastDays]) => {
        const points = pointsOf(count, hours);
        const [before, after] = [policy(one), policy(two)];
        const keptBy = (retention: Retention): Set<string> =>
          new Set(
            judgeRetention(points, { retention, timeZone: "Europe/Amsterdam", now, leastDays })
              .filter(({ keep }) => keep)
              .map(({ id }) => id),
          );
        const { removed } = ruleEffect(points, { before, after, now, leastDays });
        const [old, next] = [keptBy(one), keptBy(two)];
        expect(removed.toSorted()).toEqual([...old].filter((id) => !next.has(id)).toSorted());
        const more = policy({
          ...one,
          ...(one.keepLast !== undefined && { keepLast: one.keepLast + 1 }),
          ...(one.daily !== undefined && { daily: one.daily + 1 }),
        });
        expect(ruleEffect(points, { before, after: more, now, leastDays })).toEqual({
          removed: [],
          sooner: [],
        });
        expect(ruleEffect(points, { before, after: before, now, leastDays })).toEqual({
          removed: [],
          sooner: [],
        });
      },
    ),
    { numRuns: 60 },
  );
});

test("a guardrail holds what shorter rules would take, for its days", () => {
  const change = { before: policy({ daily: 30 }), after: policy({ daily: 3 }), now, leastDays: 6 };
  // Those that the guardrail holds now go sooner than by the rules before.
  expect(ruleEffect(pointsOf(10, 24), change)).toEqual({
    removed: ["p6", "p7", "p8", "p9"],
    sooner: ["p0", "p1", "p2", "p3", "p4", "p5"],
  });
  const within = { ...change, before: policy({ daily: 5 }), after: policy({ daily: 3 }), leastDays: 10 };
  expect(ruleEffect(pointsOf(10, 24), within)).toEqual({ removed: [], sooner: [] });
  // Kept without any rule until now: the guardrail ends it.
  const none = { ...change, before: null, after: policy({ keepLast: 1 }), leastDays: 3 };
  expect(ruleEffect(pointsOf(4, 24), none)).toEqual({ removed: ["p3"], sooner: ["p1", "p2"] });
});
