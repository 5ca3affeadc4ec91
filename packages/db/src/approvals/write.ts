/** Changes of requests for a second person. */
import { createHash } from "node:crypto";
import {
  type Actor,
  type ApprovalCancelReason,
  type ApprovalEffect,
  type ApprovalKind,
  type ApprovalState,
  actorSchema,
  approvalKinds,
  approvalStates,
  type Circumstances,
  canonicalJson,
  type ErrorInfo,
  type LedgerTarget,
  ledgerTargetTypes,
  storableJson,
} from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { fromJson, toJson, toJsonOrNull } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { type ChangeFacts, changeFacts } from "./view.ts";

export interface ApprovalItem {
  readonly vmId: string;
  readonly pointId: string | null;
}

export interface NewApproval {
  readonly kind: ApprovalKind;
  readonly input: object;
  readonly requesterId: string;
  readonly requester: Actor;
  readonly reason: string;
  readonly ticket: string | null;
  readonly target: LedgerTarget;
  readonly policyId: string | null;
  readonly onOrganisation: boolean;
  readonly onTeamId: string | null;
  readonly teamIds: readonly string[];
  readonly circumstances: Circumstances;
  readonly effect: ApprovalEffect;
  /** What it would write into the ledger; null: its effect says it. */
  readonly changes: readonly ChangeFacts[] | null;
  readonly expiresAt: Date;
  readonly items: readonly ApprovalItem[];
}

const storedApproval = z.object({
  id: z.string(),
  kind: z.enum(approvalKinds),
  state: z.enum(approvalStates),
  input: z.unknown(),
  requesterId: z.string(),
  deciderId: z.string().nullable(),
  requester: actorSchema,
  reason: z.string(),
  target: z.object({ type: z.enum(ledgerTargetTypes), id: z.string(), name: z.string() }),
  onOrganisation: z.boolean(),
  onTeamId: z.string().nullable(),
  teamIds: z.array(z.string()),
  circumstances: z.record(z.string(), z.string()),
  changes: z.array(changeFacts).nullable(),
  expiresAt: z.date(),
});
/** A request as those who decide and execute it read it. */
export type StoredApproval = z.infer<typeof storedApproval>;

const fields = {
  id: true,
  kind: true,
  state: true,
  input: true,
  requesterId: true,
  deciderId: true,
  requester: true,
  reason: true,
  target: true,
  onOrganisation: true,
  onTeamId: true,
  teamIds: true,
  circumstances: true,
  changes: true,
  expiresAt: true,
} as const satisfies Record<keyof StoredApproval, true>;

/** SHA-256 of kind and input. */
function digestOf({ kind, input }: Pick<NewApproval, "kind" | "input">): string {
  return createHash("sha256")
    .update(canonicalJson(storableJson({ kind, input })))
    .digest("hex");
}

/** Makes one person's requests wait for each other until the transaction ends, so that a count of them is true. */
export function lockRequester(tx: Tx, personId: string): Promise<void> {
  return lockInTransaction(tx, locks.requester(personId));
}

/** Returns the id of the waiting request for the same thing, also an expired one that no work has ended yet. */
export async function findSameApproval(
  tx: Tx,
  wanted: Pick<NewApproval, "kind" | "input">,
): Promise<StoredApproval | null> {
  const where = { digest: digestOf(wanted), state: "pending" };
  const row = await tx.approvalRequest.findFirst({ where, select: fields });
  return row && toStored(row);
}

/** Adds a request. Returns null when another one for the same thing was added meanwhile. */
export async function addApproval(tx: Tx, approval: NewApproval): Promise<string | null> {
  const { items, input, requester, target, circumstances, effect, changes, teamIds, ...facts } = approval;
  const id = newId();
  const json = {
    input: toJson(input),
    requester: toJson(requester),
    target: toJson(target),
    circumstances: toJson(circumstances),
    effect: toJson(effect),
    changes: toJsonOrNull(changes),
  };
  const row = { ...facts, ...json, id, digest: digestOf(approval), teamIds: [...teamIds] };
  const { count } = await tx.approvalRequest.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) return null;
  await tx.approvalItem.createMany({
    data: items.map((item, ordinal) => ({ requestId: id, ordinal, ...item })),
  });
  return id;
}

