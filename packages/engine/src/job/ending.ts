/** Decides whether a job continues, fails or is canceled. Pure. */
import type { WorkJob } from "@kluis/db";
import type { JobKind } from "@kluis/domain";
import type { Ending, Machine } from "./step.ts";

/** How the job ends, or null while it continues. A failure wins over a cancellation, so that its reason is not lost. */
export function endingOf<K extends JobKind, M>(
  job: Pick<WorkJob, "error" | "cancelAskedAt" | "stage">,
  machine: Pick<Machine<K, M>, "isCancellable" | "isCommitted">,
  memory: M,
): Ending | null {
  // One that could not go forward was given up: from then on it only cleans up.
  if (machine.isCommitted(memory) && job.stage !== "cleaning-up") return null;
  if (job.error !== null) return "failed";
  return job.cancelAskedAt !== null && machine.isCancellable(memory) ? "cancelled" : null;
}
