/** The second copy of a vault: which other vault gets its recovery points, when, and for how long. */
import { z } from "zod";
import { timeOfDaySchema, timeZoneSchema } from "../policies/policy.ts";
import { previousOccurrence } from "../policies/schedule.ts";
import { bandwidthSchema } from "../transfers/bandwidth.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;

export const mostCopyKeepDays = 3_650;
export const mostCopyLagHours = 8_760;

export const vaultCopySchema = z.strictObject({
  /** Id of the vault that gets the copies. */
  to: z.uuid(),
  /** Once a day at a local time; null: after each backup. */
  daily: z.strictObject({ at: timeOfDaySchema, timeZone: timeZoneSchema }).nullable(),
  /** MiB per second that all copies together may store; null: only that of the second vault. */
  bandwidth: bandwidthSchema.nullable(),
  /** Days for which a copy stays after its point was deleted from the first vault. */
  keepDays: z.int().min(0).max(mostCopyKeepDays),
  /** A point that waits for longer than this needs attention; null: none does. */
  lagHours: z.int().min(1).max(mostCopyLagHours).nullable(),
});
export type VaultCopy = z.infer<typeof vaultCopySchema>;

/** How far the copies of a vault are behind. */
export interface CopyLag {
  /** Recovery points without a copy that can be restored. */
  readonly points: number;
  /** Since when the oldest of them waits; null: none does. */
  readonly since: Date | null;
}

/** Points that were made until then are copied now. Null: none, before the first time of the day has come. */
export function copiedUntil({ daily }: Pick<VaultCopy, "daily">, now: Date): Date | null {
  if (daily === null) return now;
  return previousOccurrence({ kind: "daily", times: [daily.at], timeZone: daily.timeZone }, now);
}

/** Copies of points that were deleted from the first vault until then are removed. */
export function copyKeptSince({ keepDays }: Pick<VaultCopy, "keepDays">, now: Date): Date {
  return new Date(now.getTime() - keepDays * dayMs);
}

/** Whole hours for which the oldest point waits. */
export function hoursBehind({ since }: CopyLag, now: Date): number {
  return since === null ? 0 : Math.max(0, Math.floor((now.getTime() - since.getTime()) / hourMs));
}

/** Whether the copies are further behind than they may be. */
export function isCopyLate({ lagHours }: Pick<VaultCopy, "lagHours">, lag: CopyLag, now: Date): boolean {
  return lagHours !== null && lag.points > 0 && hoursBehind(lag, now) >= lagHours;
}
