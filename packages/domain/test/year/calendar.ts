/**
 * Calendars of time zones from `Intl` alone. The product uses another library, so that one mistake cannot be in both.
 * A local time is a number: the milliseconds of that wall clock as if it were UTC. A day is a number: days since 1970-01-01.
 */

export const minute = 60_000;
export const hour = 60 * minute;
export const dayLength = 24 * hour;

interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

export interface Calendar {
  readonly toLocal: (instant: number) => number;
  /**
   * RFC 5545, 3.3.5: a time that occurs twice is the first of them; one that the clocks leave out counts with the offset
   * before the change, so it comes as much later as the clocks leave out.
   */
  readonly toInstant: (local: number) => number;
  /** When a plan for a local time is due: as `toInstant`, but a time that the clocks leave out is due when they change. */
  readonly dueAt: (local: number) => number;
}

/** The calendar of a zone between two instants. Outside of them the result is undefined. */
export function calendarOf(zone: string, from: number, to: number): Calendar {
  const offset = offsets(zone);
  const changes: Change[] = [];
  for (let at = from; at < to; at += 6 * hour) {
    const before = offset(at);
    const after = offset(at + 6 * hour);
    if (before !== after) changes.push({ at: momentOf(offset, at), before, after });
  }
  const first = offset(from);
  const offsetAt = (instant: number) => {
    for (let i = changes.length - 1; i >= 0; i--) {
      const change = changes[i];
      if (change !== undefined && change.at <= instant) return change.after;
    }
    return first;
  };
  const all = [...new Set([first, ...changes.map(({ after }) => after)])];
  const firstOf = (local: number) =>
    Math.min(...all.map((one) => local - one).filter((at) => at + offsetAt(at) === local));
  const gapOf = (local: number) => {
    const gap = changes.find(({ at, before, after }) => at + before <= local && local < at + after);
    if (gap === undefined) throw new Error(`${zone} has no ${new Date(local).toISOString()}`);
    return gap;
  };
  const or = (local: number, otherwise: (gap: Change) => number) => {
    const first = firstOf(local);
    return Number.isFinite(first) ? first : otherwise(gapOf(local));
  };
  return {
    toLocal: (instant) => instant + offsetAt(instant),
    toInstant: (local) => or(local, ({ before }) => local - before),
    dueAt: (local) => or(local, ({ at }) => at),
  };
}

function offsets(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (instant) => {
    const part = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour: h = 0, minute: m = 0 } = part;
    return Date.UTC(year, month - 1, day, h, m) - Math.floor(instant / minute) * minute;
  };
}

/** The minute in the six hours from `start` at which the offset changes. */
function momentOf(offset: (instant: number) => number, start: number): number {
  let [low, high] = [start, start + 6 * hour];
  while (high - low > minute) {
    const middle = Math.floor((low + high) / 2 / minute) * minute;
    if (offset(middle) === offset(start)) low = middle;
    else high = middle;
  }
  return high;
}

export type Unit = "days" | "weeks" | "months" | "years";

export const dayOf = (local: number) => Math.floor(local / dayLength);

/** Monday is 1, Sunday 7. Day 0 was a Thursday. */
export const weekdayOf = (day: number) => ((((day + 3) % 7) + 7) % 7) + 1;

/** A number for each day, week from Monday, month and year; the same one for two times of the same period. */
export const periodOf: Record<Unit, (local: number) => number> = {
  days: dayOf,
  weeks: (local) => Math.floor((dayOf(local) + 3) / 7),
  months: (local) => new Date(local).getUTCFullYear() * 12 + new Date(local).getUTCMonth(),
  years: (local) => new Date(local).getUTCFullYear(),
};

/** The same time of day, so many units later. A day that the month does not have becomes its last one (ADR 0040). */
export function later(local: number, count: number, unit: Unit): number {
  if (unit === "days" || unit === "weeks") return local + count * (unit === "days" ? 1 : 7) * dayLength;
  const date = new Date(local);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + count * (unit === "months" ? 1 : 12);
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  return Date.UTC(Math.floor(month / 12), month % 12, day) + (local - dayOf(local) * dayLength);
}
