/** Exclusions of VMs from assignment rules: by who may protect the VM. */
import {
  addExclusion as add,
  clearExclusionReminder,
  closeExclusion,
  databaseNow,
  type ExclusionRow,
  enqueue,
  findExclusion,
  findPeople,
  isUuid,
  listExclusions as list,
  lockAssignmentRules,
  notify,
  readAccess,
  type StoredVm,
  type Tx,
} from "@kluis/db";
import {
  can,
  exclusionState,
  goneFromAzure,
  isExclusionEnd,
  isVisible,
  KluisError,
  type LedgerKind,
  type Ref,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVmFor, optionalVmId } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import type { AddExclusionInput, ListExclusionsInput } from "./inputs.ts";
import type { addedExclusionView, exclusionsView, exclusionView } from "./view.ts";

type View = z.input<typeof exclusionView>;

/** @throws KluisError VM_NOT_FOUND */
export async function listExclusions(
  ctx: SignedInContext,
  { vm, state, page, pageSize }: ListExclusionsInput,
): Promise<z.input<typeof exclusionsView>> {
  const { prisma } = ctx.api.db;
  const vmId = await optionalVmId(ctx, vm);
  const { rows, total } = await list(prisma, seen(ctx), { vmId, state, page, pageSize });
  const now = await databaseNow(prisma);
  return { rows: rows.map((row) => viewOf(ctx, row, now)), total, page, pageSize };
}

function viewOf(ctx: SignedInContext, row: ExclusionRow, now: Date): View {
  const { id, vmId, vmName, resourceGroup, ownerId, ownerName, reason } = row;
  const { createdAt, createdBy, expiresAt, endedAt, endedBy } = row;
  const state = exclusionState(row, now);
  return {
    id,
    vm: { id: vmId, name: vmName },
    resourceGroup,
    owner: { id: ownerId, name: ownerName },
    reason,
    createdAt,
    createdBy,
    expiresAt,
    endedAt,
    endedBy,
    state,
    can: {
      end: state === "active" && can(ctx.who.access, "protection:write", { kind: "vm", vm: row }),
    },
  };
}

/**
 * Excludes a VM, in place of an exclusion that is in force. A VM under a policy stays there.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, INPUT_INVALID for an end that is not in the next year, or an owner who does not see the VM
 */
export async function addExclusion(
  ctx: SignedInContext,
  input: AddExclusionInput,
): Promise<z.input<typeof addedExclusionView>> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  if (vm.deletedAt !== null) throw goneFromAzure(vm);
  const { reason, expiresAt } = input;
  return record(ctx, async (tx) => {
    await requireNow(ctx, tx, { permission: "protection:write", target: { kind: "vm", vm } });
    await lockAssignmentRules(tx);
    const at = await databaseNow(tx);
    if (!isExclusionEnd(expiresAt, at)) throw notInTheNextYear();
    const owner = await ownerOf(ctx, tx, { vm, ref: input.owner });
    const wanted = { vm, owner, reason, expiresAt, actor: ctx.who.actor };
    const { now, before } = await add(tx, wanted, ctx.api.clock);
    await clearExclusionReminder(tx, vm.id);
    await notify(tx, "inventory", { vmId: vm.id });
    const events = [
      ...(before === null ? [] : [eventOf(ctx, before, "exclusion.ended")]),
      eventOf(ctx, now, "exclusion.added"),
    ];
    return { result: { ...viewOf(ctx, now, at), replaced: before !== null }, events };
  });
}

/** Ends an exclusion before its time. @throws KluisError NOT_FOUND also for one that has ended, FORBIDDEN */
export async function endExclusion(ctx: SignedInContext, id: string): Promise<View> {
  return record(ctx, async (tx) => {
    const exclusion = isUuid(id) ? await findExclusion(tx, id) : null;
    if (exclusion === null || !isVisible(seen(ctx), exclusion)) throw unknownExclusion();
    await requireNow(ctx, tx, { permission: "protection:write", target: { kind: "vm", vm: exclusion } });
    await lockAssignmentRules(tx);
    const at = await databaseNow(tx);
    if (exclusion.expiresAt <= at || !(await closeExclusion(tx, id, { at, by: ctx.who.actor })))
      throw unknownExclusion();
    await clearExclusionReminder(tx, exclusion.vmId);
    await notify(tx, "inventory", { vmId: exclusion.vmId });
    await enqueue(tx, "rules.apply", {});
    const ended = { ...exclusion, endedAt: at, endedBy: ctx.who.actor };
    return { result: viewOf(ctx, ended, at), events: [eventOf(ctx, exclusion, "exclusion.ended")] };
  });
}

/** Any user who sees the VM can answer for it. One answer for all others, so that no user name is revealed. */
async function ownerOf(
  ctx: SignedInContext,
  tx: Tx,
  { vm, ref }: { readonly vm: StoredVm; readonly ref: string | undefined },
): Promise<Ref> {
  if (ref === undefined) return { id: ctx.who.person.id, name: ctx.who.person.name };
  const [person, second] = await findPeople(tx, ref);
  if (person !== undefined && second === undefined && person.disabledAt === null) {
    const access = await readAccess(tx, person);
    if (can(access, "inventory:read", { kind: "vm", vm })) return { id: person.id, name: person.name };
  }
  throw new KluisError("INPUT_INVALID", {
    reason: "exclusion-owner",
    message: `${ref} is not a user who sees ${vm.name}.`,
    action: "Name a user of a team that reaches the machine, by user name.",
    params: { owner: ref, vm: vm.name },
  });
}

function eventOf(
  ctx: SignedInContext,
  { vmId, vmName, ownerName, reason, expiresAt }: ExclusionRow,
  kind: Extract<LedgerKind, `exclusion.${string}`>,
): VmEvent {
  return {
    kind,
    actor: ctx.who.actor,
    target: { type: "vm", id: vmId, name: vmName },
    vmId,
    data: { owner: ownerName, reason, expiresAt: expiresAt.toISOString() },
  };
}

function notInTheNextYear(): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "exclusion-end",
    message: "An exclusion ends in the future, at most a year from now.",
    action: "Choose another end; it can be excluded again then.",
  });
}

function unknownExclusion(): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "exclusion",
    message: "The exclusion has ended, does not exist, or you cannot see it.",
    action: "List the exclusions.",
  });
}
