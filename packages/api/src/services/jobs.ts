import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { listJobsInput } from "../routers/jobs/list-jobs.ts";
import type { JobRow, JobView, Page } from "../views/index.ts";
export function listJobs(
  _ctx: SignedInContext,
  _input: z.infer<typeof listJobsInput>,
): Promise<Page<JobRow>> {
  return pending();
}
export function getJob(_ctx: SignedInContext, _job: string): Promise<JobView> {
  return pending();
}
export function cancelJob(
  _ctx: SignedInContext,
  _job: string,
): Promise<{ readonly jobId: string; readonly state: string }> {
  return pending();
}
