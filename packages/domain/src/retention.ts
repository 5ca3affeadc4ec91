import { Temporal } from "temporal-polyfill";
import { limits } from "./limits.ts";
import type { Retention } from "./policy.ts";

/** What retention needs to know of a recovery point that still exists. */
export interface RetentionPoint {
  readonly id: string;
  readonly takenAt: Date;
  /** A legal hold: kept whatever the tiers say. */
  readonly pinned: boolean;
  /** False for a damaged point: it takes no place of a good one, and is kept only while older good ones are. */
  readonly good: boolean;
}

export interface RetentionRules {
  readonly retention: Retention;
  /** Days, weeks, months and years are those of this IANA zone. */
  readonly timeZone: string;
  readonly now: Date;
  /** While the VM is protected its newest good point is never removed. */
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
  "pinned",
] as const;
/**
 * `latest`: the newest good point of a protected VM. `last`: among the newest `keepLast`. `recent`: younger than a day,
 * where the policy has no `keepLast`.
 */
export type RetentionTier = (typeof retentionTiers)[number];

export interface RetentionVerdict {
  readonly id: string;
  readonly keep: boolean;
  readonly tiers: readonly RetentionTier[];
  /** In words, for people and reports. */
  readonly reason: string;
  /** When the last tier lets go of it, if backups go on as planned; null when that cannot be told (pinned, latest, keepLast, or backups have paused). */
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
 * Grandfather-father-son retention. Each calendar tier keeps the newest good point of each of its newest N periods that
 * have one (so that a pause in backups removes nothing); `keepLast` keeps the newest N good points; a point that any tier
 * keeps stays. Without `keepLast` nothing younger than a day is removed: who backs up twice on one day, before a risky change
 * perhaps, must still have the first when the change went wrong. The only place that decides: pruner, preview, reports and
 * pages ask this function.
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
    if (point.pinned) hold(point, { tier: "pinned", why: "pinned", until: null });
  }
  const oldestKept = good.findLast((point) => holds.get(point.id)?.length !== 0);
  return sorted.map((point) => verdict(point, holds.get(point.id) ?? [], { oldestKept, now: rules.now }));
}

/** Newest first; points of one instant by id, so that the order never depends on the input's. */
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

/** The local day, ISO week (Monday first), month or year of an instant. */
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
    ? "Removed: no tier keeps it any more."
    : "Removed: damaged, and older than every point that is kept.";
  return { ...base, keep: false, expiresAt: null, reason };
}

/** When the last hold ends; null when one of them has no known end, or when it is over and only a pause in backups holds on. */
function lastUntil(holds: readonly Hold[], now: Date): Date | null {
  const ends = holds.map((one) => one.until?.getTime() ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  return Number.isFinite(last) && last > now.getTime() ? new Date(last) : null;
}
