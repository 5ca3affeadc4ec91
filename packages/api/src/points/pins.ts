/** Pins of recovery points, and their end by a second person's approval. */
import { holdPoints, notify, pinPoint as pin, type Tx, unpinPoint as unpin } from "@kluis/db";
import { digestOf } from "@kluis/db/actions";
import { KluisError, mustBeAllowed, noEffect } from "@kluis/domain";
import { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import type { Done, Look, Operation } from "../approvals/operation.ts";
import type { OnlyAsked } from "../approvals/view.ts";
import type { SignedInContext } from "../context.ts";
import { lookupPointFor } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { ReasonedPointInput, UnpinPointInput } from "./inputs.ts";
import { changedMeanwhile, type PlacedPoint, pointTarget, readPlacedPoints } from "./removal.ts";
import { mustBeReadable } from "./service.ts";
import type { ChangedPoint } from "./view.ts";

/**
 * Pins a point: nothing removes it until it is unpinned.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is pinned
 */
export async function pinPoint(ctx: SignedInContext, input: ReasonedPointInput): Promise<ChangedPoint> {
  const { point, vm } = await lookupPointFor(ctx, "point:pin", input.point);
  mustBeReadable(point);
  const { reason } = input;
  const { actor } = ctx.who;
  return record(ctx, async (tx) => {
    const pinned = await pin(tx, { pointId: point.id, vmId: vm.id, actor, reason });
    if (!pinned) {
      throw new KluisError("CONFLICT", {
        reason: "point-already-pinned",
        message: `The recovery point ${point.id} is already pinned.`,
        action: "Unpin it first to change the reason.",
        params: { point: point.id },
      });
    }
    await notify(tx, "points", { pointId: point.id, vmId: vm.id });
    const target = { type: "point", id: point.id, name: `${vm.name} ${point.takenAt}` } as const;
    const event: VmEvent = { kind: "point.pinned", actor, target, vmId: vm.id, data: { reason } };
    return { result: { pointId: point.id }, events: [event] };
  });
}

/**
 * Requests the end of the hold of a pinned point: a second person must approve it.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is not pinned, or too many requests wait
 */
export async function unpinPoint(ctx: SignedInContext, input: UnpinPointInput): Promise<OnlyAsked> {
  const { point } = await lookupPointFor(ctx, "point:unpin", input.point);
  const { reason, ticket, expiresInHours } = input;
  const asking = { input: { pointId: point.id }, reason, ticket, expiresInHours };
  const { requested } = await askSecondPerson(ctx, unpinOperation, asking);
  if (requested === null) throw new KluisError("INTERNAL", { message: "An unpin was not requested." });
  return { requested };
}

const unpinSchema = z.strictObject({ pointId: z.uuid() });
type UnpinInput = z.infer<typeof unpinSchema>;

/** Ends the hold of a pinned point; retention judges it again. */
export const unpinOperation: Operation<UnpinInput, null> = {
  kind: "points.unpin",
  schema: unpinSchema,
  hold: (tx, { pointId }) => holdPoints(tx, [pointId]),

  async look(ctx, tx, input): Promise<Look> {
    const point = await pinnedPoint(tx, input);
    const { id, vm, vmId, pinnedAt, pinReason } = point;
    mustBeAllowed(ctx.who.access, "point:unpin", { kind: "vm", vm });
    return {
      needed: true,
      items: [{ vmId, pointId: id }],
      targets: [{ kind: "vm", vm }],
      target: pointTarget(point),
      policyId: null,
      circumstances: { points: digestOf([id, pinnedAt?.toISOString() ?? null, pinReason]) },
      effect: { ...noEffect, vms: 1, points: 1 },
    };
  },

  async run(ctx, tx, { input, reason }): Promise<Done<null>> {
    const point = await pinnedPoint(tx, input);
    const { id, vm, vmId, pinnedAt, pinReason } = point;
    if (!(await unpin(tx, { pointId: id, vmId }))) throw notPinned(id);
    await notify(tx, "points", { pointId: id, vmId: vm.id });
    const data = { reason, pinnedAt: pinnedAt?.toISOString() ?? null, pinReason };
    const { actor } = ctx.who;
    return {
      result: null,
      events: [{ kind: "point.unpinned", actor, target: pointTarget(point), vmId, data }],
    };
  },
};

/** @throws KluisError POINT_NOT_FOUND, CONFLICT when it is not pinned */
async function pinnedPoint(tx: Tx, { pointId }: UnpinInput): Promise<PlacedPoint> {
  const [point] = await readPlacedPoints(tx, [pointId]);
  if (point === undefined) throw changedMeanwhile(pointId);
  if (point.pinnedAt === null) throw notPinned(pointId);
  return point;
}

function notPinned(point: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "point-not-pinned",
    message: `The recovery point ${point} is not pinned.`,
    action: "There is nothing to unpin.",
    params: { point },
  });
}
