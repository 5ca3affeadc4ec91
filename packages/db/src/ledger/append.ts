/** Appends to the ledger and reads it in order. */
import {
  type Clock,
  chainEvent,
  emptyHead,
  type LedgerDraft,
  type LedgerHead,
  type LedgerRecord,
} from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import type { Db } from "../client.ts";
import { toJson } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";

/**
 * Appends events to the ledger in the caller's transaction, so that a change and its events commit together. Call it last: no
 * other transaction can append from here until this one ends.
 *
 * Reads the head under a lock that ends with the transaction, so that concurrent writers extend one chain. This requires READ
 * COMMITTED (`inTransaction`): the statement that reads the head must start after the lock is held.
 */
export async function appendEvents(
  tx: Tx,
  clock: Clock,
  drafts: readonly LedgerDraft[],
): Promise<LedgerRecord[]> {
  if (drafts.length === 0) return [];
  await lockInTransaction(tx, locks.ledger);
  let head = await readHead(tx);
  const at = clock.now();
  const records: LedgerRecord[] = [];
  for (const draft of drafts) {
    const record = chainEvent(head, at, draft);
    records.push(record);
    head = record;
  }
  await tx.ledgerEvent.createMany({ data: records.map(toRow) });
  return records;
}

/** Number and digest of the newest event; `emptyHead` for an empty ledger. */
export async function readHead(tx: Tx): Promise<LedgerHead> {
  const newest = await tx.ledgerEvent.findFirst({
    select: { seq: true, digest: true },
    orderBy: { seq: "desc" },
  });
  return newest === null ? emptyHead : { seq: Number(newest.seq), digest: newest.digest };
}

function toRow(record: LedgerRecord): Prisma.LedgerEventCreateManyInput {
  return {
    seq: BigInt(record.seq),
    at: new Date(record.at),
    kind: record.kind,
    actor: jsonColumn(record.actor),
    target: jsonColumn(record.target),
    teamIds: record.teamIds,
    vmId: record.vmId,
    data: jsonColumn(record.data),
    prevDigest: record.prevDigest,
    digest: record.digest,
  };
}

function jsonColumn(value: unknown): Prisma.InputJsonValue {
  return toJson(z.record(z.string(), z.unknown()).parse(value));
}

/** A row as a verifier needs it: every field as stored, without validation. */
export function toRecord(row: Prisma.LedgerEventGetPayload<object>): LedgerRecord {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    kind: row.kind,
    actor: row.actor,
    target: row.target,
    vmId: row.vmId,
    teamIds: row.teamIds,
    data: row.data,
    prevDigest: row.prevDigest,
    digest: row.digest,
  };
}

const pageSize = 1_000;

/** Yields the events in order, starting at number `from`. Reads a page at a time, so that memory is bounded. */
export async function* walkLedger(
  db: Db,
  options: { readonly from?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<LedgerRecord> {
  let after = BigInt((options.from ?? 1) - 1);
  for (;;) {
    options.signal?.throwIfAborted();
    const rows = await db.prisma.ledgerEvent.findMany({
      where: { seq: { gt: after } },
      orderBy: { seq: "asc" },
      take: pageSize,
    });
    for (const row of rows) yield toRecord(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.seq;
  }
}
