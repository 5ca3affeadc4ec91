/** The end of a protection: its recovery points stay, or are deleted in a way that can be undone. */
import {
  getProtection,
  holdGuardrails,
  holdVmPoints,
  losingLastGood,
  notify,
  type PlacedVm,
  readPlaces,
  readRemovable,
  readUndoDays,
  softDeleteVmPoints,
  stopProtection as stop,
  type Tx,
} from "@kluis/db";
import { KluisError, mustBeAllowed, noEffect, type Ref } from "@kluis/domain";
import { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import { digestOf } from "../approvals/digest.ts";
import type { Done, Look, Operation } from "../approvals/operation.ts";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor, unknownVm } from "../lookup.ts";
import { afterUndoDays } from "../points/removal.ts";
import type { VmEvent } from "../record.ts";
import type { StopProtectionInput } from "./inputs.ts";
import type { stoppedView } from "./view.ts";

type Stopped = z.input<typeof stoppedView>;

/**
 * Ends the scheduled backups of a VM; its recovery points stay. Their deletion, also for a VM that is not protected any more, is requested:
 * a second person must approve it.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, VM_NOT_PROTECTED, INPUT_INVALID without a confirmation or a reason to delete, CONFLICT when too many requests wait
 */
export async function stopProtection(ctx: SignedInContext, input: StopProtectionInput): Promise<Stopped> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  const { reason, ticket, expiresInHours, deletePoints } = input;
  if (deletePoints !== undefined) {
    await lookupVmFor(ctx, "point:delete", input.vm);
    mustBeConfirmed(vm, { reason, confirm: deletePoints.confirm });
  }
  const { done, requested } = await askSecondPerson(ctx, stopOperation, {
    input: { vmId: vm.id, deletes: deletePoints !== undefined },
    reason,
    ticket,
    expiresInHours,
  });
  return { vm, deleted: done?.deleted ?? null, requested };
}

const stopSchema = z.strictObject({ vmId: z.uuid(), deletes: z.boolean() });
type StopInput = z.infer<typeof stopSchema>;

/** Stops a protection. It needs a second person when it deletes points. */
export const stopOperation: Operation<StopInput, Pick<Stopped, "deleted">> = {
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

  async run(ctx, tx, { input, reason }): Promise<Done<Pick<Stopped, "deleted">>> {
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
  ctx: SignedInContext,
  tx: Tx,
  { vm, reason }: { readonly vm: Ref; readonly reason: string },
): Promise<{ readonly deleted: NonNullable<Stopped["deleted"]>; readonly events: readonly VmEvent[] }> {
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

function mustBeConfirmed(
  { name }: Ref,
  { reason, confirm }: { readonly reason: string; readonly confirm: string },
): void {
  if (confirm !== name) {
    throw new KluisError("INPUT_INVALID", {
      reason: "fields",
      message: `The confirmation is not the name of the virtual machine, ${name}.`,
      action: "Type the name of the virtual machine to delete its recovery points.",
      params: { fields: "confirm" },
    });
  }
  if (reason !== "") return;
  throw new KluisError("INPUT_INVALID", {
    reason: "fields",
    message: "The deletion of recovery points needs a reason.",
    action: "Say why.",
    params: { fields: "reason" },
  });
}

function nothingToStop(vm: Ref): KluisError {
  return new KluisError("VM_NOT_PROTECTED", {
    reason: "nothing-to-stop",
    message: `The virtual machine ${vm.name} is not protected.`,
    action: "There is nothing to stop.",
    params: { vm: vm.name },
  });
}
