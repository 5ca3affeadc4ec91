import type { Temporal } from "temporal-polyfill";
import { dayMs, dayOfWall, instantOfWall, wallClock, weekdayOf } from "./local-time.ts";
import type { Schedule } from "./policy.ts";

/**
 * Computes when a policy runs. Times of day are local to the schedule's IANA zone and follow its daylight-saving changes:
 *
 * - A local time that is skipped runs once, at the change. A local time that occurs twice runs the first time only.
 * - A weekly schedule runs like a daily one, on its weekdays by the local calendar.
 * - An hourly schedule starts each day's window at its local time and continues in even steps of real time. A 24-hour window
 *   lasts until the next day's first run, so that no interval exceeds the promised one; the day on which clocks go back may
 *   have one more run. In a shorter window every run is strictly before its end.
 */

const hourMs = 3_600_000;

/** Returns every planned run with `after` < time ≤ `through`, ascending, without duplicates. */
export function occurrencesBetween(schedule: Schedule, after: Date, through: Date): Date[] {
  const found: Date[] = [];
  if (through <= after) return found;
  // A window extends at most one day further; zones differ by less than a day and a half.
  const first = dayOfWall(wallClock(after.getTime(), schedule.timeZone)) - 2;
  const last = dayOfWall(wallClock(through.getTime(), schedule.timeZone)) + 1;
  for (let day = first; day <= last; day++) {
    for (const at of runsOf(schedule, day)) {
      if (at > after.getTime() && at <= through.getTime()) found.push(new Date(at));
    }
  }
  return dedupe(found);
}

/** Returns the next `count` runs after `from`. */
export function nextOccurrences(schedule: Schedule, from: Date, count: number): Date[] {
  let found: Date[] = [];
  let span = 2 * dayMs;
  while (found.length < count) {
    found = occurrencesBetween(schedule, from, new Date(from.getTime() + span));
    span *= 2;
  }
  return found.slice(0, count);
}

/** Returns the first run after `after`. */
export function nextOccurrence(schedule: Schedule, after: Date): Date {
  const [next] = nextOccurrences(schedule, after, 1);
  if (next === undefined) throw new RangeError("The schedule has no run.");
  return next;
}

/** Returns the newest run at or before `at`; null when the 8 days before had none: a week, and a change of the clocks. */
export function previousOccurrence(schedule: Schedule, at: Date): Date | null {
  return occurrencesBetween(schedule, new Date(at.getTime() - 8 * dayMs), at).at(-1) ?? null;
}

/** Returns the longest interval between two runs in seconds, on days without a daylight-saving change: the policy's promise. */
export function longestGapSeconds(schedule: Schedule): number {
  if (schedule.kind === "hourly") {
    if (schedule.windowHours >= 24) return schedule.everyHours * 3_600;
    const lastRun = (Math.ceil(schedule.windowHours / schedule.everyHours) - 1) * schedule.everyHours;
    return Math.max(schedule.everyHours, 24 - lastRun) * 3_600;
  }
  const minutes = minutesOfWeek(schedule);
  const gaps = minutes.map(
    (minute, index) => (minutes[index + 1] ?? (minutes[0] ?? 0) + weekMinutes) - minute,
  );
  return Math.max(...gaps) * 60;
}

const dayMinutes = 24 * 60;
export const weekMinutes = 7 * dayMinutes;
const everyDay = [1, 2, 3, 4, 5, 6, 7] as const;

/** Returns the runs of a week in local minutes since the start of Monday's first window, ascending. */
export function minutesOfWeek(schedule: Schedule): readonly number[] {
  const days = schedule.kind === "weekly" ? schedule.days : everyDay;
  const minutes = days.flatMap((day) =>
    minutesOfDay(schedule).map((minute) => (day - 1) * dayMinutes + minute),
  );
  return [...new Set(minutes)].toSorted((a, b) => a - b);
}

function minutesOfDay(schedule: Schedule): readonly number[] {
  if (schedule.kind !== "hourly") return schedule.times.map(minuteOfDay);
  const runs = Math.ceil(schedule.windowHours / schedule.everyHours);
  return Array.from({ length: runs }, (_, run) => run * schedule.everyHours * 60);
}

function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** Returns the runs of a local day in epoch milliseconds. A window's runs belong to the day on which it starts. */
function runsOf(schedule: Schedule, day: number): number[] {
  const instant = (time: string, of = day): number =>
    instantOfWall(of * dayMs + minuteOfDay(time) * 60_000, schedule.timeZone, "change");
  if (schedule.kind !== "hourly") {
    if (schedule.kind === "weekly" && !schedule.days.includes(weekdayOf(day))) return [];
    return schedule.times.map((time) => instant(time));
  }
  const start = instant(schedule.windowStart);
  const end =
    schedule.windowHours >= 24
      ? instant(schedule.windowStart, day + 1)
      : start + schedule.windowHours * hourMs;
  const runs: number[] = [];
  for (let at = start; at < end; at += schedule.everyHours * hourMs) runs.push(at);
  return runs;
}

/** Returns the instant of a local date and time: the first of two, or the end of the gap that skips it. */
export function instantOf({ year, month, day }: Temporal.PlainDate, time: string, timeZone: string): number {
  const wall = Date.UTC(year, month - 1, day) + minuteOfDay(time) * 60_000;
  return instantOfWall(wall, timeZone, "change");
}

function dedupe(dates: readonly Date[]): Date[] {
  const sorted = dates.toSorted((a, b) => a.getTime() - b.getTime());
  return sorted.filter((date, index) => date.getTime() !== sorted[index - 1]?.getTime());
}

/** Describes the schedule in English, such as `Every day at 01:00 (Europe/Amsterdam)`. */
export function describeSchedule(schedule: Schedule): string {
  const zone = `(${schedule.timeZone})`;
  if (schedule.kind !== "hourly") {
    const times = [...new Set(schedule.times)].toSorted();
    const days = schedule.kind === "daily" ? "day" : listWords(sortedDays(schedule.days).map(weekdayWord));
    return `Every ${days} at ${listWords(times)} ${zone}`;
  }
  const step = schedule.everyHours === 1 ? "Every hour" : `Every ${schedule.everyHours} hours`;
  return schedule.windowHours >= 24
    ? `${step}, all day, counted from ${schedule.windowStart} ${zone}`
    : `${step} from ${schedule.windowStart}, for ${schedule.windowHours} hours each day ${zone}`;
}

/** By ISO weekday, Monday first. */
export const weekdayWords: readonly string[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

const weekdayWord = (day: number): string => weekdayWords[day - 1] ?? "";

/** The weekdays from Monday, each once. */
export function sortedDays(days: readonly number[]): number[] {
  return [...new Set(days)].toSorted((a, b) => a - b);
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
