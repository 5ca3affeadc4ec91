/** The end of a protection: its recovery points stay, or are deleted in a way that can be undone. */
import { KluisError, mustBeAllowed, noEffect, type Ref } from "@kluis/domain";
import { z } from "zod";
import {
  holdVmPoints,
  losingLastGood,
  type PlacedVm,
  readPlaces,
  readRemovable,
} from "../approvals/facts.ts";
import { notify } from "../events/listen.ts";
import { holdGuardrails } from "../guardrails/read.ts";
import { readUndoDays } from "../points/soft-delete.ts";
import { softDeleteVmPoints } from "../points/soft-delete-vm.ts";
import { getProtection, stopProtection as stop } from "../protections/write.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import type { ActingContext } from "./acting.ts";
import { digestOf } from "./digest.ts";
import type { VmEvent } from "./events.ts";
import type { Done, Look, Operation } from "./operation.ts";
import { unknownVm } from "./sight.ts";

const dayMs = 24 * 3_600_000;

/** The recovery points that were deleted, and those that stay because they are pinned. */
export interface DeletedPoints {
  readonly points: number;
  readonly pinned: number;
  readonly purgeAt: string;
}

export interface Stopped {
  /** null: all are kept. */
  readonly deleted: DeletedPoints | null;
}

const stopSchema = z.strictObject({ vmId: z.uuid(), deletes: z.boolean() });
export type StopInput = z.infer<typeof stopSchema>;

/** Stops a protection. It needs a second person when it deletes points. */
export const stopOperation: Operation<StopInput, Stopped> = {
  kind: "protection.stop",
  schema: stopSchema,
  async hold(tx, { vmId }): Promise<void> {
    await holdGuardrails(tx);
    await holdVmPoints(tx, vmId);
  },

  async look(ctx, tx, { vmId, deletes }): Promise<Look> {
    const vm = await placeOf(tx, vmId);
    const target = { kind: "vm", vm } as const;
    mustBeAllowed(ctx.who.access, "protection:write", target);
    if (deletes) mustBeAllowed(ctx.who.access, "point:delete", target);
    const protection = await getProtection(tx, vmId);
    const { pointIds, pinned } = await readRemovable(tx, vmId);
    const takes = deletes && pointIds.length > 0;
    if (protection?.state !== "active" && !takes) throw nothingToStop(vm);
    const undoDays = await readUndoDays(tx, vmId);
    const effect = {
      ...noEffect,
      vms: 1,
      points: pointIds.length,
      pinned,
      lastGood: await losingLastGood(tx, { vmIds: [vmId], pointIds }),
      undoDays,
    };
    return {
      needed: takes,
      items: [{ vmId, pointId: null }],
      targets: [target],
      target: { type: "vm", id: vmId, name: vm.name },
      policyId: null,
      circumstances: {
        protection: digestOf(protection && [protection.id, protection.policyId, protection.state]),
        undo: String(undoDays),
      },
      effect: takes ? effect : noEffect,
    };
  },

  async run(ctx, tx, { input, reason }): Promise<Done<Stopped>> {
    const vm = await placeOf(tx, input.vmId);
    const stopped = await stop(tx, vm.id, { at: ctx.api.clock.now(), by: ctx.who.actor });
    const removal = input.deletes ? await removePoints(ctx, tx, { vm, reason }) : null;
    const deleted = removal?.deleted ?? null;
    if (!stopped && (deleted === null || deleted.points === 0)) throw nothingToStop(vm);
    await notify(tx, "inventory", { vmId: vm.id });
    const event: VmEvent = {
      kind: "protection.stopped",
      actor: ctx.who.actor,
      target: { type: "vm", id: vm.id, name: vm.name },
      vmId: vm.id,
      data: { reason, dataKept: deleted === null, ...(deleted === null ? {} : { deleted }) },
    };
    return { result: { deleted }, events: [event, ...(removal?.events ?? [])] };
  },
};

/** @throws KluisError VM_NOT_FOUND */
async function placeOf(tx: Tx, vmId: string): Promise<PlacedVm> {
  const [vm] = await readPlaces(tx, [vmId]);
  if (vm === undefined) throw unknownVm(vmId);
  return vm;
}

/** They can be brought back for as long as the policy says, or a guardrail. */
async function removePoints(
  ctx: ActingContext,
  tx: Tx,
  { vm, reason }: { readonly vm: Ref; readonly reason: string },
): Promise<{ readonly deleted: DeletedPoints; readonly events: readonly VmEvent[] }> {
  const { actor } = ctx.who;
  const purgeAt = await afterUndoDays(tx, vm.id);
  const { removed, pinned } = await softDeleteVmPoints(tx, { vmId: vm.id, reason, actor, purgeAt });
  for (const { id } of removed) await notify(tx, "points", { pointId: id, vmId: vm.id });
  const events = removed.map(
    ({ id, takenAt }): VmEvent => ({
      kind: "point.soft-deleted",
      actor,
      target: { type: "point", id, name: `${vm.name} ${takenAt.toISOString()}` },
      vmId: vm.id,
      data: { reason, purgeAt: purgeAt.toISOString() },
    }),
  );
  return { deleted: { points: removed.length, pinned, purgeAt: purgeAt.toISOString() }, events };
}

/** When the time is over in which a point of the VM that is removed now can be brought back. */
export async function afterUndoDays(tx: Tx, vmId: string): Promise<Date> {
  const days = await readUndoDays(tx, vmId);
  return new Date((await databaseNow(tx)).getTime() + days * dayMs);
}

function nothingToStop(vm: Ref): KluisError {
  return new KluisError("VM_NOT_PROTECTED", {
    reason: "nothing-to-stop",
    message: `The virtual machine ${vm.name} is not protected.`,
    action: "There is nothing to stop.",
    params: { vm: vm.name },
  });
}
