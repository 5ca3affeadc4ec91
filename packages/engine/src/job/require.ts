/** Parts of a job that must be present. */
import type { WorkJob, WorkPolicy, WorkVm } from "@kluis/db";
import { KluisError } from "@kluis/domain";

/** @throws KluisError INTERNAL */
export function requireVm(job: WorkJob): WorkVm {
  if (job.vm !== null) return job.vm;
  throw new KluisError("INTERNAL", { message: "The job has no virtual machine.", params: { jobId: job.id } });
}

/** @throws KluisError VM_NOT_PROTECTED */
export function requirePolicy(job: WorkJob): WorkPolicy {
  if (job.policy !== null) return job.policy;
  throw new KluisError("VM_NOT_PROTECTED", {
    reason: "no-policy",
    message: "The virtual machine has no policy.",
    action: "Protect it with a policy first.",
    params: { jobId: job.id },
  });
}
