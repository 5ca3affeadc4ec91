/** What a bulk action does to one VM: the same as the single action, with the rights that its user has at that moment. */
import { type BulkKind, KluisError, mustBeAllowed, type Ref } from "@kluis/domain";
import type { StoredBulk } from "../bulk/write.ts";
import { findPolicy } from "../policies/read.ts";
import { getProtection, type ProtectionRow } from "../protections/write.ts";
import type { Tx } from "../tx.ts";
import { type ActingContext, actingLater } from "./acting.ts";
import { doOrAsk } from "./ask.ts";
import { startBackupIn } from "./backup.ts";
import { excludedOf, moveOperation } from "./move.ts";
import type { Done } from "./operation.ts";
import { requireSeen } from "./sight.ts";
import { stopOperation } from "./stop.ts";

/** What to do. */
export type BulkWork = Pick<StoredBulk, "kind" | "policyId" | "reason" | "ticket" | "expiresInHours">;

/** The result for a VM. `jobId`: the backup that it started; `approvalId`: the request for a second person. */
export interface BulkResult {
  readonly state: "done" | "requested";
  readonly jobId: string | null;
  readonly approvalId: string | null;
}

/**
 * Does a bulk action to one VM, for its user with the rights of now. Events name the bulk action.
 * @throws KluisError of the single action; FORBIDDEN when the user or the token may do nothing any more
 */
export async function doBulkItem(
  api: ActingContext["api"],
  tx: Tx,
  { bulk, vmId }: { readonly bulk: StoredBulk; readonly vmId: string },
): Promise<Done<BulkResult>> {
  const acting = await actingLater(api, tx, { personId: bulk.starterId, actor: bulk.starter });
  if ("gone" in acting) throw starterGone(acting.gone);
  const { result, events } = await doToVm(acting.ctx, tx, { work: bulk, vmId });
  return {
    result,
    events: events.map((event) => ({ ...event, data: { ...event.data, bulkAction: bulk.id } })),
  };
}

/**
 * Does the work of a bulk action to one VM.
 * @param ctx with the rights of now
 * @throws KluisError of the single action; CONFLICT for a VM that is protected already
 */
export async function doToVm(
  ctx: ActingContext,
  tx: Tx,
  { work, vmId }: { readonly work: BulkWork; readonly vmId: string },
): Promise<Done<BulkResult>> {
  const vm = await requireSeen(ctx, tx, vmId);
  if (work.kind === "backup") {
    const { result, events } = await startBackupIn(ctx, tx, vm.id);
    return { result: { state: "done", jobId: result.jobId, approvalId: null }, events };
  }
  mustBeAllowed(ctx.who.access, "protection:write", { kind: "vm", vm });
  const why = {
    reason: work.reason,
    ticket: work.ticket ?? undefined,
    expiresInHours: work.expiresInHours,
  };
  if (work.kind === "stop" || work.kind === "stop-delete") {
    const asking = { input: { vmId: vm.id, deletes: work.kind === "stop-delete" }, ...why };
    const { result, events } = await doOrAsk(ctx, tx, { operation: stopOperation, asking });
    return { result: resultOf(null, result.made), events };
  }
  const policyId = work.policyId ?? (await getProtection(tx, vm.id))?.policyId;
  if (policyId === undefined) throw neverProtected(vm);
  await moveOperation.hold(tx, { vmId: vm.id, policyId, excludedDisks: [] });
  const current = await getProtection(tx, vm.id);
  await mustBeginFrom(tx, { kind: work.kind, vm, policyId }, current);
  const excludedDisks = excludedOf(vm, { wanted: undefined, current });
  const asking = { input: { vmId: vm.id, policyId, excludedDisks }, ...why };
  const { result, events } = await doOrAsk(ctx, tx, { operation: moveOperation, asking });
  return { result: resultOf(result.done?.jobId ?? null, result.made), events };
}

function resultOf(jobId: string | null, made: { readonly id: string } | null): BulkResult {
  return { state: made === null ? "done" : "requested", jobId, approvalId: made?.id ?? null };
}

/** A selection can contain VMs in any state. A protected one keeps its policy unless the user chose to change it. */
async function mustBeginFrom(
  tx: Tx,
  { kind, vm, policyId }: { readonly kind: BulkKind; readonly vm: Ref; readonly policyId: string },
  current: ProtectionRow | null,
): Promise<void> {
  if (kind === "change-policy") {
    if (current?.state !== "active") throw neverProtected(vm);
    if (current.policyId === policyId) throw alreadyUnder(vm, await policyName(tx, policyId));
    return;
  }
  if (current?.state === "active") throw alreadyProtected(vm, await policyName(tx, current.policyId));
  if (kind === "resume" && current?.policyId !== policyId) throw neverProtected(vm);
}

async function policyName(tx: Tx, policyId: string): Promise<string> {
  return (await findPolicy(tx, policyId))?.name ?? policyId;
}

function neverProtected(vm: Ref): KluisError {
  return new KluisError("VM_NOT_PROTECTED", {
    reason: "no-policy",
    message: `The virtual machine ${vm.name} is not protected.`,
    action: "Assign a policy; that starts the first backup too.",
    params: { vm: vm.name },
  });
}

function alreadyProtected(vm: Ref, policy: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vm-protected",
    message: `The virtual machine ${vm.name} is protected already, by the policy ${policy}.`,
    action: "Change its policy instead.",
    params: { vm: vm.name, policy },
  });
}

function alreadyUnder(vm: Ref, policy: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vm-under-policy",
    message: `The virtual machine ${vm.name} is under the policy ${policy} already.`,
    action: "There is nothing to change.",
    params: { vm: vm.name, policy },
  });
}

function starterGone(gone: "requester" | "token"): KluisError {
  return gone === "token"
    ? new KluisError("FORBIDDEN", {
        reason: "bulk-token",
        message: "The token that started the bulk action was revoked.",
        action: "Start it again with another token, or in the portal.",
      })
    : new KluisError("FORBIDDEN", {
        reason: "bulk-starter",
        message: "The user who started the bulk action cannot sign in any more.",
        action: "Another user can start it again.",
      });
}
