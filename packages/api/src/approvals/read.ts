/** Requests as users see them: those about what they see, and their own. */
import {
  type ApprovalReach,
  type ApprovalRow,
  type ApprovalSight,
  approvalVms,
  countDecidable,
  countOutcomes,
  countOwnOpen,
  findApprovalViews,
  inTransaction,
  isUuid,
  listApprovalPoints,
  listApprovalViews,
  listDecidable,
  readApproval,
  requirePolicy,
  type StoredApproval,
  type Tx,
} from "@kluis/db";
import {
  type AccessTarget,
  type ApprovalEffect,
  isChangeKind,
  KluisError,
  noEffect,
  seenEffect,
  visibleVmFilter,
} from "@kluis/domain";
import type { z } from "zod";
import { holdsAnywhere, type SignedInContext, seen } from "../context.ts";
import { lookupPoint, optionalVmId } from "../lookup.ts";
import { policySight } from "../policies/facts.ts";
import { countDeciders, refusalOf, sameHumans } from "./deciders.ts";
import type { ListApprovalsInput } from "./inputs.ts";
import { lookAgain } from "./look.ts";
import { seenOf } from "./operation.ts";
import { bindOperation } from "./registry.ts";
import type { approvalListRow, approvalPage, approvalSummary, approvalView } from "./view.ts";

/** A token of one team does not see what its owner requested elsewhere. */
function sightOf(ctx: SignedInContext): ApprovalSight {
  return { personId: isOfTeam(ctx) ? null : ctx.who.person.id, visibility: seen(ctx) };
}

function isOfTeam({ who }: SignedInContext): boolean {
  return who.token !== null && who.token.teamId !== null;
}

/** What the user may decide; nothing for a token. */
async function reachOf(ctx: SignedInContext): Promise<ApprovalReach | null> {
  if (ctx.who.actor.via !== "session") return null;
  const visibility = visibleVmFilter(ctx.who.access, "approval:decide");
  return { personIds: await sameHumans(ctx.api.db.prisma, ctx.who.person.id), visibility };
}

export async function listApprovals(
  ctx: SignedInContext,
  input: ListApprovalsInput,
): Promise<z.input<typeof approvalPage>> {
  const { page, pageSize, state, kind, vm, point, policy, of } = input;
  const { prisma } = ctx.api.db;
  const reach = await reachOf(ctx);
  if (of === "to-decide" && reach === null) return { rows: [], total: 0, hasMore: false, page, pageSize };
  const filter = {
    state,
    kind,
    vmId: await optionalVmId(ctx, vm),
    pointId: point === undefined ? undefined : (await lookupPoint(ctx, point)).id,
    policyId: policy === undefined ? undefined : (await requirePolicy(prisma, policy, policySight(ctx))).id,
    requesterId: of === "me" ? ctx.who.person.id : undefined,
    decidable: of === "to-decide" ? (reach ?? undefined) : undefined,
  };
  const found = await listApprovalViews(prisma, sightOf(ctx), { filter, order: { page, pageSize } });
  const waiting = found.rows.filter((row) => row.state === "pending").map(({ id }) => id);
  const mine = reach === null ? new Set<string>() : await listDecidable(prisma, reach, waiting);
  return { ...found, rows: found.rows.map((row) => rowOf(ctx, row, mine.has(row.id))), page, pageSize };
}

const nothing = { count: 0, soonest: null };

export async function summarize(ctx: SignedInContext): Promise<z.input<typeof approvalSummary>> {
  const { prisma } = ctx.api.db;
  const reach = await reachOf(ctx);
  const { count, soonest } = reach === null ? nothing : await countDecidable(prisma, reach);
  const outcomes = await countOutcomes(prisma, ctx.who.person.id);
  return { toDecide: count, soonest, own: await countOwn(ctx), ...outcomes };
}

async function countOwn(ctx: SignedInContext): Promise<number> {
  const { prisma } = ctx.api.db;
  const requesterId = ctx.who.person.id;
  if (!isOfTeam(ctx)) return countOwnOpen(prisma, requesterId);
  const filter = { state: ["pending" as const], requesterId };
  return (await listApprovalViews(prisma, sightOf(ctx), { filter, order: { page: 1, pageSize: 1 } })).total;
}

/**
 * The counts of a request say something about every VM, so only those who see all of them get them. A change of configuration has
 * none.
 */
