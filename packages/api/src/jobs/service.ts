/** Jobs for pages and the command line: lists, one job in full, cancellation. */
import {
  askJobToCancel,
  getJobDetail,
  type JobDetail,
  type JobRow,
  listJobViews,
  type StoredVm,
} from "@kluis/db";
import { isOpenJobState, KluisError, noticeText, snapshotTries } from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { lookupJob, lookupVm, lookupVmFor, mayOn, optionalVmId } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { ListJobsInput } from "./inputs.ts";
import type { CancelResult, JobDiskView, JobPage, JobView } from "./view.ts";

export async function listJobs(ctx: SignedInContext, input: ListJobsInput): Promise<JobPage> {
  const { vm, search, kind, state, from, to, ...order } = input;
  const vmId = await optionalVmId(ctx, vm);
  const filter = { vmId, search, kind, state, from, to };
  const { page, pageSize } = input;
  return { ...(await listJobViews(ctx.api.db.prisma, seen(ctx), { filter, order })), page, pageSize };
}

/** @throws KluisError NOT_FOUND, CONFLICT */
export async function getJob(ctx: SignedInContext, ref: string): Promise<JobView> {
  return describeJob(ctx, await lookupJob(ctx, ref));
}

/** A job with its steps, disks and what the caller may do with it. */
export async function describeJob(ctx: SignedInContext, row: JobRow): Promise<JobView> {
  const detail = await getJobDetail(ctx.api.db.prisma, row.id);
  const now = ctx.api.clock.now();
  return {
    ...row,
    ...detail,
    capture: captureOf(detail.capture, isOpenJobState(row.state)),
    disks: detail.disks.map((disk) => ({ ...disk, bytesPerSecond: rateOf(disk, now) })),
    can: { cancel: isOpenJobState(row.state) && row.cancelAskedAt === null && (await mayRun(ctx, row)) },
  };
}

function captureOf(stored: JobDetail["capture"], isOpen: boolean): JobView["capture"] {
  if (stored === null) return null;
  const { wanted, reached, reason, notice, capturedNotice } = stored;
  const capturedBy = stored.request === "disks" ? "disk-snapshots" : "restore-point";
  const tries = snapshotTries(stored, isOpen).map((one) => ({
    ...one,
    reason: one.notice === null ? null : noticeText(one.notice),
  }));
  return { wanted, reached, reason, notice, capturedBy, capturedNotice, tries };
}

function rateOf(disk: Omit<JobDiskView, "bytesPerSecond">, now: Date): number | null {
  if (disk.startedAt === null) return null;
  const end = disk.endedAt === null ? now : new Date(disk.endedAt);
  const seconds = (end.getTime() - Date.parse(disk.startedAt)) / 1000;
  return seconds <= 0 ? null : Math.round(disk.readBytes / seconds);
}

async function mayRun(ctx: SignedInContext, row: JobRow): Promise<boolean> {
  return row.vm !== null && mayOn(ctx, "backup:run", await lookupVm(ctx, row.vm.id));
}

/**
 * Requests a job to stop. A second request changes nothing.
 * @throws KluisError NOT_FOUND, FORBIDDEN, CONFLICT when the job has already ended
 */
export async function cancelJob(ctx: SignedInContext, ref: string): Promise<CancelResult> {
  const job = await lookupJob(ctx, ref);
  const vm = await lookupVmFor(ctx, "backup:run", job.vm?.id ?? ref);
  const outcome = await record(ctx, async (tx) => {
    const result = await askJobToCancel(tx, job, ctx.api.clock);
    return { result, events: result === "asked" ? [cancelAsked(ctx, job, vm)] : [] };
  });
  if (outcome === "ended") {
    throw new KluisError("CONFLICT", {
      reason: "job-ended",
      message: "The job has already ended.",
      action: "There is nothing left to cancel.",
      params: { job: job.id, state: job.state },
    });
  }
  return { jobId: job.id, state: "cancelling" };
}

function cancelAsked(ctx: SignedInContext, job: JobRow, vm: StoredVm): VmEvent {
  return {
    kind: "job.cancel-asked",
    actor: ctx.who.actor,
    target: { type: "job", id: job.id, name: `${job.kind} of ${vm.name}` },
    vmId: vm.id,
    data: { jobKind: job.kind },
  };
}
