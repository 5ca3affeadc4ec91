/** Changes of bulk actions: their start and end, and the end of each item. */
import {
  type Actor,
  actorSchema,
  type BulkItemState,
  type BulkKind,
  bulkKinds,
  type ErrorInfo,
} from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { fromJson, toJson, toJsonOrNull } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";

const storedBulk = z.object({
  id: z.string(),
  kind: z.enum(bulkKinds),
  policyId: z.string().nullable(),
  reason: z.string(),
  ticket: z.string().nullable(),
  expiresInHours: z.int(),
  starterId: z.string(),
  starter: actorSchema,
  teamIds: z.array(z.string()),
  cancelledAt: z.date().nullable(),
  endedAt: z.date().nullable(),
});
/** A bulk action as an engine does it. */
export type StoredBulk = z.infer<typeof storedBulk>;

const fields = {
  id: true,
  kind: true,
  policyId: true,
  reason: true,
  ticket: true,
  expiresInHours: true,
  starterId: true,
  starter: true,
  teamIds: true,
  cancelledAt: true,
  endedAt: true,
} as const satisfies Record<keyof StoredBulk, true>;

export interface NewBulk {
  readonly kind: BulkKind;
  readonly policyId: string | null;
  readonly reason: string;
  readonly ticket: string | null;
  readonly expiresInHours: number;
  readonly starterId: string;
  readonly starter: Actor;
  readonly teamIds: readonly string[];
  /** In the order in which they are done. */
  readonly vmIds: readonly string[];
}

/** Makes starts of bulk actions wait for each other until the transaction ends, so that counts of them are true. */
export function lockBulkStarts(tx: Tx): Promise<void> {
  return lockInTransaction(tx, locks.bulk);
}

/** Bulk actions that run now: all of them, or those of a user. */
export async function countOpenBulk(tx: Tx, starterId?: string): Promise<number> {
  return tx.bulkAction.count({ where: { endedAt: null, ...(starterId !== undefined && { starterId }) } });
}

/** Adds a bulk action with its items. @returns its id */
export async function addBulk(tx: Tx, { vmIds, starter, teamIds, ...facts }: NewBulk): Promise<string> {
  const id = newId();
  await tx.bulkAction.create({ data: { ...facts, id, starter: toJson(starter), teamIds: [...teamIds] } });
  await tx.$executeRaw`
    INSERT INTO "BulkActionItem" ("bulkId", ordinal, "vmId")
    SELECT ${id}::uuid, given.ordinal, given.id FROM unnest(${[...vmIds]}::uuid[]) WITH ORDINALITY AS given(id, ordinal)`;
  return id;
}

export async function readBulk(tx: Tx, id: string): Promise<StoredBulk | null> {
  const row = await tx.bulkAction.findUnique({ where: { id }, select: fields });
  return row && fromJson(storedBulk, row, "BulkAction");
}

/** Holds off cancellation and end until the transaction ends, and returns the bulk action as it is then. */
export async function shareBulk(tx: Tx, id: string): Promise<StoredBulk | null> {
  await tx.$queryRaw`SELECT id FROM "BulkAction" WHERE id = ${id}::uuid FOR SHARE`;
  return readBulk(tx, id);
}

/** Locks a bulk action until the transaction ends, and returns it as it is then. */
export async function lockBulk(tx: Tx, id: string): Promise<StoredBulk | null> {
  await tx.$queryRaw`SELECT id FROM "BulkAction" WHERE id = ${id}::uuid FOR UPDATE`;
  return readBulk(tx, id);
}

export interface BulkItem {
  readonly ordinal: number;
  readonly vmId: string;
}

const itemRow = z.object({ ordinal: z.int(), vmId: z.string() });

/** Locks the next waiting item that no other transaction holds; null: there is none. Call `shareBulk` before. */
export async function claimBulkItem(tx: Tx, bulkId: string): Promise<BulkItem | null> {
  const rows = await tx.$queryRaw`
    SELECT ordinal, "vmId" FROM "BulkActionItem" WHERE "bulkId" = ${bulkId}::uuid AND state = 'waiting'
    ORDER BY ordinal LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return z.array(itemRow).parse(rows)[0] ?? null;
}

export interface BulkItemEnd {
  readonly state: Exclude<BulkItemState, "waiting" | "cancelled">;
  readonly error?: ErrorInfo | undefined;
  readonly jobId?: string | null | undefined;
  readonly approvalId?: string | null | undefined;
}

/** Ends an item at the time of the database. False when it has ended. */
export async function endBulkItem(
  tx: Tx,
  { bulkId, ordinal }: { readonly bulkId: string; readonly ordinal: number },
  { state, error, jobId, approvalId }: BulkItemEnd,
): Promise<boolean> {
  const { count } = await tx.bulkActionItem.updateMany({
    where: { bulkId, ordinal, state: "waiting" },
    data: {
      state,
      error: toJsonOrNull(error ?? null),
      jobId: jobId ?? null,
      approvalId: approvalId ?? null,
      endedAt: await databaseNow(tx),
    },
  });
  return count === 1;
}

/** Ends a bulk action without the items that have not begun. Call `lockBulk` before: it waits for the one that is being done. @returns how many */
export async function cancelBulk(tx: Tx, id: string, by: Actor): Promise<number> {
  const now = await databaseNow(tx);
  await tx.bulkAction.updateMany({
    where: { id, cancelledAt: null },
    data: { cancelledAt: now, cancelledBy: toJson(by), endedAt: now },
  });
  const { count } = await tx.bulkActionItem.updateMany({
    where: { bulkId: id, state: "waiting" },
    data: { state: "cancelled", endedAt: now },
  });
  return count;
}

/** Whether an item waits, or is being done. */
export async function hasWaitingItems(tx: Tx, bulkId: string): Promise<boolean> {
  return (await tx.bulkActionItem.findFirst({ where: { bulkId, state: "waiting" } })) !== null;
}

/** Ends a bulk action at the time of the database. False when it has ended. */
export async function endBulk(tx: Tx, id: string): Promise<boolean> {
  const { count } = await tx.bulkAction.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: await databaseNow(tx) },
  });
  return count === 1;
}

/** All items by state, also those of VMs that a user does not see. */
export async function countItems(tx: Tx, bulkId: string): Promise<Partial<Record<BulkItemState, number>>> {
  const rows = await tx.bulkActionItem.groupBy({ by: ["state"], where: { bulkId }, _count: true });
  return Object.fromEntries(rows.map(({ state, _count }) => [state, _count]));
}
