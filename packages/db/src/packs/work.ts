/**
 * Packs of the vault as collection handles them. The vault holds the bytes; these rows hold their state.
 *
 * idle ─▶ condemned ─▶ deleting ─▶ gone. The time of the database decides, and each change applies only while its reason holds.
 */
import { type ErrorInfo, safeBytes, storableJson } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import type { VaultScope } from "./accounts.ts";
import { isOfOpenJob } from "./conditions.ts";
import { isBeyondDoubt } from "./doubt.ts";
import { type PackKind, packKindOf } from "./kind.ts";

export interface PackRow {
  readonly number: number;
  readonly packId: string;
  readonly kind: PackKind;
  readonly bytes: number;
  /** Its items have other places: moved tables name them. */
  readonly isMoved: boolean;
}

const packRow = z
  .object({
    number: z.int(),
    packId: z.string(),
    kind: z.int(),
    bytes: z.bigint(),
    movedAt: z.date().nullable(),
  })
  .transform(
    ({ kind, bytes, movedAt, ...row }): PackRow => ({
      ...row,
      kind: packKindOf(kind),
      bytes: safeBytes(bytes),
      isMoved: movedAt !== null,
    }),
  );

const doubtRow = z.tuple([
  z.object({
    open: z.coerce.number(),
    unreadable: z.coerce.number(),
    keepUntil: z.date().nullable(),
    pointId: z.string().nullable(),
    problem: z.unknown(),
  }),
]);
/** What keeps packs although nothing names them. */
export type Doubt = z.infer<typeof doubtRow>[0];

/**
 * Nodes that are not walked: `open` wait for their first try, `unreadable` failed. What an unreadable node names is older than
 * `keepUntil`.
 */
export async function readDoubt(tx: Tx, { number }: VaultScope): Promise<Doubt> {
  const rows = await tx.$queryRaw`
    SELECT count(*) FILTER (WHERE problem IS NULL) AS open, count(*) FILTER (WHERE problem IS NOT NULL) AS unreadable,
      max("knownAt") FILTER (WHERE problem IS NOT NULL) AS "keepUntil",
      (array_agg("pointId" ORDER BY "knownAt") FILTER (WHERE problem IS NOT NULL))[1] AS "pointId",
      (array_agg(problem ORDER BY "knownAt") FILTER (WHERE problem IS NOT NULL))[1] AS problem
    FROM "VaultNode" WHERE vault = ${number}::smallint AND NOT walked AND refs > 0`;
  return doubtRow.parse(rows)[0];
}

export interface Idle {
  /** Nothing has named the pack since then. */
  readonly before: Date;
  /** Packs up to this time are kept: a point that cannot be read may need them. */
  readonly keepUntil: Date | null;
  readonly limit: number;
}

/** Packs that nothing has named for a time, the longest first. */
export async function listIdlePacks(
  tx: Tx,
  { vaultId }: VaultScope,
  { before, keepUntil, limit }: Idle,
): Promise<PackRow[]> {
  return z.array(packRow).parse(
    await tx.$queryRaw`
      SELECT number, "packId", kind, bytes, "movedAt" FROM "VaultPack" p
      WHERE "vaultId" = ${vaultId}::uuid AND "idleSince" <= ${before}
        AND "condemnedAt" IS NULL AND ${isBeyondDoubt(keepUntil)} AND NOT ${isOfOpenJob}
      ORDER BY "idleSince", number LIMIT ${limit}`,
  );
}

/**
 * Condemns those of these packs that nothing has used since `before`: deduplication skips them from now on. The time is that of the
 * list: a pass can take longer than the grace period, and what used a pack meanwhile is in none of its reads. Returns how many.
 */
export async function condemnPacks(
  tx: Tx,
  { vaultId }: VaultScope,
  { packs, before }: { readonly packs: readonly number[]; readonly before: Date },
): Promise<number> {
  return tx.$executeRaw`
    UPDATE "VaultPack" SET "condemnedAt" = kluis_now()
    WHERE number IN (
      SELECT number FROM "VaultPack" WHERE number = ANY(${[...packs]}::int[]) ORDER BY number FOR UPDATE)
      AND "vaultId" = ${vaultId}::uuid AND "condemnedAt" IS NULL
      AND "idleSince" <= ${before}`;
}

