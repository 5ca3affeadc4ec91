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

/** Null: there is no deadline, the open job is expected to meet it, or the job was canceled. */
export function deadlineStandingOf(job: {
  readonly state: JobState;
  readonly deadlineAtRisk: boolean;
  readonly deadlineMet: boolean | null;
}): DeadlineStanding | null {
  if (isOpenJobState(job.state)) return job.deadlineAtRisk ? "at-risk" : null;
  if (job.deadlineMet === null) return null;
  return job.deadlineMet ? "met" : "missed";
}
