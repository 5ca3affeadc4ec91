/** Decisions: one transaction checks everything again, does the operation once, and records who requested and who decided. */
import { databaseNow, endApproval, inSavepoint, lockApproval, type StoredApproval, type Tx } from "@kluis/db";
import {
  type AccessTarget,
  type Actor,
  type ApprovalCancelReason,
  type ApprovalEventKind,
  type ApprovalState,
  approvalEvent,
  approvalLimits,
  approvalStateAt,
  approvalStateTexts,
  type Decision,
  errorInfo,
  isPermittedChangeKind,
  KluisError,
  mustBeAllowed,
} from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { actingNow } from "./acting.ts";
import { refusalOf } from "./deciders.ts";
import type { ApproveInput, RejectInput } from "./inputs.ts";
import { isRefusal, lookAgain } from "./look.ts";
import { type Done, seenOf } from "./operation.ts";
import { getApproval, lookupApproval, storedTargets, unknownApproval } from "./read.ts";
import { bindOperation } from "./registry.ts";
import type { approvalView } from "./view.ts";

type View = z.input<typeof approvalView>;

/**
 * Approves a request, and does what it requests. One that may not be done any more is canceled or fails instead: look at the state of
 * the answer.
 * @throws KluisError NOT_FOUND, FORBIDDEN, CONFLICT when it has ended, or would do something else than the decider saw
 */
export async function approve(ctx: SignedInContext, input: ApproveInput): Promise<View> {
  return decide(ctx, { ref: input.approval, decision: "approve" }, (decider, tx, request) =>
    carryOut(decider, tx, { request, input }),
  );
}

/** @throws KluisError NOT_FOUND, FORBIDDEN, CONFLICT when it has ended */
export async function reject(ctx: SignedInContext, { approval, comment }: RejectInput): Promise<View> {
  return decide(ctx, { ref: approval, decision: "reject" }, async (decider, tx, request) => {
    await endApproval(tx, request.id, { state: "rejected", decider: deciderOf(decider), comment });
    return [decisionEvent("approval.rejected", decider, { request, data: { comment } })];
  });
}

/** Takes the user's own request back. @throws KluisError NOT_FOUND, also for one of another person; CONFLICT when it has ended */
export async function withdraw(ctx: SignedInContext, ref: string): Promise<View> {
  const { id } = await lookupApproval(ctx, ref);
  await record(ctx, async (tx) => {
    const request = await requireLocked(tx, id);
    if (request.requesterId !== ctx.who.person.id) throw unknownApproval(ref);
    if (request.state === "withdrawn") return { result: null, events: [] };
    await mustWait(tx, request);
    await endApproval(tx, id, { state: "withdrawn" });
    const event = approvalEvent("approval.withdrawn", request, { actor: ctx.who.actor, data: {} });
    return { result: null, events: [event] };
  });
  return getApproval(ctx, id);
}

const decided = { approve: "executed", reject: "rejected" } as const satisfies Record<
  Decision,
  ApprovalState
>;

/** Locks the request and checks that the user may decide it now. A decision that the same user made already changes nothing. */
async function decide(
  ctx: SignedInContext,
  { ref, decision }: { readonly ref: string; readonly decision: Decision },
  change: (decider: SignedInContext, tx: Tx, request: StoredApproval) => Promise<readonly VmEvent[]>,
): Promise<View> {
  const { id } = await lookupApproval(ctx, ref);
  await record(ctx, async (tx) => {
    const request = await requireLocked(tx, id);
    const decider = await actingNow(ctx, tx);
    await mustMayDecide(decider, tx, { request, targets: await storedTargets(tx, request), decision });
    if (request.state === decided[decision] && request.deciderId === ctx.who.person.id)
      return { result: null, events: [] };
    await mustWait(tx, request);
    return { result: null, events: await change(decider, tx, request) };
  });
  return getApproval(ctx, id);
}

