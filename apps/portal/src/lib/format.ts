/**
 * Formatters of the portal: pure, locale and zone are parameters. Bytes are binary (1 KiB = 1024 B), because disks,
 * blocks and Azure's limits are; numbers are meant for tabular numerals.
 */

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1536` → `1.5 KiB`. Three significant digits at most; exact below 1 KiB. */
export function formatBytes(bytes: number, locale = "en"): string {
  const sign = bytes < 0 ? "-" : "";
  let value = Math.abs(bytes);
  let unit = 0;
  while (unit < byteUnits.length - 1 && roundSignificant(value) >= 1024) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return `${sign}${text} ${byteUnits[unit] ?? "B"}`;
}

function roundSignificant(value: number): number {
  return value >= 100 ? Math.round(value) : value;
}

/** The exact count, for titles: `1,536 bytes`. */
export function formatBytesExact(bytes: number, locale = "en"): string {
  return `${new Intl.NumberFormat(locale).format(bytes)} ${bytes === 1 ? "byte" : "bytes"}`;
}

export function formatNumber(value: number, locale = "en"): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** Bytes per second; `null` and zero give null, because "0 B/s" reads like a stall. */
export function formatRate(bytes: number, milliseconds: number, locale = "en"): string | null {
  if (milliseconds <= 0 || bytes <= 0) return null;
  return `${formatBytes((bytes / milliseconds) * 1000, locale)}/s`;
}

/** A length of time in at most two units: `850 ms`, `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) return `${ms} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const units = [
    ["d", 86_400],
    ["h", 3600],
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

/** `3 minutes ago`, `in 2 hours`, `just now` (under 45 s; up to 20 s ahead too, because clocks on pages tick slowly). */
export function formatRelative(at: Date, now: Date, locale = "en"): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 45) return seconds > 20 ? "in under a minute" : "just now";
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of relativeSteps) {
    if (Math.abs(seconds) >= size * 0.95) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.sign(seconds), "minute");
}

export interface AbsoluteOptions {
  readonly locale?: string;
  /** IANA name; the runtime's own zone when absent. */
  readonly timeZone?: string;
  readonly seconds?: boolean;
}

/** `22 Nov 2026, 21:05 CET`: always with its zone. */
export function formatAbsolute(at: Date, options: AbsoluteOptions = {}): string {
  return new Intl.DateTimeFormat(options.locale ?? "en-GB", {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(options.seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
    timeZoneName: "short",
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
  }).format(at);
}

/** Share of a whole in percent, 0 to 100, whole numbers except between 99 and 100 (never "100 %" before it is done). */
export function percentOf(done: number, total: number): number {
  if (total <= 0) return 0;
  const share = Math.min(1, Math.max(0, done / total)) * 100;
  return share < 100 ? Math.min(99, Math.floor(share)) : 100;
}

/**
 * A message as a person reads it: ISO instants become times with their zone. Messages in the database and the API keep
 * the exact instant, because scripts and reports read them too.
 */
export function humanise(message: string, options: AbsoluteOptions = {}): string {
  return message.replaceAll(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/gu, (instant) =>
    formatAbsolute(new Date(instant), options),
  );
}
