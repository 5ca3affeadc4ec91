/** Whether a job meets its deadline, in a word. */
import { isOpenJobState, type JobState } from "../jobs/job-states.ts";

export const deadlineStandings = ["at-risk", "met", "missed"] as const;
export type DeadlineStanding = (typeof deadlineStandings)[number];

/** English, for pages and the command line. */
export const deadlineStandingTexts = {
  "at-risk": "Deadline at risk",
  met: "Deadline met",
  missed: "Deadline missed",
} as const satisfies Record<DeadlineStanding, string>;

/**
 * Null: there is no deadline, the open job is expected to meet it, or the job was canceled, or failed before it: another backup may
 * still meet it.
 */
export function deadlineStandingOf(job: {
  readonly state: JobState;
  readonly deadlineAtRisk: boolean;
  readonly deadlineMet: boolean | null;
  readonly deadlineAt: string | null;
  readonly endedAt: string | null;
}): DeadlineStanding | null {
  if (isOpenJobState(job.state)) return job.deadlineAtRisk ? "at-risk" : null;
  if (job.deadlineMet === null) return null;
  if (job.deadlineMet) return "met";
  const { state, endedAt, deadlineAt } = job;
  const failedBefore = state === "failed" && endedAt !== null && deadlineAt !== null && endedAt <= deadlineAt;
  return failedBefore ? null : "missed";
}
