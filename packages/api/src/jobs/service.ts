import { askJobToCancel, getJobDetail, type JobViewRow, listJobViews, type VmRow } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { lookupJob, lookupVm, lookupVmFor, mayOn } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import { jobDiskView, jobRow, stepView, warningView } from "../shape.ts";
import type { JobRow, JobView, Page } from "../views/index.ts";
import type { listJobsInput } from "./procedures.ts";

export async function listJobs(
  ctx: SignedInContext,
  input: z.infer<typeof listJobsInput>,
): Promise<Page<JobRow>> {
  const { vm, search, kind, state, from, to, ...order } = input;
  const vmId = vm === undefined ? undefined : (await lookupVm(ctx, vm)).id;
  const { rows, total } = await listJobViews(ctx.api.db.prisma, seen(ctx), {
    filter: { vmId, search, kind, state, from, to },
    order,
  });
  return { rows: rows.map(jobRow), total, page: input.page, pageSize: input.pageSize };
}

export async function getJob(ctx: SignedInContext, ref: string): Promise<JobView> {
  return jobView(ctx, await lookupJob(ctx, ref));
}

/** A job with its steps and disks. */
export async function jobView(ctx: SignedInContext, row: JobViewRow): Promise<JobView> {
  const detail = await getJobDetail(ctx.api.db.prisma, row.id);
  const now = ctx.api.clock.now();
  const active = row.state === "queued" || row.state === "running";
  return {
    ...jobRow(row),
    steps: detail.steps.map(stepView),
    disks: detail.disks.map((disk) => jobDiskView(disk, now)),
    warningList: row.warnings.map(warningView),
    parameters: row.parameters,
    resultPointId: detail.resultPointId,
    can: { cancel: active && row.cancelAskedAt === null && (await mayRun(ctx, row)) },
  };
}

async function mayRun(ctx: SignedInContext, row: JobViewRow): Promise<boolean> {
  return row.vmId !== null && mayOn(ctx, "backup:run", await lookupVm(ctx, row.vmId));
}

/**
 * Asks a job to stop. Asking twice is asking once.
 * @throws KluisError NOT_FOUND, FORBIDDEN, CONFLICT when the job has ended already
 */
export async function cancelJob(
  ctx: SignedInContext,
  ref: string,
): Promise<{ readonly jobId: string; readonly state: "cancelling" }> {
  const job = await lookupJob(ctx, ref);
  const vm = await lookupVmFor(ctx, "backup:run", job.vmId ?? ref);
  const outcome = await record(ctx, async (tx) => {
    const result = await askJobToCancel(tx, job, ctx.api.clock);
    return { result, events: result === "asked" ? [cancelAsked(ctx, job, vm)] : [] };
  });
  if (outcome === "ended") {
    throw new KluisError("CONFLICT", {
      message: "The job has ended already.",
      action: "There is nothing left to cancel.",
      params: { job: job.id },
    });
  }
  return { jobId: job.id, state: "cancelling" };
}

function cancelAsked(ctx: SignedInContext, job: JobViewRow, vm: VmRow): VmEvent {
  return {
    kind: "job.cancel-asked",
    actor: ctx.who.actor,
    target: { type: "job", id: job.id, name: `${job.kind} of ${vm.name}` },
    vmId: vm.id,
    data: { jobKind: job.kind },
  };
}
