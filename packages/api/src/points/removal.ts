/** The deletion of recovery points, and bringing them back. */
import {
  databaseNow,
  judgeAgain,
  notify,
  type PointRow,
  type StoredVm,
  softDeletePoints,
  softDeleteRules,
  type Tx,
  undeletePoint as undelete,
} from "@kluis/db";
import { defaultSoftDeleteDays, KluisError, purgeTime } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { lookupPointFor } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { ReasonedPointInput } from "./inputs.ts";
import { mustBeReadable } from "./service.ts";
import type { ChangedPoint, RemovedPoint } from "./view.ts";

const dayMs = 24 * 3_600_000;

/**
 * Deletes a point, which cannot be used from this moment on. It can be brought back for as long as the policy of its VM says.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is pinned
 */
export async function deletePoint(ctx: SignedInContext, input: ReasonedPointInput): Promise<RemovedPoint> {
  const { point, vm } = await lookupPointFor(ctx, "point:delete", input.point);
  mustBeReadable(point);
  if (point.pinnedAt !== null) throw pointPinned(point, point.pinnedAt);
  const { reason } = input;
  return record(ctx, async (tx) => {
    await judgeAgain(tx, vm.id);
    const purgeAt = purgeTime(await softDeleteRules(tx, vm.id), await databaseNow(tx));
    await notify(tx, "points", { pointId: point.id, vmId: vm.id });
    return softDelete(ctx, tx, { point, vm, reason, purgeAt });
  });
}

async function softDelete(
  ctx: SignedInContext,
  tx: Tx,
  removal: {
    readonly point: PointRow;
    readonly vm: StoredVm;
    readonly reason: string;
    readonly purgeAt: Date;
  },
): Promise<{ readonly result: RemovedPoint; readonly events: readonly VmEvent[] }> {
  const { point, vm, reason, purgeAt } = removal;
  const { actor } = ctx.who;
  const removed = await softDeletePoints(tx, [{ pointId: point.id, reason, actor, purgeAt }]);
  if (!removed.has(point.id)) throw changedMeanwhile(point);
  const event: VmEvent = {
    kind: "point.soft-deleted",
    actor,
    target: { type: "point", id: point.id, name: `${vm.name} ${point.takenAt}` },
    vmId: vm.id,
    data: { reason, purgeAt: purgeAt.toISOString() },
  };
  return { result: { pointId: point.id, purgeAt: purgeAt.toISOString() }, events: [event] };
}

/**
 * Brings a deleted point back. Retention keeps it for as long as it could have been brought back, so that there is time to pin it or to
 * change the policy.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is not deleted, or its purge has begun
 */
export async function undeletePoint(ctx: SignedInContext, ref: string): Promise<ChangedPoint> {
  const { point, vm } = await lookupPointFor(ctx, "point:delete", ref);
  return record(ctx, async (tx) => {
    const rules = await softDeleteRules(tx, vm.id);
    const days = rules?.softDeleteDays ?? defaultSoftDeleteDays;
    const keptUntil = new Date((await databaseNow(tx)).getTime() + days * dayMs);
    if (!(await undelete(tx, { pointId: point.id, vmId: vm.id, keptUntil }))) {
      throw new KluisError("CONFLICT", {
        reason: "point-not-soft-deleted",
        message: `The recovery point ${point.id} cannot be brought back.`,
        action: "Only a deleted recovery point whose data is still kept can be brought back.",
        params: { point: point.id, state: point.state },
      });
    }
    await notify(tx, "points", { pointId: point.id, vmId: vm.id });
    const event: VmEvent = {
      kind: "point.undeleted",
      actor: ctx.who.actor,
      target: { type: "point", id: point.id, name: `${vm.name} ${point.takenAt}` },
      vmId: vm.id,
      data: { keptUntil: keptUntil.toISOString() },
    };
    return { result: { pointId: point.id }, events: [event] };
  });
}

/** CONFLICT for a pinned point. */
function pointPinned(point: PointRow, pinnedAt: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "point-pinned",
    message: `The recovery point ${point.id} is pinned and cannot be deleted.`,
    action: "Unpin it first.",
    params: { point: point.id, pinnedAt },
  });
}

/** Another user or retention removed it, or pinned it, since it was read. */
function changedMeanwhile(point: PointRow): KluisError {
  return new KluisError("POINT_NOT_FOUND", {
    reason: "gone",
    message: `The recovery point ${point.id} was deleted or pinned meanwhile.`,
    action: "Look at the recovery point again.",
    params: { point: point.id },
  });
}
