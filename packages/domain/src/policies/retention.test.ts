import fc from "fast-check";
import { expect, test } from "vitest";
import { ageUnits, retentionSchema } from "./policy.ts";
import {
  judgeRetention,
  nextRetentionChange,
  type RetentionPoint,
  type RetentionRules,
} from "./retention.ts";

const point = (id: string, takenAt: string, more: Partial<RetentionPoint> = {}): RetentionPoint => ({
  id,
  takenAt: new Date(takenAt),
  pinned: false,
  good: true,
  ...more,
});
const rules = (
  retention: RetentionRules["retention"],
  more: Partial<RetentionRules> = {},
): RetentionRules => ({
  retention,
  timeZone: "Europe/Amsterdam",
  now: new Date("2026-06-01T12:00Z"),
  ...more,
});
const kept = (points: readonly RetentionPoint[], which: RetentionRules): string[] =>
  judgeRetention(points, which).flatMap((verdict) => (verdict.keep ? [verdict.id] : []));

test("daily keeps the newest point of each local day, for the configured number of days", () => {
  const points = [
    point("a", "2026-05-28T23:30Z"), // 29 May in Amsterdam
    point("b", "2026-05-29T10:00Z"),
    point("c", "2026-05-30T10:00Z"),
    point("d", "2026-05-31T10:00Z"),
  ];
  expect(kept(points, rules({ daily: 2 }))).toEqual(["d", "c"]);
  expect(kept(points, rules({ daily: 9 }))).toEqual(["d", "c", "b"]);
});

test("several backups on one day are all kept for a day, unless keepLast counts them", () => {
  const points = [
    point("first", "2026-06-01T09:00Z"),
    point("before-the-change", "2026-06-01T10:00Z"),
    point("after-the-change", "2026-06-01T11:00Z"),
  ];
  const all = ["after-the-change", "before-the-change", "first"];
  expect(kept(points, rules({ daily: 30 }))).toEqual(all);
  expect(judgeRetention(points, rules({ daily: 30 })).at(-1)).toMatchObject({
    tiers: ["recent"],
    expiresAt: new Date("2026-06-02T09:00Z"),
  });
  expect(kept(points, rules({ daily: 30 }, { now: new Date("2026-06-02T10:30Z") }))).toEqual([
    "after-the-change",
  ]);
  expect(kept(points, rules({ keepLast: 2 }))).toEqual(all.slice(0, 2));
});

test("a pause in backups removes nothing: tiers count periods that have a point", () => {
  const points = [point("old", "2025-01-01T10:00Z"), point("older", "2024-12-31T10:00Z")];
  expect(kept(points, rules({ daily: 2 }))).toEqual(["old", "older"]);
  // An expiry in the past is never promised.
  expect(judgeRetention(points, rules({ daily: 2 })).map((one) => one.expiresAt)).toEqual([null, null]);
});

test("weekly, monthly and yearly tiers each keep the newest of their period", () => {
  const points = [
    "2026-05-31",
    "2026-05-25",
    "2026-05-24",
    "2026-04-30",
    "2026-04-29",
    "2025-12-31",
    "2025-12-30",
  ].map((day) => point(day, `${day}T10:00Z`));
  expect(kept(points, rules({ weekly: 2 }))).toEqual(["2026-05-31", "2026-05-24"]);
  expect(kept(points, rules({ monthly: 2 }))).toEqual(["2026-05-31", "2026-04-30"]);
  expect(kept(points, rules({ yearly: 2 }))).toEqual(["2026-05-31", "2025-12-31"]);
});

test("verdicts name every tier, its reason, and when the last one releases the point", () => {
  const [newest, other] = judgeRetention(
    [point("a", "2026-05-30T10:00Z"), point("b", "2026-05-31T10:00Z")],
    rules({ daily: 3, weekly: 2 }),
  );
  expect(newest).toEqual({
    id: "b",
    keep: true,
    tiers: ["latest", "daily", "weekly"],
    reason:
      "Kept: the newest good point; newest of 2026-05-31 (daily, 1 of 3); newest of the week of 2026-05-25 (weekly, 1 of 2).",
    // Two weeks after the Monday of its week, local midnight.
    expiresAt: new Date("2026-06-07T22:00Z"),
    // A count ends by a later backup.
    timed: false,
    changesAt: new Date("2026-06-07T22:00Z"),
  });
  expect(other?.tiers).toEqual(["daily"]);
  expect(other?.expiresAt).toEqual(new Date("2026-06-01T22:00Z"));
});

