/**
 * Compaction in the database. A pack with little live data takes these steps, and each is one conditional statement or transaction:
 *
 * sparse ─▶ leaving ─▶ moved ─▶ gone. *Leaving*: deduplication skips it, and after the grace period nothing new can name its items
 * except through a base. *Moved*: other packs have its items that are needed, and moved tables lead there. *Gone*: its object was deleted.
 * The row of a pack that is gone stays as long as something names the pack, and with it the packs that hold its items.
 */
import { COMPACTION_SHARE, safeBytes } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import type { VaultScope } from "./accounts.ts";
import { hasBadCopy, hasBrokenTable, isUsable, mayBeNeeded, refsOf } from "./conditions.ts";
import { type PackKind, packKindOf } from "./kind.ts";
import { linkMoves, type PackMove } from "./moves.ts";

export interface SparsePack {
  readonly number: number;
  readonly packId: string;
  readonly kind: PackKind;
  readonly bytes: number;
  /** Bytes that a segment that names it needs, on average: at least as much is needed of it. */
  readonly liveBytes: number;
  /** How many nodes name it, or a pack whose items it has. */
  readonly refs: number;
  /** Its table does not open: it is replaced although much of it is needed. */
  readonly hasBrokenTable: boolean;
  /** Whose backup stored it. */
  readonly vmId: string | null;
}

const sparseRow = z
  .object({
    number: z.int(),
    packId: z.string(),
    kind: z.int(),
    bytes: z.bigint(),
    live: z.coerce.number(),
    refs: z.coerce.number(),
    vmId: z.string().nullable(),
    hasBrokenTable: z.boolean().default(false),
  })
  .transform(
    ({ kind, bytes, live, ...row }): SparsePack => ({
      ...row,
      kind: packKindOf(kind),
      bytes: safeBytes(bytes),
      liveBytes: Math.max(0, Math.round(live)),
    }),
  );

