/** Pins of recovery points. Unpinning is a separate change, so that a second person can approve it before it runs. */
import {
  notify,
  type PointRow,
  pinPoint as pin,
  type StoredVm,
  type Tx,
  unpinPoint as unpin,
} from "@kluis/db";
import { type Actor, KluisError, type LedgerKind } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { lookupPointFor } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { ReasonedPointInput } from "./inputs.ts";
import { mustBeReadable } from "./service.ts";
import type { ChangedPoint } from "./view.ts";

interface Hold {
  readonly point: PointRow;
  readonly vm: StoredVm;
  readonly reason: string;
  readonly actor: Actor;
}

/**
 * Pins a point: nothing removes it until it is unpinned.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is pinned
 */
export async function pinPoint(ctx: SignedInContext, input: ReasonedPointInput): Promise<ChangedPoint> {
  const { point, vm } = await lookupPointFor(ctx, "point:pin", input.point);
  mustBeReadable(point);
  const hold: Hold = { point, vm, reason: input.reason, actor: ctx.who.actor };
  return record(ctx, async (tx) => {
    const pinned = await pin(tx, {
      pointId: point.id,
      vmId: vm.id,
      actor: hold.actor,
      reason: hold.reason,
    });
    if (!pinned) {
      throw new KluisError("CONFLICT", {
        reason: "point-already-pinned",
        message: `The recovery point ${point.id} is already pinned.`,
        action: "Unpin it first to change the reason.",
        params: { point: point.id },
      });
    }
    return { result: { pointId: point.id }, events: [await changed(tx, "point.pinned", hold)] };
  });
}

/**
 * Ends the hold of a pinned point; retention judges it again.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is not pinned
 */
export async function unpinPoint(ctx: SignedInContext, input: ReasonedPointInput): Promise<ChangedPoint> {
  const { point, vm } = await lookupPointFor(ctx, "point:unpin", input.point);
  const hold: Hold = { point, vm, reason: input.reason, actor: ctx.who.actor };
  return record(ctx, async (tx) => ({ result: { pointId: point.id }, events: [await endHold(tx, hold)] }));
}

/** The change itself, in the name of the actor who requested it. */
async function endHold(tx: Tx, hold: Hold): Promise<VmEvent> {
  const { point, vm } = hold;
  if (!(await unpin(tx, { pointId: point.id, vmId: vm.id }))) {
    throw new KluisError("CONFLICT", {
      reason: "point-not-pinned",
      message: `The recovery point ${point.id} is not pinned.`,
      action: "There is nothing to unpin.",
      params: { point: point.id },
    });
  }
  return changed(tx, "point.unpinned", hold);
}

async function changed(tx: Tx, kind: LedgerKind, { point, vm, reason, actor }: Hold): Promise<VmEvent> {
  await notify(tx, "points", { pointId: point.id, vmId: vm.id });
  const target = { type: "point", id: point.id, name: `${vm.name} ${point.takenAt}` } as const;
  const pinned = point.pinnedAt === null ? {} : { pinnedAt: point.pinnedAt, pinReason: point.pinReason };
  return { kind, actor, target, vmId: vm.id, data: { reason, ...pinned } };
}
