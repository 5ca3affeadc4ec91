import type { ReportFormat } from "@kluis/domain";

/** A period in whole days, `YYYY-MM-DD` each, empty when open. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const dayPattern = /^\d{4}-\d{2}-\d{2}$/u;

/** Tells whether the text is an existing day. */
export function isDay(text: string): boolean {
  if (!dayPattern.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Tells whether the period ends before it starts. */
export function isReversed(period: Period): boolean {
  return isDay(period.from) && isDay(period.to) && period.to < period.from;
}

/**
 * Converts a period to the API's input: instants, `from` inclusive, `to` exclusive. Includes the whole last day, so `to` is
 * the midnight after it. Omits days that do not exist.
 */
export function periodInput(period: Period): { from?: string; to?: string } {
  return {
    ...(isDay(period.from) ? { from: `${period.from}T00:00:00.000Z` } : {}),
    ...(isDay(period.to) ? { to: nextDay(period.to) } : {}),
  };
}

function nextDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString();
}

/** Returns the last `days` days, including today. */
export function lastDays(days: number, now: Date): Period {
  const start = new Date(now);
  start.setUTCDate(start.getUTCDate() - (days - 1));
  return { from: start.toISOString().slice(0, 10), to: now.toISOString().slice(0, 10) };
}

/** Returns the download address of the report of a period. */
export function reportAddress(format: ReportFormat, period: Period): string {
  const query = new URLSearchParams({ format, ...periodInput(period) });
  return `/api/reports/points?${query.toString()}`;
}
