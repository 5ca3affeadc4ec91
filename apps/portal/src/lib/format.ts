import type { AppLocale } from "#lib/locale.ts";

/**
 * Dates, numbers, bytes, durations and lists in a language: the only module of the portal that calls Intl.
 * Bytes are binary (1 KiB = 1024 B), because disks, blocks and Azure's limits are.
 */

/** English dates read day, month, year, which no reader can mistake. */
const intlLocales: Record<AppLocale, string> = { en: "en-GB", nl: "nl-NL", "en-XA": "en-GB" };

/** The symbols of day and hour; minute, second and millisecond have the same in every language. */
const longUnits: Record<AppLocale, { readonly day: string; readonly hour: string }> = {
  en: { day: "d", hour: "h" },
  nl: { day: "d", hour: "u" },
  "en-XA": { day: "d", hour: "h" },
};

export interface DateOptions {
  /** IANA name; the runtime's own zone when absent. */
  readonly timeZone?: string | undefined;
  readonly seconds?: boolean;
  readonly weekday?: boolean;
}

/** The formatters of one language. */
export interface Format {
  readonly locale: AppLocale;
  readonly number: (value: number, options?: Intl.NumberFormatOptions) => string;
  /** `45%`; the share counts from 0 to 100. */
  readonly percent: (share: number, digits?: number) => string;
  /** `1.5 KiB`. At most three significant digits; exact below 1 KiB. */
  readonly bytes: (bytes: number) => string;
  /** The exact count: `1,536 bytes`. */
  readonly bytesExact: (bytes: number) => string;
  /** `5 MiB/s`; null for nothing moved, because "0 B/s" reads like a stall. */
  readonly rate: (bytes: number, milliseconds: number) => string | null;
  /** At most two units: `850 ms`, `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
  readonly duration: (milliseconds: number) => string;
  /** `3 minutes ago`, `in 2 hours`, `now` within 45 s. */
  readonly relative: (at: Date, now: Date) => string;
  /** `22 Nov 2026, 21:05 CET`: always with its zone. */
  readonly absolute: (at: Date, options?: DateOptions) => string;
  /** `22 Nov`: a day of the calendar, given as `2026-11-22`. */
  readonly day: (isoDay: string) => string;
  /** `Monday`: a day of the week by its ISO number, 1 to 7. */
  readonly weekday: (isoWeekday: number) => string;
  /** `a, b and c`. */
  readonly list: (items: readonly string[], type?: "conjunction" | "disjunction") => string;
  /** Replaces ISO instants inside a text by times with their zone. */
  readonly instants: (text: string, options?: DateOptions) => string;
}

const cache = new Map<AppLocale, Format>();

/** The formatters of a language, made once. */
export function createFormat(locale: AppLocale): Format {
  const known = cache.get(locale);
  if (known !== undefined) return known;
  const made = makeFormat(locale);
  cache.set(locale, made);
  return made;
}

function makeFormat(locale: AppLocale): Format {
  const tag = intlLocales[locale];
  const number = (value: number, options?: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(tag, options).format(value);
  const bytes = (count: number) => formatBytesIn(tag, count);
  const absolute = (at: Date, options: DateOptions = {}) => formatAbsoluteIn(tag, at, options);
  return {
    locale,
    number,
    percent: (share, digits = 0) => number(share / 100, { style: "percent", maximumFractionDigits: digits }),
    bytes,
    bytesExact: (count) => number(count, { style: "unit", unit: "byte", unitDisplay: "long" }),
    rate: (count, ms) => (ms <= 0 || count <= 0 ? null : `${bytes((count / ms) * 1000)}/s`),
    duration: (ms) => formatDurationIn(locale, ms),
    relative: (at, now) => formatRelativeIn(tag, at, now),
    absolute,
    day: (isoDay) =>
      new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", timeZone: "UTC" }).format(
        new Date(`${isoDay}T00:00:00Z`),
      ),
    // 1 January 2024 was a Monday.
    weekday: (isoWeekday) =>
      new Intl.DateTimeFormat(tag, { weekday: "long", timeZone: "UTC" }).format(
        Date.UTC(2024, 0, isoWeekday),
      ),
    list: (items, type = "conjunction") => new Intl.ListFormat(tag, { type }).format(items),
    instants: (text, options = {}) =>
      text.replaceAll(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/gu, (instant) =>
        absolute(new Date(instant), options),
      ),
  };
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

function formatBytesIn(tag: string, bytes: number): string {
  const sign = bytes < 0 ? "-" : "";
  let value = Math.abs(bytes);
  let unit = 0;
  while (unit < byteUnits.length - 1 && roundSignificant(value) >= 1024) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value);
  return `${sign}${text} ${byteUnits[unit] ?? "B"}`;
}

function roundSignificant(value: number): number {
  return value >= 100 ? Math.round(value) : value;
}

function formatDurationIn(locale: AppLocale, milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) return `${ms} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const { day, hour } = longUnits[locale];
  const units = [
    [day, 86_400],
    [hour, 3600],
    ["min", 60],
    ["s", 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  const [name, size] = units[first] ?? units[3];
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[1]);
  const head = `${Math.floor(seconds / size)} ${name}`;
  return next === undefined || rest === 0 ? head : `${head} ${rest} ${next[0]}`;
}

const relativeSteps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** Clocks on pages tick every 15 s, so seconds are not counted. */
function formatRelativeIn(tag: string, at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  if (Math.abs(seconds) < 45) return format.format(0, "second");
  for (const [unit, size] of relativeSteps) {
    if (Math.abs(seconds) >= size * 0.95) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.sign(seconds), "minute");
}

function formatAbsoluteIn(tag: string, at: Date, options: DateOptions): string {
  return new Intl.DateTimeFormat(tag, {
    ...(options.weekday === true ? { weekday: "short" } : {}),
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(options.seconds === true ? { second: "2-digit" } : {}),
    hourCycle: "h23",
    timeZoneName: "short",
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
  }).format(at);
}

/** Share of a whole in percent: whole numbers from 0 to 99, and 100 only when all is done. */
export function percentOf(done: number, total: number): number {
  if (total <= 0) return 0;
  const share = Math.min(1, Math.max(0, done / total)) * 100;
  return share < 100 ? Math.min(99, Math.floor(share)) : 100;
}
