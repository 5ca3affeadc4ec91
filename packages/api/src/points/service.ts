import {
  createJob,
  getPointDetail,
  listPointViews,
  markPointDeleting,
  notify,
  type PointDetail,
  type PointViewRow,
  type Tx,
  type VmRow,
} from "@kluis/db";
import {
  type DeletePointParameters,
  type JobKind,
  KluisError,
  type LedgerKind,
  type VerifyParameters,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { lookupPoint, lookupPointFor, lookupVm, mayOn } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import { actorView, iso, pointRow } from "../shape.ts";
import type { Page, PointDiskView, PointRow, PointView } from "../views/index.ts";
import type { listPointsInput } from "./procedures.ts";

export async function listPoints(
  ctx: SignedInContext,
  input: z.infer<typeof listPointsInput>,
): Promise<Page<PointRow>> {
  const { vm, search, state, consistency, from, to, ...order } = input;
  const vmId = vm === undefined ? undefined : (await lookupVm(ctx, vm)).id;
  const { rows, total } = await listPointViews(ctx.api.db.prisma, seen(ctx), {
    filter: { vmId, search, state, consistency, from, to },
    order,
  });
  return { rows: rows.map(pointRow), total, page: input.page, pageSize: input.pageSize };
}

export async function getPoint(ctx: SignedInContext, ref: string): Promise<PointView> {
  const row = await lookupPoint(ctx, ref);
  const detail = await getPointDetail(ctx.api.db.prisma, row.id);
  const vm = await lookupVm(ctx, row.vmId);
  const readable = row.state === "available" || row.state === "damaged";
  const { vault, disks, actor, deletedBy, ...facts } = detail;
  return {
    ...pointRow(row),
    ...facts,
    actor: actorView(actor),
    deletedBy: deletedBy === null ? null : actorView(deletedBy),
    occurrenceDueAt: iso(facts.occurrenceDueAt),
    snapshotStartedAt: iso(facts.snapshotStartedAt),
    snapshotEndedAt: iso(facts.snapshotEndedAt),
    snapshotRemovedAt: iso(facts.snapshotRemovedAt),
    transferStartedAt: iso(facts.transferStartedAt),
    transferEndedAt: iso(facts.transferEndedAt),
    createdAt: iso(facts.createdAt),
    deadlineAt: iso(facts.deadlineAt),
    vault,
    encryption: "AES-256-GCM",
    disks: disks.map(diskView),
    can: {
      download: readable && mayOn(ctx, "restore:files", vm),
      restore: readable && mayOn(ctx, "restore:disks", vm),
      verify: readable && mayOn(ctx, "backup:run", vm),
      delete: readable && row.pinnedAt === null && mayOn(ctx, "point:delete", vm),
    },
  };
}

function diskView({ diskKey, root: _place, ...disk }: PointDetail["disks"][number]): PointDiskView {
  return { ...disk, key: diskKey };
}

/** @throws KluisError POINT_NOT_FOUND when the point's content is gone or going */
export function mustBeReadable(point: PointViewRow): void {
  if (point.state === "available" || point.state === "damaged") return;
  throw new KluisError("POINT_NOT_FOUND", {
    message: `The recovery point ${point.id} ${point.state === "deleted" ? "was deleted" : "is being deleted"}.`,
    action: "Choose another recovery point of this virtual machine.",
    params: { point: point.id, state: point.state },
  });
}

interface Started {
  readonly jobId: string;
  readonly pointId: string;
}

/**
 * Starts a verification of a point.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN
 */
export async function verifyPoint(
  ctx: SignedInContext,
  input: { readonly point: string; readonly mode: "quick" | "full" },
): Promise<Started> {
  const { point, vm } = await lookupPointFor(ctx, "backup:run", input.point);
  mustBeReadable(point);
  const parameters: VerifyParameters = { mode: input.mode };
  return record(ctx, async (tx) => {
    const started = await addPointJob(ctx, tx, {
      kind: "verify",
      event: "job.created",
      point,
      vm,
      parameters,
    });
    return { result: started.result, events: [started.event] };
  });
}

/**
 * Starts the deletion of a point; from this moment on it can no longer be used.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is pinned
 */
export async function deletePoint(
  ctx: SignedInContext,
  input: { readonly point: string; readonly reason: string },
): Promise<Started> {
  const { point, vm } = await lookupPointFor(ctx, "point:delete", input.point);
  mustBeReadable(point);
  if (point.pinnedAt !== null) {
    throw new KluisError("CONFLICT", {
      message: `The recovery point ${point.id} is pinned and cannot be deleted.`,
      action: "Have it unpinned first.",
      params: { point: point.id },
    });
  }
  const parameters: DeletePointParameters = { reason: input.reason };
  return record(ctx, async (tx) => {
    if (!(await markPointDeleting(tx, point.id))) mustBeReadable({ ...point, state: "deleting" });
    await notify(tx, "points", { pointId: point.id, vmId: vm.id });
    const what = { kind: "delete-point", event: "point.delete-asked", point, vm, parameters } as const;
    const started = await addPointJob(ctx, tx, what);
    return { result: started.result, events: [started.event] };
  });
}

interface PointJob {
  readonly kind: Extract<JobKind, "verify" | "delete-point">;
  readonly event: LedgerKind;
  readonly point: PointViewRow;
  readonly vm: VmRow;
  readonly parameters: VerifyParameters | DeletePointParameters;
}

async function addPointJob(
  ctx: SignedInContext,
  tx: Tx,
  job: PointJob,
): Promise<{ readonly result: Started; readonly event: VmEvent }> {
  const { kind, point, vm, parameters } = job;
  const { actor } = ctx.who;
  const jobId = await createJob(
    tx,
    { kind, vmId: vm.id, pointId: point.id, trigger: "manual", actor, parameters: { ...parameters } },
    ctx.api.clock,
  );
  const event: VmEvent = {
    kind: job.event,
    actor,
    target: { type: "recovery-point", id: point.id, name: `${vm.name} ${iso(point.takenAt)}` },
    vmId: vm.id,
    data: { jobId, jobKind: kind, ...parameters },
  };
  return { result: { jobId, pointId: point.id }, event };
}
