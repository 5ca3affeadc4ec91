import { Temporal } from "temporal-polyfill";
import { limits } from "../base/limits.ts";
import type { Retention } from "./policy.ts";

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
  /** The newest good point of a protected VM is never removed. */
  readonly protectionActive: boolean;
}

export const retentionTiers = [
  "latest",
  "last",
  "recent",
  "daily",
  "weekly",
  "monthly",
  "yearly",
  "undeleted",
  "pinned",
] as const;
/**
 * `latest`: the newest good point of a protected VM. `last`: one of the newest `keepLast`. `recent`: at most one day old,
 * if the policy has no `keepLast`. `undeleted`: a person brought it back not long ago.
 */
export type RetentionTier = (typeof retentionTiers)[number];

export interface RetentionVerdict {
  readonly id: string;
  readonly keep: boolean;
  readonly tiers: readonly RetentionTier[];
  /** In English, for the command line and reports. */
  readonly reason: string;
  /** When the last tier releases it if backups continue as planned; null if unknown (pinned, latest, keepLast, paused backups). */
  readonly expiresAt: Date | null;
}

type CalendarTier = "daily" | "weekly" | "monthly" | "yearly";
const calendarTiers: readonly CalendarTier[] = ["daily", "weekly", "monthly", "yearly"];

interface Hold {
  readonly tier: RetentionTier;
  readonly why: string;
  readonly until: Date | null;
}

/**
 * Applies grandfather-father-son retention. Each calendar tier keeps the newest good point of each of its newest N periods
 * that have one, so a pause in backups removes nothing. `keepLast` keeps the newest N good points. Any tier is enough to keep
 * a point. Without `keepLast`, nothing is removed within one day: after a failed change, the backup made before it must
 * still exist. Pruner, preview, reports and pages all call this function.
 *
 * @returns one verdict per point, newest first
 */
export function judgeRetention(points: readonly RetentionPoint[], rules: RetentionRules): RetentionVerdict[] {
  const sorted = points.toSorted(newestFirst);
  const good = sorted.filter((point) => point.good);
  const holds = new Map<string, Hold[]>(sorted.map((point) => [point.id, []]));
  const hold = (point: RetentionPoint, one: Hold): void => void holds.get(point.id)?.push(one);

  const [newest] = good;
  if (newest && rules.protectionActive) {
    hold(newest, { tier: "latest", why: "the newest good point of a protected VM", until: null });
  }
  const { keepLast } = rules.retention;
  for (const [index, point] of good.slice(0, keepLast ?? 0).entries()) {
    hold(point, { tier: "last", why: `number ${index + 1} of the newest ${keepLast}`, until: null });
  }
  if (keepLast === undefined) {
    for (const point of good) {
      const until = new Date(point.takenAt.getTime() + limits.recentPointMs);
      if (until > rules.now) hold(point, { tier: "recent", why: "taken within the last day", until });
    }
  }
  for (const tier of calendarTiers) {
    const count = rules.retention[tier];
    if (count !== undefined) holdCalendarTier(good, { tier, count, timeZone: rules.timeZone, hold });
  }
  for (const point of sorted) {
    const until = point.keptUntil ?? null;
    if (until !== null && until > rules.now) {
      hold(point, { tier: "undeleted", why: "brought back by a person", until });
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
export function nextRetentionChange(
  points: readonly RetentionPoint[],
  { retention, now }: RetentionRules,
  verdicts: readonly RetentionVerdict[],
): Date {
  const recent =
    retention.keepLast === undefined
      ? points.filter(({ good }) => good).map(({ takenAt }) => takenAt.getTime() + limits.recentPointMs)
      : [];
  const released = verdicts.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  const later = [...recent, ...released].filter((at) => at > now.getTime());
  return new Date(Math.min(...later, now.getTime() + judgeAtLeastEveryMs));
}

/** Sorts newest first, then by id, so that the result never depends on the order of the input. */
function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return b.takenAt.getTime() - a.takenAt.getTime() || (a.id < b.id ? 1 : -1);
}

function holdCalendarTier(
  newestGood: readonly RetentionPoint[],
  options: {
    readonly tier: CalendarTier;
    readonly count: number;
    readonly timeZone: string;
    readonly hold: (point: RetentionPoint, one: Hold) => void;
  },
): void {
  const { tier, count, timeZone, hold } = options;
  const seen = new Set<string>();
  for (const point of newestGood) {
    const period = periodOf(tier, point.takenAt, timeZone);
    if (seen.has(period.name)) continue;
    seen.add(period.name);
    if (seen.size > count) return;
    const until = new Date(
      period.start.add({ [period.unit]: period.steps * count }).toZonedDateTime(timeZone).epochMilliseconds,
    );
    hold(point, { tier, why: `newest of ${period.name} (${tier}, ${seen.size} of ${count})`, until });
  }
}

interface Period {
  readonly name: string;
  readonly start: Temporal.PlainDate;
  readonly unit: "days" | "months" | "years";
  readonly steps: number;
}

/** Returns the local day, ISO week (from Monday), month or year of an instant. */
function periodOf(tier: CalendarTier, at: Date, timeZone: string): Period {
  const date = Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  switch (tier) {
    case "daily":
      return { name: date.toString(), start: date, unit: "days", steps: 1 };
    case "weekly": {
      const monday = date.subtract({ days: date.dayOfWeek - 1 });
      return { name: `the week of ${monday.toString()}`, start: monday, unit: "days", steps: 7 };
    }
    case "monthly":
      return {
        name: date.toString().slice(0, 7),
        start: date.with({ day: 1 }),
        unit: "months",
        steps: 1,
      };
    case "yearly":
      return { name: String(date.year), start: date.with({ month: 1, day: 1 }), unit: "years", steps: 1 };
  }
  return tier satisfies never;
}

function verdict(
  point: RetentionPoint,
  holds: readonly Hold[],
  { oldestKept, now }: { readonly oldestKept: RetentionPoint | undefined; readonly now: Date },
): RetentionVerdict {
  const base = { id: point.id, tiers: holds.map((one) => one.tier) };
  if (holds.length > 0) {
    const reason = `Kept: ${holds.map((one) => one.why).join("; ")}.`;
    return { ...base, keep: true, expiresAt: lastUntil(holds, now), reason };
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
  const last = Math.max(...ends);
  return Number.isFinite(last) && last > now.getTime() ? new Date(last) : null;
}