test("keeps pins and the newest good point of a protected VM; a damaged point never fills a tier", () => {
  const points = [
    point("pinned", "2026-01-01T10:00Z", { pinned: true }),
    point("damaged-old", "2026-04-01T10:00Z", { good: false }),
    point("good", "2026-05-01T10:00Z"),
    point("damaged-new", "2026-05-31T10:00Z", { good: false }),
  ];
  expect(kept(points, rules({ keepLast: 1 }))).toEqual(["damaged-new", "good", "damaged-old", "pinned"]);
  expect(kept(points.slice(1), rules({ keepLast: 1 }))).toEqual(["damaged-new", "good"]);
});

test("without a good point, no damaged point is removed", () => {
  expect(kept([point("only", "2026-05-01T10:00Z", { good: false })], rules({ keepLast: 1 }))).toEqual([
    "only",
  ]);
});

const history = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    takenAt: fc.date({ min: new Date("2025-01-01"), max: new Date("2026-06-01"), noInvalidDate: true }),
    pinned: fc.boolean(),
    good: fc.boolean(),
  }),
  { selector: (one) => one.id, maxLength: 60 },
);
const age = fc.record({ age: fc.integer({ min: 1, max: 40 }), unit: fc.constantFrom(...ageUnits) });
const count = fc.option(fc.oneof(fc.integer({ min: 1, max: 20 }), age), { nil: undefined });
const someRules = fc
  .record({ keepLast: count, daily: count, weekly: count, monthly: count, yearly: count })
  .map((tiers) => {
    const given = Object.entries(tiers).filter(([, value]) => value !== undefined);
    return rules(given.length === 0 ? { daily: 1 } : Object.fromEntries(given));
  });