/** Makes condemned packs usable again that an open job needs. */
export async function reprievePacks(
  tx: Tx,
  { vaultId }: VaultScope,
  packs: readonly number[],
): Promise<number> {
  return tx.$executeRaw`
    UPDATE "VaultPack" SET "condemnedAt" = NULL, "idleSince" = kluis_now()
    WHERE "vaultId" = ${vaultId}::uuid AND number = ANY(${[...packs]}::int[])
      AND "condemnedAt" IS NOT NULL AND "deletingAt" IS NULL`;
}

/**
 * Packs to sweep: condemned before a time, which is a grace period ago. A segment that began before a pack was condemned may use it. It ends within
 * `limits.segmentLongestMs`, and its node is one of `heldNodes` from then on. So the held nodes are read after this.
 */
export async function listSweepablePacks(
  tx: Tx,
  { vaultId }: VaultScope,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<PackRow[]> {
  return z.array(packRow).parse(
    await tx.$queryRaw`
      SELECT number, "packId", kind, bytes, "movedAt" FROM "VaultPack"
      WHERE "vaultId" = ${vaultId}::uuid AND "condemnedAt" <= ${before}
        AND "deletingAt" IS NULL
      ORDER BY "condemnedAt", number LIMIT ${limit}`,
  );
}

/** Decides that condemned packs are deleted, and forgets their chunks. Returns those to which it applies. */
export async function beginDeletion(
  tx: Tx,
  { vaultId }: VaultScope,
  options: { readonly packs: readonly number[]; readonly before: Date; readonly keepUntil: Date | null },
): Promise<number> {
  const { packs, before, keepUntil } = options;
  const rows = z.array(z.object({ number: z.int() })).parse(
    await tx.$queryRaw`
      UPDATE "VaultPack" p SET "deletingAt" = kluis_now()
      WHERE number IN (
        SELECT number FROM "VaultPack" WHERE number = ANY(${[...packs]}::int[]) ORDER BY number FOR UPDATE)
        AND "vaultId" = ${vaultId}::uuid AND "deletingAt" IS NULL AND "idleSince" IS NOT NULL
        AND "condemnedAt" <= ${before}
        AND ${isBeyondDoubt(keepUntil)} AND NOT ${isOfOpenJob}
      RETURNING number`,
  );
  const deleting = rows.map(({ number }) => number);
  await tx.$executeRaw`DELETE FROM "VaultChunk" WHERE pack = ANY(${deleting}::int[])`;
  return deleting.length;
}

/** Packs whose deletion was decided, and whose next try is due. */
export async function listDeletingPacks(tx: Tx, { vaultId }: VaultScope, limit: number): Promise<PackRow[]> {
  return z.array(packRow).parse(
    await tx.$queryRaw`
      SELECT number, "packId", kind, bytes, "movedAt" FROM "VaultPack"
      WHERE "vaultId" = ${vaultId}::uuid AND "condemnedAt" IS NOT NULL AND "deletingAt" IS NOT NULL
        AND ("retryAt" IS NULL OR "retryAt" <= kluis_now())
      ORDER BY "deletingAt", number LIMIT ${limit}`,
  );
}

/** Forgets packs whose objects are gone. */
export async function forgetPacks(tx: Tx, scope: VaultScope, packs: readonly number[]): Promise<void> {
  const numbers = [...packs];
  await tx.$executeRaw`
    WITH freed AS (DELETE FROM "VaultMove" WHERE "from" = ANY(${numbers}::int[]) RETURNING "to"),
      counted AS (SELECT "to" AS pack, count(*)::int AS by FROM freed GROUP BY 1),
      used AS (UPDATE "VaultUse" u SET refs = u.refs - counted.by FROM counted WHERE u.pack = counted.pack RETURNING u.pack, u.refs)
    UPDATE "VaultPack" p SET "idleSince" = kluis_now() FROM used WHERE p.number = used.pack AND used.refs <= 0`;
  await tx.$executeRaw`DELETE FROM "VaultUse" WHERE pack = ANY(${numbers}::int[])`;
  await tx.$executeRaw`
    DELETE FROM "VaultPack" WHERE "vaultId" = ${scope.vaultId}::uuid AND number = ANY(${numbers}::int[])
      AND "deletingAt" IS NOT NULL`;
}

/** The storage refused to delete a pack. It is tried again after a pause. */
export async function setRefusal(
  tx: Tx,
  pack: { readonly number: number; readonly refusal: ErrorInfo; readonly retryMs: number },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "VaultPack" SET refusal = ${JSON.stringify(storableJson(pack.refusal))}::jsonb,
      "retryAt" = kluis_now() + ${pack.retryMs} * interval '1 millisecond' WHERE number = ${pack.number}`;
}
