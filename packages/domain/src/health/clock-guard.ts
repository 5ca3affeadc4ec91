/** Whether the clocks of an engine, the database and Azure agree. Pure. */

import { limits } from "../base/limits.ts";
import { KluisError } from "../errors/errors.ts";

/** By how much each clock is ahead of the database's, in milliseconds; negative: behind. */
export interface ClockReadings {
  readonly engineAheadMs: number;
  /** Null before Azure has answered. */
  readonly azureAheadMs: number | null;
}

/**
 * Returns what is wrong, or null when all clocks agree within `limits.clockToleranceMs`. Signatures, deadlines and garbage
 * collection depend on a common time, so an engine with a wrong clock neither schedules nor collects.
 */
export function judgeClocks(host: string, { engineAheadMs, azureAheadMs }: ClockReadings): KluisError | null {
  if (isOff(engineAheadMs)) return clockError("database", { host, aheadMs: engineAheadMs });
  if (azureAheadMs === null) return null;
  const aheadMs = engineAheadMs - azureAheadMs;
  if (isOff(aheadMs)) return clockError("azure", { host, aheadMs });
  return null;
}

function isOff(ms: number): boolean {
  return Math.abs(ms) > limits.clockToleranceMs;
}

function clockError(
  other: "database" | "azure",
  { host, aheadMs }: { readonly host: string; readonly aheadMs: number },
): KluisError {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const direction = aheadMs > 0 ? "ahead" : "behind";
  const whose = other === "database" ? "the database's" : "Azure's";
  return new KluisError("CLOCK_WRONG", {
    reason: other,
    message: `The clock of ${host} is ${seconds} seconds ${direction === "ahead" ? "ahead of" : "behind"} ${whose}.`,
    action: `Set the time of ${other === "database" ? "both machines" : "this machine"} with NTP. This engine schedules and collects nothing until they agree.`,
    params: { host, seconds, direction },
  });
}