/** Locks a request until the transaction ends, and returns it as it is then. */
export async function lockApproval(tx: Tx, id: string): Promise<StoredApproval | null> {
  await tx.$queryRaw`SELECT id FROM "ApprovalRequest" WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.approvalRequest.findUnique({ where: { id }, select: fields });
  return row && toStored(row);
}

/** Returns a request without locking it. */
export async function readApproval(tx: Tx, id: string): Promise<StoredApproval | null> {
  const row = await tx.approvalRequest.findUnique({ where: { id }, select: fields });
  return row && toStored(row);
}

export interface ApprovalEnd {
  readonly state: Exclude<ApprovalState, "pending">;
  readonly decider?: { readonly id: string; readonly actor: Actor } | undefined;
  readonly comment?: string | null | undefined;
  readonly endReason?: ApprovalCancelReason | undefined;
  readonly error?: ErrorInfo | undefined;
  /** What it did. */
  readonly effect?: ApprovalEffect | undefined;
  /** Until when its requester may make the approved change, once. */
  readonly permitUntil?: Date | undefined;
}

/** Ends a request at the time of the database. False when it has ended. */
export async function endApproval(tx: Tx, id: string, end: ApprovalEnd): Promise<boolean> {
  const { count } = await tx.approvalRequest.updateMany({
    where: { id, state: "pending" },
    data: {
      state: end.state,
      endedAt: await databaseNow(tx),
      deciderId: end.decider?.id ?? null,
      decider: toJsonOrNull(end.decider?.actor ?? null),
      comment: end.comment ?? null,
      endReason: end.endReason ?? null,
      error: toJsonOrNull(end.error ?? null),
      ...(end.effect !== undefined && { effect: toJson(end.effect) }),
      ...(end.permitUntil !== undefined && { permitUntil: end.permitUntil }),
    },
  });
  return count === 1;
}

/** A change that this person may make once, because it was approved; null for none. */
export async function findPermit(
  tx: Tx,
  { personId, ...wanted }: Pick<NewApproval, "kind" | "input"> & { readonly personId: string },
): Promise<StoredApproval | null> {
  const row = await tx.approvalRequest.findFirst({
    where: {
      digest: digestOf(wanted),
      requesterId: personId,
      state: "executed",
      permitUntil: { gt: await databaseNow(tx) },
      permitUsedAt: null,
    },
    orderBy: [{ endedAt: "asc" }, { id: "asc" }],
    select: fields,
  });
  return row && toStored(row);
}

/** Uses a permit. False when another transaction has used it, or its time is over. */
export async function usePermit(tx: Tx, id: string): Promise<boolean> {
  const now = await databaseNow(tx);
  const { count } = await tx.approvalRequest.updateMany({
    where: { id, permitUsedAt: null, permitUntil: { gt: now } },
    data: { permitUsedAt: now },
  });
  return count === 1;
}

/** Waiting requests whose time is over, those that expired first first. */
export async function listExpiredApprovals(
  tx: Tx,
  {
    after,
    limit,
  }: { readonly after: { readonly at: Date; readonly id: string } | null; readonly limit: number },
): Promise<StoredApproval[]> {
  const now = await databaseNow(tx);
  const behind =
    after === null
      ? {}
      : { OR: [{ expiresAt: { gt: after.at } }, { expiresAt: after.at, id: { gt: after.id } }] };
  const rows = await tx.approvalRequest.findMany({
    where: { AND: [{ state: "pending", expiresAt: { lte: now } }, behind] },
    orderBy: [{ expiresAt: "asc" }, { id: "asc" }],
    take: limit,
    select: fields,
  });
  return rows.map(toStored);
}

function toStored(row: object): StoredApproval {
  return fromJson(storedApproval, row, "ApprovalRequest");
}
