/** Lengths of time on the command line: `90s`, `15m`, `6h`, `2d`. */
import { LocalAzureError } from "../errors.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 3650 * 86_400_000;

/** Milliseconds of a length of time. @throws LocalAzureError `USAGE` */
export function milliseconds(text: string): number {
  const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN);
  if (Number.isSafeInteger(ms) && ms <= LONGEST_MS) return ms;
  throw new LocalAzureError("USAGE", `'${text}' is not a length of time`, {
    action: "Use at most ten years, such as 90s, 15m, 6h or 2d.",
  });
}
