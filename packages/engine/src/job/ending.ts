/** Decides whether a job continues, fails or is canceled. Pure. */
import type { WorkJob } from "@kluis/db";
import type { JobKind } from "@kluis/domain";
import type { Ending, Machine } from "./step.ts";

/** How the job ends, or null while it continues. A failure wins over a cancellation, so that its reason is not lost. */
export function endingOf<K extends JobKind, M>(
  job: Pick<WorkJob, "error" | "cancelAskedAt">,
  machine: Pick<Machine<K, M>, "isCancellable" | "isCommitted">,
  memory: M,
): Ending | null {
  if (machine.isCommitted(memory)) return null;
  if (job.error !== null) return "failed";
  return job.cancelAskedAt !== null && machine.isCancellable(memory) ? "cancelled" : null;
}