/** Whether the storage refused to delete a pack of the vault: an immutable vault only grows by compaction. */
export async function hasRefusal(tx: Tx, { vaultId }: VaultScope): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND refusal IS NOT NULL
      AND ("condemnedAt" IS NOT NULL OR "leavingAt" IS NOT NULL) LIMIT 1`;
  return rows.length > 0;
}

/** Candidates: sparse packs, and packs with items of other packs of which little is named any more. The emptiest come first. */
export async function listSparsePacks(
  tx: Tx,
  { vaultId }: VaultScope,
  { keepUntil, limit }: { readonly keepUntil: Date | null; readonly limit: number },
): Promise<SparsePack[]> {
  return z.array(sparseRow).parse(
    await tx.$queryRaw`
      WITH own AS (
        SELECT p.number, greatest(u.live / u.refs - p.twice, 0) AS live, u.refs
        FROM "VaultPack" p JOIN "VaultUse" u ON u.pack = p.number AND u.refs > 0
        WHERE p."vaultId" = ${vaultId}::uuid AND p.sparse AND p."leavingAt" IS NULL
          AND NOT EXISTS (SELECT 1 FROM "VaultMove" m WHERE m."to" = p.number)),
      targets AS (
        SELECT m."to" AS number, sum(f.live / f.refs) + max(u.live / u.refs) AS live, sum(f.refs) + max(u.refs) AS refs
        FROM "VaultMove" m JOIN "VaultUse" f ON f.pack = m."from" AND f.refs > 0
        JOIN "VaultUse" u ON u.pack = m."to" AND u.refs > 0
        JOIN "VaultPack" t ON t.number = m."to" AND t."vaultId" = ${vaultId}::uuid AND t."leavingAt" IS NULL
        WHERE ${keepUntil === null}
        GROUP BY m."to")
      SELECT p.number, p."packId", p.kind, p.bytes, c.live::float8 AS live, c.refs::float8 AS refs, p."vmId"
      FROM (SELECT * FROM own UNION ALL SELECT * FROM targets) c JOIN "VaultPack" p ON p.number = c.number
      WHERE ${isUsable} AND p."leavingAt" IS NULL AND NOT ${mayBeNeeded(keepUntil)}
        AND (p."fullAtRefs" IS NULL OR c.refs * 4 <= p."fullAtRefs" * 3::bigint)
        AND c.live * 100 < p.bytes * ${COMPACTION_SHARE}
      ORDER BY c.live / p.bytes, p.number LIMIT ${limit}`,
  );
}

/** Packs of which only the table is damaged. Every item of them can be read, so their copy has a good table. */
export async function listBrokenTables(
  tx: Tx,
  { vaultId }: VaultScope,
  { keepUntil, limit }: { readonly keepUntil: Date | null; readonly limit: number },
): Promise<SparsePack[]> {
  return z.array(sparseRow).parse(
    await tx.$queryRaw`
      SELECT p.number, p."packId", p.kind, p.bytes, (u.live / u.refs)::float8 AS live, u.refs::float8 AS refs, p."vmId", TRUE AS "hasBrokenTable"
      FROM "VaultPack" p JOIN "VaultUse" u ON u.pack = p.number AND u.refs > 0
      WHERE p."vaultId" = ${vaultId}::uuid AND ${hasBrokenTable} AND ${isUsable} AND p."leavingAt" IS NULL AND NOT ${mayBeNeeded(keepUntil)}
      ORDER BY p.number LIMIT ${limit}`,
  );
}

/** How many nodes of level 2 and above the vault's points have. */
export async function countNodesOf(tx: Tx, { number }: VaultScope): Promise<number> {
  return tx.vaultNode.count({ where: { vault: number } });
}

/** Deduplication skips these packs from now on. Returns how many. */
export async function markLeaving(
  tx: Tx,
  { vaultId }: VaultScope,
  packs: readonly number[],
): Promise<number> {
  return tx.$executeRaw`
    UPDATE "VaultPack" p SET "leavingAt" = kluis_now()
    WHERE p."vaultId" = ${vaultId}::uuid AND p.number = ANY(${[...packs]}::int[]) AND p."leavingAt" IS NULL AND ${isUsable}`;
}

export interface Leaving {
  readonly forMs: number;
  /** A node up to this time cannot be read. */
  readonly keepUntil: Date | null;
  readonly limit: number;
}

/** Packs that left so long ago that no open segment can name them except through its base. */
export async function listLeavingPacks(
  tx: Tx,
  { vaultId }: VaultScope,
  { forMs, keepUntil, limit }: Leaving,
): Promise<SparsePack[]> {
  return z.array(sparseRow).parse(
    await tx.$queryRaw`
      SELECT p.number, p."packId", p.kind, p.bytes, 0::float8 AS live, ${refsOf}::float8 AS refs, p."vmId", ${hasBrokenTable} AS "hasBrokenTable"
      FROM "VaultPack" p LEFT JOIN "VaultUse" u ON u.pack = p.number
      WHERE p."vaultId" = ${vaultId}::uuid AND p."leavingAt" <= kluis_now() - ${forMs} * interval '1 millisecond'
        AND p."movedAt" IS NULL AND ${isUsable} AND NOT ${mayBeNeeded(keepUntil)}
      ORDER BY p.number LIMIT ${limit}`,
  );
}

/**
 * Ends the leaving of packs that cannot be copied any more: something is wrong with them, or nothing names them. No other pack waits for
 * them.
 */
export async function dropLeaving(tx: Tx, { vaultId }: VaultScope): Promise<void> {
  await tx.$executeRaw`
    UPDATE "VaultPack" p SET "leavingAt" = NULL
    WHERE p."vaultId" = ${vaultId}::uuid AND p."leavingAt" IS NOT NULL AND p."movedAt" IS NULL AND p."goneAt" IS NULL
      AND NOT ${isUsable}`;
}

const countRow = z.tuple([z.object({ count: z.coerce.number() })]);

/** How many packs are leaving and have not been replaced. Those that an unreadable node may need wait for it, and no other pack for them. */
export async function countLeaving(tx: Tx, { vaultId }: VaultScope, keepUntil: Date | null): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT count(*) FROM "VaultPack" p
    WHERE p."vaultId" = ${vaultId}::uuid AND p."leavingAt" IS NOT NULL AND p."movedAt" IS NULL AND p."deletingAt" IS NULL
      AND NOT ${mayBeNeeded(keepUntil)}`;
  return countRow.parse(rows)[0].count;
}

