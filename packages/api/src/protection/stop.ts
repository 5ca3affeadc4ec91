/** The end of a protection: its recovery points stay, or are deleted in a way that can be undone. */
import {
  holdGuardrails,
  notify,
  type StoredVm,
  softDeleteVmPoints,
  stopProtection as stop,
  type Tx,
} from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { afterUndoDays } from "../points/removal.ts";
import { record, type VmEvent } from "../record.ts";
import type { StopProtectionInput } from "./inputs.ts";
import type { stoppedView } from "./view.ts";

type Stopped = z.input<typeof stoppedView>;

/**
 * Ends the scheduled backups of a VM; its recovery points stay, or are deleted. Those of a VM that is not protected any more can be
 * deleted too.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, VM_NOT_PROTECTED, INPUT_INVALID without a confirmation or a reason to delete
 */
export async function stopProtection(ctx: SignedInContext, input: StopProtectionInput): Promise<Stopped> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  const deletes = input.deletePoints !== undefined;
  if (input.deletePoints !== undefined) {
    await lookupVmFor(ctx, "point:delete", input.vm);
    mustBeConfirmed(vm, { reason: input.reason, confirm: input.deletePoints.confirm });
  }
  return record(ctx, async (tx) => {
    if (deletes) await holdGuardrails(tx);
    const stopped = await stop(tx, vm.id, ctx.api.clock.now());
    const removal = deletes ? await removePoints(ctx, tx, { vm, reason: input.reason }) : null;
    const deleted = removal?.deleted ?? null;
    if (!stopped && (deleted === null || deleted.points === 0)) throw nothingToStop(vm);
    await notify(tx, "inventory", { vmId: vm.id });
    const event: VmEvent = {
      kind: "protection.stopped",
      actor: ctx.who.actor,
      target: { type: "vm", id: vm.id, name: vm.name },
      vmId: vm.id,
      data: { reason: input.reason, dataKept: deleted === null, ...(deleted === null ? {} : { deleted }) },
    };
    return { result: { vm, deleted }, events: [event, ...(removal?.events ?? [])] };
  });
}

/** They can be brought back for as long as the policy says, or a guardrail. */
async function removePoints(
  ctx: SignedInContext,
  tx: Tx,
  { vm, reason }: { readonly vm: StoredVm; readonly reason: string },
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
  { name }: StoredVm,
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

function nothingToStop(vm: StoredVm): KluisError {
  return new KluisError("VM_NOT_PROTECTED", {
    reason: "nothing-to-stop",
    message: `The virtual machine ${vm.name} is not protected.`,
    action: "There is nothing to stop.",
    params: { vm: vm.name },
  });
}
