/** The start of a bulk action: it is stored with its VMs, and an engine does it. */
import { addBulk, countOpenBulk, enqueue, lockBulkStarts, type Tx, teamsOfVms } from "@kluis/db";
import { actingNow } from "@kluis/db/actions";
import { bulkEvent, bulkLimits, bulkMost, KluisError } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";
import type { StartBulkInput } from "./inputs.ts";
import { mustFit, mustMayStart, policyOf, resolveSelection } from "./selection.ts";
import type { startedBulk } from "./view.ts";

/**
 * Starts an action on many VMs.
 * @throws KluisError VM_NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN without the right on any VM; INPUT_INVALID for none or too many VMs, without a
 * policy, confirmation or reason where one is needed; CONFLICT when too many run, or the selection has changed
 */
export async function startBulk(
  ctx: SignedInContext,
  input: StartBulkInput,
): Promise<z.input<typeof startedBulk>> {
  const { kind, reason, expected } = input;
  mustMayStart(ctx, kind);
  const policy = await policyOf(ctx, input);
  const vmIds = await resolveSelection(ctx, input.selection, bulkMost(kind) + 1);
  mustFit(kind, vmIds.length);
  if (expected !== undefined && expected !== vmIds.length) throw selectionChanged(vmIds.length, expected);
  if (kind === "stop-delete") mustBeConfirmed(input, vmIds.length);
  const id = await record(ctx, async (tx) => {
    const acting = await actingNow(ctx, tx);
    mustMayStart(acting, kind);
    await lockBulkStarts(tx);
    await mustHaveRoom(tx, ctx.who.person.id);
    const teamIds = [...new Set([...(await teamsOfVms(tx, vmIds)).values()].flat())].toSorted();
    const bulkId = await addBulk(tx, {
      kind,
      policyId: policy?.id ?? null,
      reason,
      ticket: input.ticket ?? null,
      expiresInHours: input.expiresInHours,
      starterId: ctx.who.person.id,
      starter: ctx.who.actor,
      teamIds,
      vmIds,
    });
    await enqueue(tx, "bulk.run", { bulkId });
    const data = { vms: vmIds.length, policy: policy?.name ?? null, reason };
    const event = bulkEvent("bulk.started", { id: bulkId, kind, teamIds }, { actor: ctx.who.actor, data });
    return { result: bulkId, events: [event] };
  });
  return { id, total: vmIds.length };
}

async function mustHaveRoom(tx: Tx, personId: string): Promise<void> {
  if ((await countOpenBulk(tx, personId)) >= bulkLimits.openOfUser) {
    throw new KluisError("CONFLICT", {
      reason: "bulk-open",
      message: `${bulkLimits.openOfUser} of your bulk actions run: that is the most.`,
      action: "Wait until one ends, or cancel one.",
      params: { most: bulkLimits.openOfUser },
    });
  }
  if ((await countOpenBulk(tx)) < bulkLimits.openMost) return;
  throw new KluisError("CONFLICT", {
    reason: "bulk-open-all",
    message: `${bulkLimits.openMost} bulk actions run: that is the most.`,
    action: "Wait until one ends.",
    params: { most: bulkLimits.openMost },
  });
}

function mustBeConfirmed({ reason, confirm }: StartBulkInput, count: number): void {
  const wrong = confirm !== String(count) ? "confirm" : reason.length < leastReason ? "reason" : null;
  if (wrong === null) return;
  throw new KluisError("INPUT_INVALID", {
    reason: "fields",
    message:
      wrong === "confirm"
        ? `The confirmation is not the number of virtual machines, ${count}.`
        : "The deletion of recovery points needs a reason.",
    action: wrong === "confirm" ? "Type the number of virtual machines." : "Say why.",
    params: { fields: wrong },
  });
}

/** Characters; as for a request for a second person. */
const leastReason = 3;

function selectionChanged(count: number, expected: number): KluisError {
  return new KluisError("CONFLICT", {
    reason: "bulk-selection-changed",
    message: `${count} virtual machines match now, not ${expected}.`,
    action: "Look at the selection again.",
    params: { count, expected },
  });
}
