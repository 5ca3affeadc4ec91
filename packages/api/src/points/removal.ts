/** The deletion of recovery points by a second person's approval, and bringing them back. */
import {
  holdGuardrails,
  holdPoints,
  judgeAgain,
  losingLastGood,
  notify,
  type PlacedVm,
  type PointFacts,
  readPlaces,
  readPointFacts,
  readUndoDays,
  softDeletePoints,
  type Tx,
  undeletePoint as undelete,
} from "@kluis/db";
import { afterUndoDays, digestOf } from "@kluis/db/actions";
import { approvalLimits, KluisError, mustBeAllowed, noEffect } from "@kluis/domain";
import { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import type { Done, Look, Operation } from "../approvals/operation.ts";
import type { OnlyAsked } from "../approvals/view.ts";
import type { SignedInContext } from "../context.ts";
import { lookupPointFor } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { DeletePointsInput } from "./inputs.ts";
import { mustBeReadable } from "./service.ts";
import type { ChangedPoint } from "./view.ts";

/**
 * Requests the deletion of points: a second person must approve it.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when one is pinned, or too many requests wait
 */
export async function deletePoints(ctx: SignedInContext, input: DeletePointsInput): Promise<OnlyAsked> {
  const ids = new Set<string>();
  for (const ref of input.points) ids.add((await lookupPointFor(ctx, "point:delete", ref)).point.id);
  const { reason, ticket, expiresInHours } = input;
  const asking = { input: { pointIds: [...ids].toSorted() }, reason, ticket, expiresInHours };
  const { requested } = await askSecondPerson(ctx, deletePointsOperation, asking);
  if (requested === null) throw new KluisError("INTERNAL", { message: "A deletion was not requested." });
  return { requested };
}

const pointsSchema = z.strictObject({ pointIds: z.array(z.uuid()).min(1).max(approvalLimits.pointsMost) });
type PointsInput = z.infer<typeof pointsSchema>;

/** A point with its VM. */
export interface PlacedPoint extends PointFacts {
  readonly vm: PlacedVm;
}

/** Deletes points. They can be brought back for as long as the policy of their VM says, or a guardrail. */
export const deletePointsOperation: Operation<PointsInput, null> = {
  kind: "points.delete",
  schema: pointsSchema,
  async hold(tx, { pointIds }): Promise<void> {
    await holdGuardrails(tx);
    await holdPoints(tx, pointIds);
  },

  async look(ctx, tx, { pointIds }): Promise<Look> {
    const points = await readPlacedPoints(tx, pointIds);
    for (const { vm } of points) mustBeAllowed(ctx.who.access, "point:delete", { kind: "vm", vm });
    for (const point of points) mustBeRemovable(point);
    const vms = vmsOf(points);
    const days = await undoDays(tx, vms);
    return {
      needed: true,
      items: points.map(({ id, vmId }) => ({ vmId, pointId: id })),
      targets: vms.map((vm) => ({ kind: "vm", vm })),
      target: targetOf(points),
      policyId: null,
      circumstances: {
        points: digestOf(points.map(({ id, state }) => [id, state])),
        undo: days.join(" "),
      },
      effect: {
        ...noEffect,
        vms: vms.length,
        points: points.length,
        lastGood: await losingLastGood(tx, { vmIds: vms.map(({ id }) => id), pointIds }),
        undoDays: Math.min(...days),
      },
    };
  },

  async run(ctx, tx, { input, reason }): Promise<Done<null>> {
    const events: VmEvent[] = [];
    for (const point of await readPlacedPoints(tx, input.pointIds))
      events.push(...(await removePoint(ctx, tx, { point, reason })));
    return { result: null, events };
  },
};

/** @throws KluisError POINT_NOT_FOUND unless all exist */
export async function readPlacedPoints(tx: Tx, pointIds: readonly string[]): Promise<PlacedPoint[]> {
  const facts = await readPointFacts(tx, pointIds);
  const found = new Set(facts.map(({ id }) => id));
  const missing = pointIds.find((id) => !found.has(id));
  if (missing !== undefined) throw changedMeanwhile(missing);
  const places = await readPlaces(tx, [...new Set(facts.map(({ vmId }) => vmId))]);
  const byId = new Map(places.map((vm) => [vm.id, vm]));
  return facts.map((point) => {
    const vm = byId.get(point.vmId);
    if (vm === undefined) throw changedMeanwhile(point.id);
    return { ...point, vm };
  });
}

function vmsOf(points: readonly PlacedPoint[]): PlacedVm[] {
  return [...new Map(points.map(({ vm }) => [vm.id, vm])).values()];
}

/** Days for which the points of each VM could be brought back, in the order of the VMs. */
async function undoDays(tx: Tx, vms: readonly PlacedVm[]): Promise<number[]> {
  const days: number[] = [];
  for (const { id } of vms) days.push(await readUndoDays(tx, id));
  return days;
}

function targetOf(points: readonly PlacedPoint[]): Look["target"] {
  const [first] = points;
  if (points.length === 1 && first !== undefined) return pointTarget(first);
  const vms = vmsOf(points);
  const [vm] = vms;
  const of = vms.length === 1 && vm !== undefined ? vm.name : `${vms.length} machines`;
  return { type: "approval", id: "points", name: `${points.length} points of ${of}` };
}

export function pointTarget({ id, vm, takenAt }: PlacedPoint): Look["target"] {
  return { type: "point", id, name: `${vm.name} ${takenAt.toISOString()}` };
}

/** @throws KluisError POINT_NOT_FOUND, CONFLICT for a pinned point */
function mustBeRemovable(point: PlacedPoint): void {
  mustBeReadable(point);
  if (point.pinnedAt === null) return;
  throw new KluisError("CONFLICT", {
    reason: "point-pinned",
    message: `The recovery point ${point.id} is pinned and cannot be deleted.`,
    action: "Unpin it first.",
    params: { point: point.id, pinnedAt: point.pinnedAt.toISOString() },
  });
}

async function removePoint(
  ctx: SignedInContext,
  tx: Tx,
  { point, reason }: { readonly point: PlacedPoint; readonly reason: string },
): Promise<readonly VmEvent[]> {
  const { id, vm } = point;
  const { actor } = ctx.who;
  await judgeAgain(tx, vm.id);
  const purgeAt = await afterUndoDays(tx, vm.id);
  await notify(tx, "points", { pointId: id, vmId: vm.id });
  const removed = await softDeletePoints(tx, [{ pointId: id, reason, actor, purgeAt }]);
  if (!removed.has(id)) throw changedMeanwhile(id);
  const data = { reason, purgeAt: purgeAt.toISOString() };
  return [{ kind: "point.soft-deleted", actor, target: pointTarget(point), vmId: vm.id, data }];
}

/**
 * Brings a deleted point back. Retention keeps it for as long as it could have been brought back, so that there is time to pin it or to
 * change the policy.
 * @throws KluisError POINT_NOT_FOUND, FORBIDDEN, CONFLICT when it is not deleted, or its purge has begun
 */
export async function undeletePoint(ctx: SignedInContext, ref: string): Promise<ChangedPoint> {
  const { point, vm } = await lookupPointFor(ctx, "point:delete", ref);
  return record(ctx, async (tx) => {
    const keptUntil = await afterUndoDays(tx, vm.id);
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

/** Another user or retention removed it, or pinned it, since it was read. */
export function changedMeanwhile(point: string): KluisError {
  return new KluisError("POINT_NOT_FOUND", {
    reason: "gone",
    message: `The recovery point ${point} was deleted or pinned meanwhile.`,
    action: "Look at the recovery point again.",
    params: { point },
  });
}
