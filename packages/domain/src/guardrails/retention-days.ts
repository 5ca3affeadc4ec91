/**
 * For how many days a policy keeps a point of each. Pure.
 *
 * A retention rule keeps points of the last N days when, with backups as scheduled, from each of today and the N - 1 local days
 * before it on which a backup ran, at least one point is kept at every moment. Days without a planned run need none, so a weekly
 * schedule can keep to it. Points that a person starts by hand are not part of the promise: a rule that counts
 * points keeps fewer days then.
 */
import type { PolicyDocument, RetentionAge, Schedule, TierRule } from "../policies/policy.ts";

type Rules = Pick<PolicyDocument, "schedule" | "retention">;

const WEEK = 7;
/** Longer promises are not told apart: a hundred years. */
const MOST_DAYS = 36_525;
/** A count that a rule of retention may have. */
const MOST_POINTS = 9_999;

/** Planned runs of each weekday, from Monday. */
function runsOfWeek(schedule: Schedule): readonly number[] {
  const runs =
    schedule.kind === "hourly"
      ? Math.ceil(schedule.windowHours / schedule.everyHours)
      : new Set(schedule.times).size;
  const runsOn = (day: number): boolean => schedule.kind !== "weekly" || schedule.days.includes(day);
  return Array.from({ length: WEEK }, (_, at) => (runsOn(at + 1) ? runs : 0));
}

/** The fewest days of so many months in a row, for 0 to 11 months: February is among them. */
const daysOfMonths = [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334] as const;

/** The days that an age has at least. */
function leastDays({ age, unit }: RetentionAge): number {
  switch (unit) {
    case "days":
      return age;
    case "weeks":
      return age * WEEK;
    case "months":
      return Math.floor(age / 12) * 365 + (daysOfMonths[age % 12] ?? 0);
    case "years":
      return age * 365;
    default:
      return unit satisfies never;
  }
}

/** Whether a tier holds enough: so many of what it counts, or each until it is so many days old. */
function holds(
  rule: TierRule | undefined,
  needed: { readonly count: number; readonly days: number },
): boolean {
  if (rule === undefined) return false;
  return typeof rule === "number" ? rule >= needed.count : leastDays(rule) >= needed.days;
}

/** The windows of N days by the weekday on which they begin; each weekday of a window, the oldest first, up to a week. */
function worst(
  week: readonly number[],
  days: number,
  countOf: (weekday: number, isFirst: boolean) => number,
): number {
  const rest = days % WEEK;
  const full = (days - rest) / WEEK;
  let most = 0;
  for (let start = 0; start < WEEK; start += 1) {
    let [first, sum] = [true, 0];
    for (let step = 0; step < Math.min(days, WEEK); step += 1) {
      const weekday = (start + step) % WEEK;
      if ((week[weekday] ?? 0) === 0) continue;
      // A weekday is in the window once for each full week, and once more in the rest.
      const times = full + (step < rest ? 1 : 0);
      sum += countOf(weekday, false) * times;
      if (first) sum += countOf(weekday, true) - countOf(weekday, false);
      first = false;
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** The most days with a planned run among any N days in a row. */
function plannedDays(week: readonly number[], days: number): number {
  return worst(week, days, () => 1);
}

/** The newest points that hold one of each of the last N days: all of those days, and one of the oldest. */
function pointsFor({ kind }: Schedule, week: readonly number[], days: number): number {
  // A day on which clocks go back has one run more, and a window over midnight may move one into the next day.
  const spare = kind === "hourly" ? 1 + Math.ceil(days / 180) : 0;
  return worst(week, days, (weekday, isFirst) => (isFirst ? 1 : (week[weekday] ?? 0))) + spare;
}

/** Whether the rules keep a point of each of the last N days. */
export function keepsDays({ schedule, retention }: Rules, days: number): boolean {
  const week = runsOfWeek(schedule);
  const planned = plannedDays(week, days);
  // The newest point stays under every rule.
  if (planned <= 1) return true;
  const { keepLast, daily, weekly } = retention;
  if (holds(daily, { count: planned, days })) return true;
  if (holds(keepLast, { count: pointsFor(schedule, week, days), days })) return true;
  return week.filter((runs) => runs > 0).length === 1 && holds(weekly, { count: planned, days });
}

/** The most days for which the rules keep a point of each. */
export function daysKept(rules: Rules): number {
  let [kept, beyond] = [1, MOST_DAYS + 1];
  while (beyond - kept > 1) {
    const middle = Math.floor((kept + beyond) / 2);
    if (keepsDays(rules, middle)) kept = middle;
    else beyond = middle;
  }
  return kept;
}

/** What would keep a point of each of the last N days: daily points, or the newest points (0: more than a rule may count). */
export function whatKeepsDays(
  schedule: Schedule,
  days: number,
): { readonly daily: number; readonly points: number } {
  const week = runsOfWeek(schedule);
  const points = pointsFor(schedule, week, days);
  return { daily: plannedDays(week, days), points: points <= MOST_POINTS ? points : 0 };
}
