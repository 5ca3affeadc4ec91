/**
 * Local times of IANA zones by arithmetic. Temporal finds each change of a zone's clocks once; a calculation for each point and tier took
 * most of the time of a preview and of a run of retention. A wall clock is a number: its milliseconds as if it were UTC.
 */
import { Temporal } from "temporal-polyfill";
import type { RetentionAge } from "./policy.ts";

export const dayMs = 24 * 3_600_000;

/** A time in which the offset of a zone does not change. */
interface Steady {
  readonly from: number;
  readonly to: number;
  readonly offsetMs: number;
}

const known = new Map<string, Steady[]>();
const mostZones = 1_000;
const mostChanges = 1_000;

/** What clocks of the zone show at an instant. @throws RangeError for a zone that does not exist */
export function wallClock(at: number, timeZone: string): number {
  return at + steadyAt(at, timeZone).offsetMs;
}

function steadyAt(at: number, timeZone: string): Steady {
  const list = known.get(timeZone) ?? [];
  const found = list.find(({ from, to }) => from <= at && at < to);
  if (found !== undefined) return found;
  const zoned = Temporal.Instant.fromEpochMilliseconds(at + 1).toZonedDateTimeISO(timeZone);
  const steady = {
    from: zoned.getTimeZoneTransition("previous")?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: zoned.subtract({ milliseconds: 1 }).getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity,
    offsetMs: zoned.subtract({ milliseconds: 1 }).offsetNanoseconds / 1_000_000,
  };
  if (known.size >= mostZones) known.clear();
  known.set(timeZone, [steady, ...(list.length >= mostChanges ? [] : list)]);
  return steady;
}

/** More than the largest offset, and less than the shortest time between two changes. */
const awayMs = 36 * 3_600_000;

/**
 * When clocks of the zone show a time: the first time when they show it twice.
 * @param skipped what to return for a time that the clocks leave out: the `change`, or as much `later` as they leave out
 */
export function instantOfWall(wall: number, timeZone: string, skipped: "change" | "later"): number {
  const before = steadyAt(wall - awayMs, timeZone);
  const first = wall - before.offsetMs;
  const place = steadyAt(first, timeZone);
  if (place.offsetMs === before.offsetMs) return first;
  const second = wall - steadyAt(wall + awayMs, timeZone).offsetMs;
  if (wallClock(second, timeZone) === wall) return second;
  return skipped === "change" ? place.from : first;
}

/** Days since 1970-01-01. */
export function dayOfWall(wall: number): number {
  return Math.floor(wall / dayMs);
}

/** 1 is Monday. */
export function weekdayOf(day: number): number {
  // Day 0 was a Thursday.
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** The same time of day after an age. A day that a month does not have becomes its last one. */
export function addAge(wall: number, { age, unit }: RetentionAge): number {
  if (unit === "days" || unit === "weeks") return wall + age * (unit === "days" ? 1 : 7) * dayMs;
  const date = new Date(wall);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + age * (unit === "months" ? 1 : 12);
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const day = Date.UTC(Math.floor(month / 12), month % 12, Math.min(date.getUTCDate(), lastDay));
  return day + (wall - dayOfWall(wall) * dayMs);
}

export type CalendarTier = "daily" | "weekly" | "monthly" | "yearly";

/** The number of the day, week from Monday, month or year of a wall clock; the next period has the next number. */
export function periodOfWall(tier: CalendarTier, wall: number): number {
  switch (tier) {
    case "daily":
      return dayOfWall(wall);
    case "weekly":
      return Math.floor((dayOfWall(wall) + 3) / 7);
    case "monthly":
      return new Date(wall).getUTCFullYear() * 12 + new Date(wall).getUTCMonth();
    case "yearly":
      return new Date(wall).getUTCFullYear();
  }
  return tier satisfies never;
}

/** The wall clock with which a period begins. */
export function startOfPeriod(tier: CalendarTier, period: number): number {
  switch (tier) {
    case "daily":
      return period * dayMs;
    case "weekly":
      return (period * 7 - 3) * dayMs;
    case "monthly":
      return Date.UTC(Math.floor(period / 12), period % 12);
    case "yearly":
      return Date.UTC(period, 0);
  }
  return tier satisfies never;
}

/** `2026-05-01`, `the week of 2026-04-27`, `2026-05`, `2026`. */
export function periodName(tier: CalendarTier, period: number): string {
  const start = new Date(startOfPeriod(tier, period)).toISOString();
  if (tier === "weekly") return `the week of ${start.slice(0, 10)}`;
  return start.slice(0, { daily: 10, monthly: 7, yearly: 4 }[tier]);
}