/** Uses packs again that are not worth the copy, or of which something does not open. */
export async function keepLeaving(
  tx: Tx,
  { vaultId }: VaultScope,
  kept: readonly { readonly number: number; readonly refs: number }[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "VaultPack" p SET "leavingAt" = NULL, "fullAtRefs" = k.refs
    FROM unnest(${kept.map(({ number }) => number)}::int[], ${kept.map(({ refs }) => refs)}::int[]) AS k(number, refs)
    WHERE p."vaultId" = ${vaultId}::uuid AND p.number = k.number AND p."movedAt" IS NULL`;
}

const packIdRow = z.object({ packId: z.string() });
const idsOf = (rows: unknown): string[] =>
  z
    .array(packIdRow)
    .parse(rows)
    .map(({ packId }) => packId);

/** Packs whose moved tables lead to these: maps name their items by those places. */
export async function listMoveSources(
  tx: Tx,
  { vaultId }: VaultScope,
  packs: readonly number[],
): Promise<string[]> {
  return idsOf(
    await tx.$queryRaw`
      WITH RECURSIVE source(number) AS (
        SELECT m."from" FROM "VaultMove" m WHERE m."to" = ANY(${[...packs]}::int[])
        UNION SELECT m."from" FROM "VaultMove" m JOIN source s ON m."to" = s.number)
      SELECT p."packId" FROM source s JOIN "VaultPack" p ON p.number = s.number WHERE p."vaultId" = ${vaultId}::uuid`,
  );
}

export interface Compacted {
  readonly packs: readonly number[];
  readonly moves: readonly PackMove[];
  /** When the maps were read: what became known later may need more. */
  readonly since: Date;
}

/**
 * Notes that what is needed of these packs is in other packs: the moved tables are durable. Returns the packs to which it applied;
 * none of those that another run replaced first.
 */
export async function recordCompaction(tx: Tx, scope: VaultScope, done: Compacted): Promise<number> {
  const { vaultId } = scope;
  const rows = z.array(z.object({ number: z.int(), packId: z.string() })).parse(
    await tx.$queryRaw`
      UPDATE "VaultPack" SET "movedAt" = ${done.since}
      WHERE number IN (
        SELECT number FROM "VaultPack" WHERE number = ANY(${[...done.packs]}::int[]) ORDER BY number FOR UPDATE)
        AND "vaultId" = ${vaultId}::uuid AND "leavingAt" IS NOT NULL AND "movedAt" IS NULL AND "deletingAt" IS NULL
      RETURNING number, "packId"`,
  );
  if (rows.length === 0) return 0;
  // Also the packs of an earlier compaction, by whose places maps name the items.
  await linkMoves(tx, vaultId, done.moves);
  const numbers = rows.map(({ number }) => number);
  // The index has what is needed in the new packs since they were stored.
  await tx.$executeRaw`DELETE FROM "VaultChunk" WHERE pack = ANY(${numbers}::int[])`;
  return rows.length;
}

export interface Moved {
  readonly graceMs: number;
  /** A node up to this time cannot be read. */
  readonly keepUntil: Date | null;
  readonly limit: number;
}

/** Packs that were replaced before the grace period, still have their object, and that no node needs which cannot be read. */
export async function listMovedPacks(
  tx: Tx,
  { vaultId }: VaultScope,
  { graceMs, keepUntil, limit }: Moved,
): Promise<(SparsePack & { readonly movedAt: Date })[]> {
  const rows = await tx.$queryRaw`
    SELECT p.number, p."packId", p.kind, p.bytes, 0::float8 AS live, 0::float8 AS refs, p."vmId", p."movedAt"
    FROM "VaultPack" p
    WHERE p."vaultId" = ${vaultId}::uuid AND p."leavingAt" IS NOT NULL AND p."movedAt" <= kluis_now() - ${graceMs} * interval '1 millisecond'
      AND p."goneAt" IS NULL AND p."deletingAt" IS NULL AND (p."retryAt" IS NULL OR p."retryAt" <= kluis_now())
      AND NOT ${mayBeNeeded(keepUntil)}
    ORDER BY p."movedAt", p.number LIMIT ${limit}`;
  const times = z.array(z.object({ movedAt: z.date() })).parse(rows);
  return z
    .array(sparseRow)
    .parse(rows)
    .flatMap((row, n) => {
      const movedAt = times[n]?.movedAt;
      return movedAt === undefined ? [] : [{ ...row, movedAt }];
    });
}

/** Replaces packs again of which a copy is damaged. */
export async function moveDamagedAgain(tx: Tx, { vaultId }: VaultScope): Promise<void> {
  await tx.$executeRaw`
    UPDATE "VaultPack" p SET "movedAt" = NULL
    WHERE p."vaultId" = ${vaultId}::uuid AND p."movedAt" IS NOT NULL AND p."goneAt" IS NULL AND p."deletingAt" IS NULL
      AND ${hasBadCopy}`;
}

/** Replaces packs again: something that became known meanwhile needs more of them. */
export async function moveAgain(tx: Tx, { vaultId }: VaultScope, packs: readonly number[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE "VaultPack" SET "movedAt" = NULL WHERE "vaultId" = ${vaultId}::uuid AND number = ANY(${[...packs]}::int[])
      AND "goneAt" IS NULL`;
}

/** Decides that the objects of moved packs are deleted: from now on they are not copied again. Returns those to which it applies. */
export async function beginRemoval(
  tx: Tx,
  { vaultId }: VaultScope,
  packs: readonly number[],
): Promise<number[]> {
  const rows = await tx.$queryRaw`
    UPDATE "VaultPack" p SET "goneAt" = kluis_now(), "retryAt" = NULL
    WHERE p."vaultId" = ${vaultId}::uuid AND p.number = ANY(${[...packs]}::int[]) AND p."movedAt" IS NOT NULL AND p."goneAt" IS NULL
      AND NOT ${hasBadCopy}
    RETURNING p.number`;
  return z
    .array(z.object({ number: z.int() }))
    .parse(rows)
    .map(({ number }) => number);
}

/** Packs whose object is to be deleted: `bytes` is not 0 as long as it may be there. */
export async function listRemovingPacks(
  tx: Tx,
  { vaultId }: VaultScope,
  limit: number,
): Promise<SparsePack[]> {
  return z.array(sparseRow).parse(
    await tx.$queryRaw`
      SELECT p.number, p."packId", p.kind, p.bytes, 0::float8 AS live, 0::float8 AS refs, p."vmId"
      FROM "VaultPack" p WHERE p."vaultId" = ${vaultId}::uuid AND p."leavingAt" IS NOT NULL AND p."goneAt" IS NOT NULL
        AND p."deletingAt" IS NULL AND p.bytes > 0 AND (p."retryAt" IS NULL OR p."retryAt" <= kluis_now())
      ORDER BY p."goneAt", p.number LIMIT ${limit}`,
  );
}

/** The objects are gone. */
export async function endRemoval(tx: Tx, { vaultId }: VaultScope, packs: readonly number[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE "VaultPack" SET bytes = 0, twice = 0, refusal = NULL, "retryAt" = NULL
    WHERE "vaultId" = ${vaultId}::uuid AND number = ANY(${[...packs]}::int[]) AND "goneAt" IS NOT NULL`;
}

/** Those of these packs whose objects are to stay. */
export async function listStayingPacks(
  tx: Tx,
  { vaultId }: VaultScope,
  packs: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    idsOf(
      await tx.$queryRaw`
        SELECT "packId" FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND "packId" = ANY(${[...packs]}::text[])
          AND state = 'live' AND "movedAt" IS NULL AND "deletingAt" IS NULL`,
    ),
  );
}