test("for any history: one verdict per point, pins and the newest good point are kept, pruning is stable", () => {
  fc.assert(
    fc.property(history, someRules, (points, which) => {
      const verdicts = judgeRetention(points, which);
      expect(verdicts.map((one) => one.id).toSorted()).toEqual(points.map((one) => one.id).toSorted());
      const keeps = new Set(verdicts.filter((one) => one.keep).map((one) => one.id));
      expect(points.filter((one) => one.pinned && !keeps.has(one.id))).toEqual([]);
      const good = points.filter((one) => one.good);
      expect(good.some((one) => keeps.has(one.id))).toBe(good.length > 0);
      // A second pass removes nothing more.
      const left = points.filter((one) => keeps.has(one.id));
      expect(judgeRetention(left, which).every((one) => one.keep)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("for any history: an independent count agrees with the daily tier", () => {
  const day = (at: Date): string =>
    new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Amsterdam" }).format(at);
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 30 }), (points, days) => {
      const plain = points.map((one) => ({ ...one, pinned: false, good: true }));
      const byDay = new Map<string, RetentionPoint>();
      for (const one of plain) {
        const best = byDay.get(day(one.takenAt));
        if (!best || one.takenAt > best.takenAt) byDay.set(day(one.takenAt), one);
      }
      const expected = [...byDay.entries()]
        .toSorted(([a], [b]) => (a < b ? 1 : -1))
        .slice(0, days)
        .map(([, one]) => one.takenAt.getTime());
      const found = judgeRetention(
        plain,
        // Long after the points, so that only the tier decides.
        rules({ daily: days }, { now: new Date("2026-07-01T12:00Z") }),
      )
        .filter((one) => one.keep)
        .map((one) => plain.find((candidate) => candidate.id === one.id)?.takenAt.getTime());
      expect(found).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("for any history: time alone changes no verdict before the time that is named", () => {
  const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(history, someRules, fraction, (points, which, part) => {
      const verdicts = judgeRetention(points, which);
      const next = nextRetentionChange(verdicts, which.now);
      expect(next > which.now).toBe(true);
      const between = which.now.getTime() + Math.floor(part * (next.getTime() - which.now.getTime()));
      expect(judgeRetention(points, { ...which, now: new Date(between) })).toEqual(verdicts);
    }),
    { numRuns: 300 },
  );
});

test("a tier by age keeps the newest point of each period until it has the age", () => {
  const points = [
    point("a", "2026-05-01T10:00Z"),
    point("b", "2026-05-02T09:59Z"),
    point("c", "2026-05-02T12:01Z"),
    point("d", "2026-05-31T10:00Z"),
  ];
  const thirty = rules({ daily: { age: 30, unit: "days" } });
  expect(kept(points, thirty)).toEqual(["d", "c"]);
  expect(judgeRetention(points, thirty)[1]).toMatchObject({
    tiers: ["daily"],
    reason: "Kept: newest of 2026-05-02 (daily, for 30 days).",
    expiresAt: new Date("2026-06-01T12:01Z"),
  });
});

test("ages follow the calendar of the zone: month ends, leap days and clock changes", () => {
  const ends = (
    takenAt: string,
    tier: { age: number; unit: "days" | "months" | "years" },
  ): string | undefined =>
    judgeRetention([point("new", "2030-01-01T00:00Z"), point("a", takenAt)], {
      ...rules({ keepLast: tier }),
      now: new Date(new Date(takenAt).getTime() + 2 * 86_400_000),
    })[1]?.expiresAt?.toISOString();
  // 31 January 01:00 in Amsterdam and a month: the last day of February, at the same local time.
  expect(ends("2026-01-31T00:00Z", { age: 1, unit: "months" })).toBe("2026-02-28T00:00:00.000Z");
  expect(ends("2028-02-29T00:00Z", { age: 1, unit: "years" })).toBe("2029-02-28T00:00:00.000Z");
  // The clocks go forward on 29 March: the local time stays.
  expect(ends("2026-03-20T00:00Z", { age: 10, unit: "days" })).toBe("2026-03-29T23:00:00.000Z");
});

test("by age a pause in backups removes points, but never the last good one", () => {
  const points = [
    point("newest", "2026-01-01T10:00Z"),
    point("older", "2025-12-31T10:00Z"),
    point("damaged", "2026-01-02T10:00Z", { good: false }),
  ];
  const verdicts = judgeRetention(points, rules({ daily: { age: 30, unit: "days" } }));
  expect(verdicts.map(({ id, keep, tiers }) => [id, keep, tiers])).toEqual([
    ["damaged", true, []],
    ["newest", true, ["latest"]],
    ["older", false, []],
  ]);
});

test("keepLast by age keeps every good point that has not reached it", () => {
  const points = ["a", "b", "c"].map((id, index) =>
    point(id, `2026-05-3${1 - (index > 1 ? 1 : 0)}T1${index}:00Z`),
  );
  expect(
    kept(
      points,
      rules({ keepLast: { age: 2, unit: "days" } }, { now: new Date("2026-06-01T11:59Z") }),
    ).toSorted(),
  ).toEqual(["a", "b", "c"]);
  expect(
    kept(points, rules({ keepLast: { age: 2, unit: "days" } }, { now: new Date("2026-06-02T10:30Z") })),
  ).toEqual(["b"]);
});

test("an age has a limit in each unit, and a tier is either a count or an age", () => {
  const accepts = (daily: unknown): boolean => retentionSchema.safeParse({ daily }).success;
  expect(accepts(30)).toBe(true);
  expect(accepts({ age: 99, unit: "years" })).toBe(true);
  expect(accepts({ age: 100, unit: "years" })).toBe(false);
  expect(accepts({ age: 0, unit: "days" })).toBe(false);
  expect(accepts({ age: 1.5, unit: "days" })).toBe(false);
  expect(accepts({ age: 5, unit: "hours" })).toBe(false);
  expect(accepts({ age: 5, unit: "days", count: 3 })).toBe(false);
});

test("for any history: the order of the input decides nothing", () => {
  fc.assert(
    fc.property(history, someRules, fc.func(fc.nat()), (points, which, weight) => {
      const shuffled = points.toSorted((a, b) => weight(a.id) - weight(b.id));
      expect(judgeRetention(shuffled, which)).toEqual(judgeRetention(points, which));
    }),
    { numRuns: 100 },
  );
});

test("for any history: time alone only ever removes, and never the last good point", () => {
  const later = fc.integer({ min: 0, max: 4_000 });
  fc.assert(
    fc.property(history, someRules, later, (points, which, days) => {
      const now = new Set(kept(points, which));
      const then = kept(points, { ...which, now: new Date(which.now.getTime() + days * 86_400_000) });
      expect(then.filter((id) => !now.has(id))).toEqual([]);
      const good = points
        .filter((one) => one.good)
        .toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
      const best = good.filter((one) => one.takenAt.getTime() === good[0]?.takenAt.getTime());
      expect(best.length === 0 || best.some(({ id }) => then.includes(id))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("for any history: what expires by age goes at the time that was promised", () => {
  fc.assert(
    fc.property(history, age, (points, tier) => {
      const which = rules({ daily: tier });
      for (const verdict of judgeRetention(points, which)) {
        if (verdict.expiresAt === null) continue;
        const at = (ms: number) =>
          judgeRetention(points, { ...which, now: new Date(ms) }).find(({ id }) => id === verdict.id);
        expect(at(verdict.expiresAt.getTime() - 1)?.keep).toBe(true);
        const ended = at(verdict.expiresAt.getTime());
        expect(
          ended?.keep === false || ended?.tiers.every((one) => one === "pinned" || one === "latest"),
        ).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});
