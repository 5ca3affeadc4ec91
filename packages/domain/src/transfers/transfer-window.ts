/**
 * When a policy lets its backups move data. Pure. Outside of the window no new part of a disk is given to an engine, and running
 * parts finish. Restores are not bound by it.
 */
import { Temporal } from "temporal-polyfill";
import type { TransferWindow } from "../policies/policy.ts";
import { instantOf } from "../policies/schedule.ts";

/** A window in the time zone of its policy's schedule. */
export interface ZonedWindow {
  readonly window: TransferWindow;
  readonly timeZone: string;
}

/** A time in which data may move, in epoch milliseconds; `end` is not part of it. */
export interface OpenSpan {
  readonly start: number;
  readonly end: number;
}

const dayMs = 86_400_000;
/** How far ahead an opening is searched: every window opens at least once a week. */
const SEARCH_DAYS = 9;

/** Returns the spans of a window that overlap `from` to `through`, ascending. Spans that touch are one span. */
export function openSpans({ window, timeZone }: ZonedWindow, from: Date, through: Date): OpenSpan[] {
  const spans: OpenSpan[] = [];
  // A window lasts at most one day; zones differ by less than a day and a half.
  let date = dateOf(from, timeZone).subtract({ days: 2 });
  const last = dateOf(through, timeZone).add({ days: 1 });
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    if (window.days !== undefined && !window.days.includes(date.dayOfWeek)) continue;
    const start = instantOf(date, window.from, timeZone);
    const endDate = window.to <= window.from ? date.add({ days: 1 }) : date;
    const end = instantOf(endDate, window.to, timeZone);
    if (end <= from.getTime() || start > through.getTime() || end <= start) continue;
    const before = spans.at(-1);
    if (before !== undefined && start <= before.end)
      spans[spans.length - 1] = { start: before.start, end: Math.max(before.end, end) };
    else spans.push({ start, end });
  }
  return spans;
}

/** Whether data may move at this instant. */
export function isWindowOpen(zoned: ZonedWindow, at: Date): boolean {
  return openSpans(zoned, at, at).some(({ start, end }) => start <= at.getTime() && at.getTime() < end);
}

/** Returns when data may move next: `at` itself while the window is open. Null: the window does not open within nine days. */
export function nextOpening(zoned: ZonedWindow, at: Date): Date | null {
  const through = new Date(at.getTime() + SEARCH_DAYS * dayMs);
  const span = openSpans(zoned, at, through).find(({ end }) => end > at.getTime());
  return span === undefined ? null : new Date(Math.max(span.start, at.getTime()));
}

/**
 * Returns the last instant at which a transfer can end within its window: the deadline itself, or the last closing before it.
 * Null: the window does not open between `from` and the deadline, so that the backup cannot meet it.
 */
export function deadlineInWindow(zoned: ZonedWindow | null, from: Date, deadline: Date): Date | null {
  if (zoned === null) return deadline;
  const span = openSpans(zoned, from, deadline).findLast(({ start }) => start < deadline.getTime());
  return span === undefined ? null : new Date(Math.min(span.end, deadline.getTime()));
}

/**
 * Returns the deadline less the time until then in which the window is closed: the work must end by that instant if the window
 * stays open until it has ended. Orders transfers with and without windows. `null` spans: always open.
 */
export function deadlineForOrder(spans: readonly OpenSpan[] | null, now: number, deadline: number): number {
  if (spans === null || deadline <= now) return deadline;
  const openMs = spans.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(end, deadline) - Math.max(start, now)),
    0,
  );
  return now + openMs;
}

/**
 * Returns when work of this length ends that starts at `start` and moves in open spans only. `null` spans: always open. Null
 * when the spans end first.
 */
export function endOfWork(spans: readonly OpenSpan[] | null, start: number, workMs: number): number | null {
  if (spans === null) return start + workMs;
  let left = workMs;
  for (const span of spans) {
    if (span.end <= start) continue;
    const from = Math.max(start, span.start);
    if (from + left <= span.end) return from + left;
    left -= span.end - from;
  }
  return null;
}

function dateOf(at: Date, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
}