async function carryOut(
  decider: SignedInContext,
  tx: Tx,
  { request, input }: { readonly request: StoredApproval; readonly input: ApproveInput },
): Promise<readonly VmEvent[]> {
  const operation = bindOperation(request);
  const found = await lookAgain(decider, tx, { request, operation, hold: true });
  if ("cancels" in found) return cancel(decider, tx, { request, reason: found.cancels });
  if ("fails" in found) return fail(decider, tx, { request, error: found.fails });
  const { look, requester } = found;
  await mustMayDecide(decider, tx, { request, targets: look.targets, decision: "approve" });
  const { effect } = look;
  if (seenOf(look) !== input.seen) throw changedSince(request.id);
  const done = await refusedOr(inSavepoint(tx, () => operation.run(requester, tx, request.reason)));
  if ("refused" in done) return fail(decider, tx, { request, error: done.refused });
  const comment = input.comment ?? null;
  const by = deciderOf(decider);
  const permitUntil = isPermittedChangeKind(request.kind) ? await permitEnd(tx) : undefined;
  await endApproval(tx, request.id, { state: "executed", decider: by, comment, effect, permitUntil });
  const approval = { id: request.id, approvedBy: { id: by.id, name: by.actor.name } };
  return [
    decisionEvent("approval.approved", decider, {
      request,
      data: {
        comment,
        ...(look.changes === undefined
          ? { effect }
          : { changes: look.changes, permitUntil: permitUntil?.toISOString() ?? null }),
      },
    }),
    ...done.events.map((event) => ({ ...event, data: { ...event.data, approval } })),
  ];
}

const hourMs = 3_600_000;

async function permitEnd(tx: Tx): Promise<Date> {
  return new Date((await databaseNow(tx)).getTime() + approvalLimits.permitHours * hourMs);
}

async function refusedOr(
  work: Promise<Done<unknown>>,
): Promise<Done<unknown> | { readonly refused: KluisError }> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return { refused: error };
    throw error;
  }
}

async function cancel(
  decider: SignedInContext,
  tx: Tx,
  { request, reason }: { readonly request: StoredApproval; readonly reason: ApprovalCancelReason },
): Promise<readonly VmEvent[]> {
  await endApproval(tx, request.id, { state: "cancelled", endReason: reason });
  return [decisionEvent("approval.cancelled", decider, { request, data: { reason } })];
}

async function fail(
  decider: SignedInContext,
  tx: Tx,
  { request, error }: { readonly request: StoredApproval; readonly error: KluisError },
): Promise<readonly VmEvent[]> {
  const info = errorInfo(error);
  await endApproval(tx, request.id, { state: "failed", decider: deciderOf(decider), error: info });
  return [decisionEvent("approval.failed", decider, { request, data: { error: info } })];
}

function deciderOf({ who }: SignedInContext): { readonly id: string; readonly actor: Actor } {
  return { id: who.person.id, actor: who.actor };
}

function decisionEvent(
  kind: ApprovalEventKind,
  decider: SignedInContext,
  { request, data }: { readonly request: StoredApproval; readonly data: Readonly<Record<string, unknown>> },
): VmEvent {
  const requestedBy = { id: request.requesterId, name: request.requester.name };
  return approvalEvent(kind, request, { actor: decider.who.actor, data: { requestedBy, ...data } });
}

async function requireLocked(tx: Tx, id: string): Promise<StoredApproval> {
  const request = await lockApproval(tx, id);
  if (request === null) throw unknownApproval(id);
  return request;
}

/** @throws KluisError FORBIDDEN */
async function mustMayDecide(
  decider: SignedInContext,
  tx: Tx,
  {
    request,
    targets,
    decision,
  }: {
    readonly request: StoredApproval;
    readonly targets: readonly AccessTarget[];
    readonly decision: Decision;
  },
): Promise<void> {
  const refusal = await refusalOf(decider, tx, { requesterId: request.requesterId, targets, decision });
  if (refusal === null) return;
  if (refusal === "permission") {
    const { access } = decider.who;
    if (targets.length === 0) mustBeAllowed(access, "approval:decide", { kind: "organisation" });
    for (const target of targets) mustBeAllowed(access, "approval:decide", target);
    // The user is gone.
    mustBeAllowed({ ...access, roles: [] }, "approval:decide", { kind: "anywhere" });
  }
  if (refusal === "token") {
    throw new KluisError("FORBIDDEN", {
      reason: "approval-token",
      message: "A token cannot approve: a person must look at it.",
      action: "Sign in to the portal and decide there.",
    });
  }
  throw new KluisError("FORBIDDEN", {
    reason: "approval-same-person",
    message: "You requested this yourself, so another person must decide.",
    action: "Ask a person who holds the permission approval:decide on everything that it affects.",
  });
}

/** @throws KluisError CONFLICT unless it waits, by the time of the database */
async function mustWait(tx: Tx, request: StoredApproval): Promise<void> {
  const state = approvalStateAt(request, await databaseNow(tx));
  if (state === "pending") return;
  throw new KluisError("CONFLICT", {
    reason: "approval-ended",
    message: `The request ${request.id} has ended: ${approvalStateTexts[state].toLowerCase()}.`,
    action: "Request it again if it is still wanted.",
    params: { approval: request.id, state },
  });
}

function changedSince(id: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "approval-changed",
    message: "The request would do something else by now than you saw.",
    action: "Look at it again, then decide.",
    params: { approval: id },
  });
}
