import {
  type Actor,
  actorSchema,
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
 * Appends events to the ledger in the caller's transaction: the change and its record commit together or not at all.
 * Call it last: from here to the commit this transaction is the only one that can append.
 *
 * The chain stays one under any number of writers, because the head is read under a lock that ends with the transaction.
 * This relies on READ COMMITTED (`inTransaction`): the head is read by a statement of its own, after the lock is held.
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

/** The newest event's number and digest; `emptyHead` when nothing has been written. */
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

/** A row as an auditor's tool gets it: every field as it stands, judged by nobody. */
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

/** Walks the ledger in order, a page at a time (bounded memory), from event `from` on. */
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

/** The actor of a stored event, for showing. */
export function actorOf(record: Pick<LedgerRecord, "actor">): Actor {
  return actorSchema.parse(record.actor);
}
