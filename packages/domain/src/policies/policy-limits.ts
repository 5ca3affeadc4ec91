/**
 * What Azure allows of a policy: restore points of one VM, and how often it may have one.
 *
 * Sources: learn.microsoft.com/azure/virtual-machines/concepts-restore-points (500 restore points of a VM; one
 * application-consistent point every 3 hours, one crash-consistent point every hour) and
 * …/virtual-machines-create-restore-points (3 points of a VM an hour, then 429). The pages disagree about the interval: a shorter
 * one than documented gets a warning, and only what both exclude is refused.
 */
import { KluisError } from "../errors/errors.ts";
import { type Notice, notice, noticeText } from "../notices/notices.ts";
import type { PolicyDocument, Schedule } from "./policy.ts";
import { minutesOfWeek, weekMinutes } from "./schedule.ts";

const DAY_MINUTES = 24 * 60;
const HOUR_MINUTES = 60;

export const azureRestorePoints = {
  /** Restore points of a VM, in all of its collections. */
  most: 500,
  /** Points of the schedule above this leave too little room for manual backups. Azure Disk Backup stops here too. */
  crowded: 450,
  /** Restore points that Azure creates of a VM in one hour, before it answers 429. */
  perHour: 3,
  /** Shortest documented interval in minutes, by the consistency that the policy wants. */
  intervalMinutes: { application: 180, crash: 60 } satisfies Record<
    PolicyDocument["consistency"]["wanted"],
    number
  >,
} as const;

export interface PolicyLimits {
  /** Why Azure cannot do what the policy says. */
  readonly refusals: readonly Notice[];
  /** What Azure may not always do. */
  readonly warnings: readonly Notice[];
}

/** Compares a policy with the limits of Azure. */
export function judgePolicyLimits(document: PolicyDocument): PolicyLimits {
  const refusals: Notice[] = [];
  const warnings: Notice[] = [];
  const { most, crowded, perHour, intervalMinutes } = azureRestorePoints;
  const points = restorePointsKept(document);
  const days = document.instantRestoreDays;
  if (points > most) refusals.push(notice("policy-too-many-restore-points", { points, days, most }));
  else if (points > crowded) warnings.push(notice("policy-many-restore-points", { points, days, most }));
  const runs = busiestHour(document.schedule);
  const minutes = shortestGapMinutes(document.schedule);
  const { wanted } = document.consistency;
  const minimumMinutes = intervalMinutes[wanted];
  if (runs > perHour) refusals.push(notice("policy-too-many-runs", { runs, most: perHour }));
  else if (minutes < minimumMinutes)
    warnings.push(notice("policy-short-interval", { minutes, minimumMinutes, consistency: wanted }));
  return { refusals, warnings };
}

/** @throws KluisError INPUT_INVALID when Azure cannot do what the policy says */
export function mustFitAzure(document: PolicyDocument): void {
  const [first] = judgePolicyLimits(document).refusals;
  if (first === undefined) return;
  const tooMany = first.code === "policy-too-many-restore-points";
  throw new KluisError("INPUT_INVALID", {
    reason: tooMany ? "policy-restore-points" : "policy-runs",
    message: noticeText(first),
    action: tooMany
      ? "Keep snapshots for fewer days, or run the policy less often."
      : "Plan the runs at least 20 minutes apart.",
    params: tooMany
      ? {
          points: restorePointsKept(document),
          days: document.instantRestoreDays,
          most: azureRestorePoints.most,
        }
      : { runs: busiestHour(document.schedule), most: azureRestorePoints.perHour },
  });
}

/**
 * The most restore points of a VM that the schedule keeps in Azure at once, with the one that is being made. A change of the clocks
 * moves at most one more hour of runs into the days that are kept.
 */
export function restorePointsKept({ schedule, instantRestoreDays }: PolicyDocument): number {
  if (instantRestoreDays === 0) return 1;
  return mostRunsWithin(schedule, instantRestoreDays * DAY_MINUTES) + busiestHour(schedule) + 1;
}

/** The shortest time between two runs, on days without a change of the clocks. */
export function shortestGapMinutes(schedule: Schedule): number {
  const minutes = minutesOfWeek(schedule);
  const gaps = minutes.map((minute, at) => (minutes[at + 1] ?? (minutes[0] ?? 0) + weekMinutes) - minute);
  return Math.min(...gaps);
}

/** The most runs in any 60 minutes. */
export function busiestHour(schedule: Schedule): number {
  return mostRunsWithin(schedule, HOUR_MINUTES);
}

/** The most runs in any so many minutes, on days without a change of the clocks. */
function mostRunsWithin(schedule: Schedule, spanMinutes: number): number {
  const minutes = minutesOfWeek(schedule);
  const weeks = Math.floor(spanMinutes / weekMinutes);
  const rest = spanMinutes % weekMinutes;
  const twice = [...minutes, ...minutes.map((minute) => minute + weekMinutes)];
  const most = Math.max(
    ...minutes.map((start) => twice.filter((minute) => minute >= start && minute < start + rest).length),
  );
  return weeks * minutes.length + most;
}
