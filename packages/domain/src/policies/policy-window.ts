/** Whether the transfer window of a policy lets its backups meet their deadlines. Pure. */

import { type Notice, notice } from "../notices/notices.ts";
import { openSpans } from "../transfers/transfer-window.ts";
import { deadlineFor } from "./deadline.ts";
import type { PolicyDocument } from "./policy.ts";

const MINUTE = 60_000;
/** Less open time than this before a deadline gets a hint: opening, planning and the manifest need some of it. */
const SHORT_MINUTES = 60;

/**
 * Compares the window with the deadlines of planned backups.
 * @param runs the planned times
 */
export function judgeWindow({ schedule, transfer }: PolicyDocument, runs: readonly Date[]): Notice[] {
  const window = transfer?.window ?? null;
  if (window === null || runs.length === 0) return [];
  const zoned = { window, timeZone: schedule.timeZone };
  const minutes = runs.map((at) => {
    const deadline = deadlineFor(schedule, at);
    const openMs = openSpans(zoned, at, deadline).reduce(
      (sum, { start, end }) =>
        sum + Math.max(0, Math.min(end, deadline.getTime()) - Math.max(start, at.getTime())),
      0,
    );
    return Math.floor(openMs / MINUTE);
  });
  const missed = minutes.filter((open) => open === 0).length;
  if (missed > 0) return [notice("policy-window-misses", { missed, runs: runs.length })];
  const shortest = Math.min(...minutes);
  return shortest < SHORT_MINUTES ? [notice("policy-window-short", { minutes: shortest })] : [];
}
