/** Recovery points: lists, one point in full, verification, deletion. */
import {
  createJob,
  getPointDetail,
  listPointViews,
  markPointDeleting,
  notify,
  type PointRow,
  type StoredVm,
  type Tx,
} from "@kluis/db";
import {
  type DeletePointParameters,
  isHeldPointState,
  type JobKind,
  KluisError,
  type LedgerKind,
  type VerifyParameters,
} from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { lookupPoint, lookupPointFor, lookupVm, mayOn, optionalVmId } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { DeletePointInput, ListPointsInput, VerifyPointInput } from "./inputs.ts";
import type { PointPage, PointView, StartedPointJob } from "./view.ts";

export async function listPoints(ctx: SignedInContext, input: ListPointsInput): Promise<PointPage> {
  const { vm, search, state, consistency, from, to, ...order } = input;
  const vmId = await optionalVmId(ctx, vm);
  const filter = { vmId, search, state, consistency, from, to };
  const { page, pageSize } = input;
  return { ...(await listPointViews(ctx.api.db.prisma, seen(ctx), { filter, order })), page, pageSize };
}

/** @throws KluisError POINT_NOT_FOUND, CONFLICT */
export async function getPoint(ctx: SignedInContext, ref: string): Promise<PointView> {
  const { id } = await lookupPoint(ctx, ref);
  const point = await getPointDetail(ctx.api.db.prisma, id);
  const vm = await lookupVm(ctx, point.vm.id);
  const readable = isHeldPointState(point.state);
  return {
    ...point,
    can: {
      download: readable && mayOn(ctx, "restore:files", vm),
      restore: readable && mayOn(ctx, "restore:disks", vm),
      verify: readable && mayOn(ctx, "backup:run", vm),
      delete: readable && point.pinnedAt === null && mayOn(ctx, "point:delete", vm),
    },
  };
}

/** @throws KluisError POINT_NOT_FOUND when the point is deleted or being deleted */
export function mustBeReadable(point: Pick<PointRow, "id" | "state">): void {
  if (isHeldPointState(point.state)) return;
  const deleted = point.state === "deleted";
  throw new KluisError("POINT_NOT_FOUND", {
    reason: deleted ? "deleted" : "deleting",
    message: `The recovery point ${point.id} ${deleted ? "was deleted" : "is being deleted"}.`,
    action: "Choose another recovery point of this virtual machine.",
    params: { point: point.id, state: point.state },
  });
}

/**
 * Starts a verification of a point.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN
 */
export async function verifyPoint(ctx: SignedInContext, input: VerifyPointInput): Promise<StartedPointJob> {
  const { point, vm } = await lookupPointFor(ctx, "backup:run", input.point);
  mustBeReadable(point);
  const parameters: VerifyParameters = { mode: input.mode };
  return record(ctx, (tx) =>
    addPointJob(ctx, tx, { kind: "verify", event: "job.created", point, vm, parameters }),
  );
}

/**
 * Starts the deletion of a point, which cannot be used from this moment on.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is pinned
 */
export async function deletePoint(ctx: SignedInContext, input: DeletePointInput): Promise<StartedPointJob> {
  const { point, vm } = await lookupPointFor(ctx, "point:delete", input.point);
  mustBeReadable(point);
  if (point.pinnedAt !== null) {
    throw new KluisError("CONFLICT", {
      reason: "point-pinned",
      message: `The recovery point ${point.id} is pinned and cannot be deleted.`,
      action: "Unpin it first.",
      params: { point: point.id, pinnedAt: point.pinnedAt },
    });
  }
  const parameters: DeletePointParameters = { reason: input.reason };
  return record(ctx, async (tx) => {
    if (!(await markPointDeleting(tx, point.id))) mustBeReadable({ id: point.id, state: "deleted" });
    await notify(tx, "points", { pointId: point.id, vmId: vm.id });
    return addPointJob(ctx, tx, { kind: "delete-point", event: "point.delete-asked", point, vm, parameters });
  });
}

interface PointJob {
  readonly kind: Extract<JobKind, "verify" | "delete-point">;
  readonly event: LedgerKind;
  readonly point: PointRow;
  readonly vm: StoredVm;
  readonly parameters: VerifyParameters | DeletePointParameters;
}

/** Adds the job and returns it with the event that records it. */
async function addPointJob(
  ctx: SignedInContext,
  tx: Tx,
  { kind, event, point, vm, parameters }: PointJob,
): Promise<{ readonly result: StartedPointJob; readonly events: readonly VmEvent[] }> {
  const { actor } = ctx.who;
  const job = { kind, vmId: vm.id, pointId: point.id, trigger: "manual", actor } as const;
  const jobId = await createJob(tx, { ...job, parameters: { ...parameters } }, ctx.api.clock);
  const recorded: VmEvent = {
    kind: event,
    actor,
    target: { type: "point", id: point.id, name: `${vm.name} ${point.takenAt}` },
    vmId: vm.id,
    data: { jobId, jobKind: kind, ...parameters },
  };
  return { result: { jobId, pointId: point.id }, events: [recorded] };
}
