/** The door of every operation that can need a second person, within a transaction: it is done, or requested. */
import {
  type ApprovalKind,
  approvalEvent,
  approvalLimits,
  changedCircumstance,
  KluisError,
} from "@kluis/domain";
import { countOwnOpen } from "../approvals/read.ts";
import {
  addApproval,
  endApproval,
  findSameApproval,
  lockRequester,
  type StoredApproval,
} from "../approvals/write.ts";
import { teamsOfVms } from "../teams/work.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import type { ActingContext } from "./acting.ts";
import type { VmEvent } from "./events.ts";
import type { Look, Operation } from "./operation.ts";

export interface Asking<Input> {
  readonly input: Input;
  /** Empty: none was given. */
  readonly reason: string;
  readonly ticket?: string | undefined;
  readonly expiresInHours: number;
}

const hourMs = 3_600_000;

interface Made {
  readonly id: string;
  readonly expiresAt: Date;
  readonly existed: boolean;
  readonly requesterId: string;
}

/** Exactly one of the two. */
export type DoneOrMade<R> =
  | { readonly done: R; readonly made: null }
  | { readonly done: null; readonly made: Made & Pick<Look, "targets"> };

/**
 * Does the operation, or stores a request for it when it needs a second person. The same request again answers with the one that waits.
 * @param ctx with the rights of now
 * @throws KluisError of the operation; INPUT_INVALID without a reason, CONFLICT with too many open requests
 */
export async function doOrAsk<Input extends object, R, C extends ActingContext>(
  ctx: C,
  tx: Tx,
  { operation, asking }: { readonly operation: Operation<Input, R, C>; readonly asking: Asking<Input> },
): Promise<{ readonly result: DoneOrMade<R>; readonly events: readonly VmEvent[] }> {
  const input = operation.schema.parse(asking.input);
  await operation.hold(tx, input);
  const look = await operation.look(ctx, tx, input);
  // What an agent wants is done by no one but a person who approves it.
  if (!look.needed && ctx.who.actor.via !== "agent") {
    const { result, events } = await operation.run(ctx, tx, { input, reason: asking.reason });
    return { result: { done: result, made: null }, events };
  }
  const { made, events } = await requestIt(ctx, tx, {
    kind: operation.kind,
    look,
    asking: { ...asking, input: operation.stored?.(input) ?? input },
  });
  return { result: { done: null, made: { ...made, targets: look.targets } }, events };
}

async function requestIt(
  ctx: ActingContext,
  tx: Tx,
  wanted: { readonly kind: ApprovalKind; readonly look: Look; readonly asking: Asking<object> },
): Promise<{ readonly made: Made; readonly events: readonly VmEvent[] }> {
  const { kind, look, asking } = wanted;
  if (asking.reason.length < leastReason) throw withoutReason();
  const requesterId = ctx.who.person.id;
  await lockRequester(tx, requesterId);
  const now = await databaseNow(tx);
  const same = await findSameApproval(tx, { kind, input: asking.input });
  const ended: VmEvent[] = [];
  if (same !== null) {
    const changed = changedCircumstance(same.circumstances, look.circumstances);
    if (same.expiresAt > now && changed === null) return { made: { ...same, existed: true }, events: [] };
    ended.push(...(await endStale(ctx, tx, { same, changed, now })));
  }
  if ((await countOwnOpen(tx, requesterId)) >= approvalLimits.openMost) throw tooMany();
  const expiresAt = new Date(now.getTime() + asking.expiresInHours * hourMs);
  const facts = {
    kind,
    requesterId,
    reason: asking.reason,
    ticket: asking.ticket ?? null,
    target: look.target,
    teamIds: await teamsOf(tx, look),
    effect: look.effect,
    circumstances: look.circumstances,
    expiresAt,
  };
  const id = await addApproval(tx, {
    ...facts,
    ...decidedOn(look),
    input: asking.input,
    requester: ctx.who.actor,
    policyId: look.policyId,
    changes: look.changes ?? null,
    items: look.items,
  });
  if (id === null) {
    // Another person requested the same while this transaction looked.
    const other = await findSameApproval(tx, { kind, input: asking.input });
    if (other === null) throw endedMeanwhile();
    return { made: { ...other, existed: true }, events: ended };
  }
  const data = {
    reason: facts.reason,
    ticket: facts.ticket,
    expiresAt: expiresAt.toISOString(),
    ...(look.changes === undefined ? { effect: look.effect } : { changes: look.changes }),
  };
  const event = approvalEvent("approval.requested", { ...facts, id }, { actor: ctx.who.actor, data });
  return { made: { id, expiresAt, existed: false, requesterId }, events: [...ended, event] };
}

/** Ends a request that no user can approve any more, so that the same can be requested again. */
async function endStale(
  ctx: ActingContext,
  tx: Tx,
  stale: {
    readonly same: StoredApproval;
    readonly changed: ReturnType<typeof changedCircumstance>;
    readonly now: Date;
  },
): Promise<VmEvent[]> {
  const { same, changed, now } = stale;
  const { actor } = ctx.who;
  if (same.expiresAt <= now || changed === null) {
    if (!(await endApproval(tx, same.id, { state: "expired" }))) return [];
    return [
      approvalEvent("approval.expired", same, { actor, data: { expiresAt: same.expiresAt.toISOString() } }),
    ];
  }
  if (!(await endApproval(tx, same.id, { state: "cancelled", endReason: changed }))) return [];
  return [approvalEvent("approval.cancelled", same, { actor, data: { reason: changed } })];
}

/** Characters; as `approvalReason`, for operations that need a reason only when they take points. */
const leastReason = 3;

/** Where a decision needs the right, beside the VMs. */
function decidedOn({ targets }: Look): {
  readonly onOrganisation: boolean;
  readonly onTeamId: string | null;
} {
  const onTeamId = targets.flatMap((one) => (one.kind === "team" ? (one.teamId ?? []) : []))[0] ?? null;
  const onOrganisation = targets.some(
    (one) => one.kind === "organisation" || (one.kind === "team" && one.teamId === null),
  );
  return { onOrganisation, onTeamId };
}

async function teamsOf(tx: Tx, look: Look): Promise<string[]> {
  const ids = [...new Set(look.items.map(({ vmId }) => vmId))];
  const teams = new Set([...(await teamsOfVms(tx, ids)).values()].flat());
  const { onTeamId } = decidedOn(look);
  if (onTeamId !== null) teams.add(onTeamId);
  return [...teams].toSorted();
}

function withoutReason(): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "fields",
    message: "A second person must approve this, and needs a reason.",
    action: "Give a reason of at least three characters.",
    params: { fields: "reason" },
  });
}

function tooMany(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "approvals-open",
    message: `${approvalLimits.openMost} of your requests wait for a second person: that is the most.`,
    action: "Wait until some are decided, or withdraw some.",
    params: { most: approvalLimits.openMost },
  });
}

function endedMeanwhile(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "approval-changed",
    message: "Another request for the same ended at this moment.",
    action: "Try again.",
  });
}
