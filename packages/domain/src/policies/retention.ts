import { limits } from "../base/limits.ts";
import {
  addAge,
  type CalendarTier,
  instantOfWall,
  periodName,
  periodOfWall,
  startOfPeriod,
  wallClock,
} from "./local-time.ts";
import type { Retention, RetentionAge, TierRule } from "./policy.ts";

/** The facts of an existing recovery point that retention needs. */
export interface RetentionPoint {
  readonly id: string;
  readonly takenAt: Date;
  /** A legal hold: kept regardless of the tiers. */
  readonly pinned: boolean;
  /** A person brought it back: kept until then. */
  readonly keptUntil?: Date | null;
  /** False for a damaged point: it never fills a tier, and is kept only while older good points are. */
  readonly good: boolean;
}

export interface RetentionRules {
  readonly retention: Retention;
  /** The IANA zone whose calendar defines days, weeks, months and years. */
  readonly timeZone: string;
  readonly now: Date;
  /** The guardrail `retention.shortestDays`; missing or 0: none. Pruner and previews pass it; tests of the policy alone do not. */
  readonly leastDays?: number | undefined;
}

export const retentionTiers = [
  "latest",
  "last",
  "recent",
  "daily",
  "weekly",
  "monthly",
  "yearly",
  "guardrail",
  "undeleted",
  "pinned",
] as const;
/**
 * `latest`: the newest good point, which no rule removes. `last`: one of the newest `keepLast`, or below its age.
 * `recent`: at most one day old, if `keepLast` counts nothing. `undeleted`: a person brought it back not long ago.
 * `guardrail`: the newest of its day, which a guardrail of the platform owner keeps for so many days.
 */
export type RetentionTier = (typeof retentionTiers)[number];

export interface RetentionVerdict {
  readonly id: string;
  readonly keep: boolean;
  readonly tiers: readonly RetentionTier[];
  /** In English, for the command line and reports. */
  readonly reason: string;
  /**
   * When the last rule releases it if backups continue as planned; null if unknown (pinned, counted by `keepLast`, paused backups, kept
   * only as the newest good point). The newest good point stays longer while it is the newest.
   */
  readonly expiresAt: Date | null;
  /** Whether time alone ends every hold: no later backup is needed, as counts need. */
  readonly timed: boolean;
  /** When time alone next changes this verdict; null: never. */
  readonly changesAt: Date | null;
}

const calendarTiers: readonly CalendarTier[] = ["daily", "weekly", "monthly", "yearly"];

interface Hold {
  readonly tier: RetentionTier;
  readonly why: string;
  readonly until: Date | null;
  /** Ends at `until`, whatever happens to other points. */
  readonly timed?: true;
}

/**
 * Applies grandfather-father-son retention. A calendar tier by count keeps the newest good point of each of its newest N periods
 * that have one, so a pause in backups removes nothing; by age it keeps the newest good point of each period until that
 * point has the age. `keepLast` keeps the newest N good points, or all until an age. Any tier is enough to keep a point, and the
 * newest good point stays whatever the rules say, and so does what a guardrail keeps. Unless `keepLast` counts, nothing is removed within one day: after a failed
 * change, the backup made before it must still exist. Pruner, preview, reports and pages all call this function.
 *
 * @returns one verdict per point, newest first
 */
export function judgeRetention(points: readonly RetentionPoint[], rules: RetentionRules): RetentionVerdict[] {
  const sorted = points.toSorted(newestFirst);
  const good = sorted.filter((point) => point.good);
  const holds = new Map<string, Hold[]>(sorted.map((point) => [point.id, []]));
  const hold = (point: RetentionPoint, one: Hold): void => void holds.get(point.id)?.push(one);

  const [newest] = good;
  if (newest) hold(newest, { tier: "latest", why: "the newest good point", until: null });
  holdLast(good, rules, hold);
  for (const tier of calendarTiers) {
    const rule = rules.retention[tier];
    if (rule !== undefined) holdCalendarTier(good, { tier, rule, rules, hold });
  }
  holdGuardrail(good, rules, hold);
  for (const point of sorted) {
    const until = point.keptUntil ?? null;
    if (until !== null && until > rules.now) {
      hold(point, { tier: "undeleted", why: "brought back by a person", until, timed: true });
    }
    if (point.pinned) hold(point, { tier: "pinned", why: "pinned", until: null });
  }
  const oldestKept = good.findLast((point) => holds.get(point.id)?.length !== 0);
  return sorted.map((point) => verdict(point, holds.get(point.id) ?? [], { oldestKept, now: rules.now }));
}

/** Judging again after this time changes nothing; it only bounds how long a missed change stays unnoticed. */
const judgeAtLeastEveryMs = 24 * 3_600_000;

/**
 * When time alone can change a verdict: a recent point becomes old, or the last tier releases a point. Points and rules that
 * change need another judgement at once.
 */
export function nextRetentionChange(verdicts: readonly RetentionVerdict[], now: Date): Date {
  let next = now.getTime() + judgeAtLeastEveryMs;
  for (const { changesAt } of verdicts) next = Math.min(next, changesAt?.getTime() ?? next);
  return new Date(next);
}

/** `30 days`, `1 week`. */
export function ageWords({ age, unit }: RetentionAge): string {
  return `${age} ${age === 1 ? unit.slice(0, -1) : unit}`;
}

/** When a point has the age, by the calendar of the zone. */
function endOfAge(takenAt: Date, age: RetentionAge, timeZone: string): Date {
  const wall = addAge(wallClock(takenAt.getTime(), timeZone), age);
  return new Date(instantOfWall(wall, timeZone, "later"));
}