function effectFor(row: ApprovalRow, mayDecide: boolean, effect: ApprovalEffect): ApprovalEffect | null {
  return row.changes === null && (row.seesAll || mayDecide) ? effect : null;
}

/** What a change of configuration does, for its requester and for those who decide or read the ledger. */
function changesFor(ctx: SignedInContext, row: ApprovalRow): ApprovalRow["changes"] {
  const may = holdsAnywhere(ctx, "approval:decide") || holdsAnywhere(ctx, "audit:read");
  return may || row.requesterId === ctx.who.person.id ? row.changes : null;
}

function rowOf(ctx: SignedInContext, row: ApprovalRow, mayDecide: boolean): z.input<typeof approvalListRow> {
  const { seesAll: _, changes: __, requesterId, ...shown } = row;
  const own = requesterId === ctx.who.person.id;
  return {
    ...shown,
    effect: effectFor(row, mayDecide || (own && !isOfTeam(ctx)), row.effect),
    own,
    can: { decide: mayDecide, withdraw: own && row.state === "pending" },
  };
}

/** @throws KluisError NOT_FOUND, also for a request about another team's objects */
export async function getApproval(ctx: SignedInContext, ref: string): Promise<z.input<typeof approvalView>> {
  const row = await lookupApproval(ctx, ref);
  return inTransaction(ctx.api.db, async (tx) => {
    const points = await listApprovalPoints(tx, { requestId: row.id, visibility: seen(ctx) });
    const request = row.state === "pending" ? await readApproval(tx, row.id) : null;
    if (request === null) {
      const ended = { refusal: null, deciders: null, now: null };
      return { ...rowOf(ctx, row, false), ...ended, changes: changesFor(ctx, row), points };
    }
    const targets = await storedTargets(tx, request);
    const refusal = await refusalOf(ctx, tx, {
      requesterId: request.requesterId,
      targets,
      decision: "approve",
    });
    const deciders = await countDeciders(tx, { requesterId: request.requesterId, targets });
    // A change of configuration is rehearsed: not for those who only see that it waits.
    const looks =
      !isChangeKind(request.kind) || refusal !== "permission" || row.requesterId === ctx.who.person.id;
    const operation = bindOperation(request);
    const found = looks ? await lookAgain(ctx, tx, { request, operation, hold: false }) : null;
    const look = found !== null && "look" in found ? found.look : null;
    const effect = look?.effect ?? noEffect;
    const shown = rowOf(ctx, row, refusal === null);
    const now = {
      effect: effectFor(row, refusal === null || (shown.own && !isOfTeam(ctx)), effect),
      seen: look === null ? seenEffect(noEffect) : seenOf(look),
      cancels: found !== null && "cancels" in found ? found.cancels : null,
    };
    const changes = changesFor(ctx, { ...row, changes: look?.changes?.slice() ?? row.changes });
    return { ...shown, refusal, deciders, now, changes, points };
  });
}

/** What a stored request affects. */
export async function storedTargets(tx: Tx, request: StoredApproval): Promise<AccessTarget[]> {
  const vms = await approvalVms(tx, request.id);
  const targets = vms.map((vm): AccessTarget => ({ kind: "vm", vm }));
  if (request.onOrganisation) targets.push({ kind: "organisation" });
  if (request.onTeamId !== null) targets.push({ kind: "team", teamId: request.onTeamId });
  return targets;
}

/** @throws KluisError NOT_FOUND, CONFLICT when several ids have the prefix */
export async function lookupApproval(ctx: SignedInContext, ref: string): Promise<ApprovalRow> {
  const isId = isUuid(ref) || /^[0-9a-f-]{4,36}$/i.test(ref);
  const found = isId ? await findApprovalViews(ctx.api.db.prisma, sightOf(ctx), ref) : [];
  const [row, second] = found;
  if (row === undefined) throw unknownApproval(ref);
  if (second !== undefined) {
    throw new KluisError("CONFLICT", {
      reason: "approval-ambiguous",
      message: `The ids of several requests begin with ${ref}.`,
      action: "Enter more of the id.",
      params: { id: ref },
    });
  }
  return row;
}

export function unknownApproval(ref: string): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "approval",
    message: `The request ${ref} does not exist, or you cannot see it.`,
    action: "Check the id, or list the requests.",
    params: { approval: ref },
  });
}