/** When a period begins: at midnight, or when the clocks change that leave midnight out. */
function beginOf(tier: CalendarTier, period: number, timeZone: string): Date {
  return new Date(instantOfWall(startOfPeriod(tier, period), timeZone, "change"));
}

/** Sorts newest first, then by id, so that the result never depends on the order of the input. */
function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return b.takenAt.getTime() - a.takenAt.getTime() || (a.id < b.id ? 1 : -1);
}

type HoldPoint = (point: RetentionPoint, one: Hold) => void;

function holdLast(newestGood: readonly RetentionPoint[], rules: RetentionRules, hold: HoldPoint): void {
  const { timeZone, now } = rules;
  const { keepLast } = rules.retention;
  if (typeof keepLast === "number") {
    for (const [index, point] of newestGood.slice(0, keepLast).entries()) {
      hold(point, { tier: "last", why: `number ${index + 1} of the newest ${keepLast}`, until: null });
    }
    return;
  }
  for (const point of newestGood) {
    const dayEnd = new Date(point.takenAt.getTime() + limits.recentPointMs);
    if (dayEnd > now) {
      hold(point, { tier: "recent", why: "taken within the last day", until: dayEnd, timed: true });
    }
    if (keepLast === undefined) continue;
    const until = endOfAge(point.takenAt, keepLast, timeZone);
    if (until > now) {
      hold(point, { tier: "last", why: `taken within the last ${ageWords(keepLast)}`, until, timed: true });
    }
  }
}

/** Keeps the newest good point of today and of each local day before it that the guardrail covers, whatever the policy says. */
function holdGuardrail(newestGood: readonly RetentionPoint[], rules: RetentionRules, hold: HoldPoint): void {
  const { timeZone, now, leastDays: days = 0 } = rules;
  if (days === 0) return;
  const seen = new Set<number>();
  for (const point of newestGood) {
    const day = periodOfWall("daily", wallClock(point.takenAt.getTime(), timeZone));
    if (seen.has(day)) continue;
    seen.add(day);
    const until = beginOf("daily", day + days, timeZone);
    // Every further point is of an earlier day.
    if (until <= now) return;
    const why = `newest of ${periodName("daily", day)}, kept by the guardrail of ${ageWords({ age: days, unit: "days" })}`;
    hold(point, { tier: "guardrail", why, until, timed: true });
  }
}

function holdCalendarTier(
  newestGood: readonly RetentionPoint[],
  options: {
    readonly tier: CalendarTier;
    readonly rule: TierRule;
    readonly rules: RetentionRules;
    readonly hold: HoldPoint;
  },
): void {
  const { tier, rule, hold } = options;
  const { timeZone, now } = options.rules;
  const seen = new Set<number>();
  for (const point of newestGood) {
    const period = periodOfWall(tier, wallClock(point.takenAt.getTime(), timeZone));
    if (seen.has(period)) continue;
    seen.add(period);
    if (typeof rule === "number") {
      if (seen.size > rule) return;
      const until = beginOf(tier, period + rule, timeZone);
      hold(point, {
        tier,
        why: `newest of ${periodName(tier, period)} (${tier}, ${seen.size} of ${rule})`,
        until,
      });
      continue;
    }
    const until = endOfAge(point.takenAt, rule, timeZone);
    if (until <= now) continue;
    hold(point, {
      tier,
      why: `newest of ${periodName(tier, period)} (${tier}, for ${ageWords(rule)})`,
      until,
      timed: true,
    });
  }
}

function verdict(
  point: RetentionPoint,
  holds: readonly Hold[],
  { oldestKept, now }: { readonly oldestKept: RetentionPoint | undefined; readonly now: Date },
): RetentionVerdict {
  const base = { id: point.id, tiers: holds.map((one) => one.tier), timed: false, changesAt: null };
  if (holds.length > 0) {
    const reason = `Kept: ${holds.map((one) => one.why).join("; ")}.`;
    // The next good point takes the place of the newest one; the rules decide how long it stays then.
    const rules = holds.filter(({ tier }) => tier !== "latest");
    const expiresAt = lastUntil(rules, now);
    const timed = rules.every((one) => one.timed === true);
    return { ...base, keep: true, expiresAt, timed, changesAt: firstChange(holds, expiresAt), reason };
  }
  if (!point.good && (oldestKept === undefined || oldestKept.takenAt <= point.takenAt)) {
    return {
      ...base,
      keep: true,
      expiresAt: null,
      reason: "Kept: damaged, and older good points are still kept.",
    };
  }
  const reason = point.good
    ? "Removed: no tier keeps it anymore."
    : "Removed: damaged, and older than every point that is kept.";
  return { ...base, keep: false, expiresAt: null, reason };
}

/** Returns when the last hold ends; null when a hold has no known end, or its end has passed because backups paused. */
function lastUntil(holds: readonly Hold[], now: Date): Date | null {
  const ends = holds.map((one) => one.until?.getTime() ?? Number.POSITIVE_INFINITY);
  if (ends.length === 0) return null;
  const last = Math.max(...ends);
  return Number.isFinite(last) && last > now.getTime() ? new Date(last) : null;
}

/** The first hold that time alone ends, or the promised end, after which a promise that was not kept is withdrawn. */
function firstChange(holds: readonly Hold[], expiresAt: Date | null): Date | null {
  const ends = holds.flatMap(({ timed, until }) =>
    timed === true && until !== null ? [until.getTime()] : [],
  );
  if (expiresAt !== null) ends.push(expiresAt.getTime());
  return ends.length === 0 ? null : new Date(Math.min(...ends));
}
