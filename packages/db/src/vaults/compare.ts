/** What the database knows of a vault's points and packs, in pages, to compare it with the storage. */
import { storedPointStates, WHOLE_OBJECT } from "@kluis/domain";
import { z } from "zod";
import { type PackKind, packKindNumbers } from "../packs/kind.ts";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";

const idRow = z.object({ id: z.string() });

/** Which of these points are in this database, in any vault and state. */
export async function knownPointIds(tx: Tx, pointIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw`
    SELECT id FROM "RecoveryPoint" WHERE id = ANY(${pointIds.filter(isUuid)}::uuid[])`;
  return new Set(
    z
      .array(idRow)
      .parse(rows)
      .map(({ id }) => id),
  );
}

/** Whether a job is of this database. */
export async function isJobKnown(tx: Tx, jobId: string): Promise<boolean> {
  return isUuid(jobId) && (await tx.job.count({ where: { id: jobId } })) > 0;
}

export interface StoredPointRow {
  readonly id: string;
  readonly createdAt: Date;
  /** That its manifest is missing is recorded as damage. */
  readonly isRecorded: boolean;
}

const pointRow = z.object({ id: z.string(), createdAt: z.date(), isRecorded: z.boolean() });

/** A page of the points whose manifest must be in the vault, by id. */
export async function listPointsToCompare(
  tx: Tx,
  page: {
    readonly vaultId: string;
    readonly after: string | null;
    readonly before: Date;
    readonly limit: number;
  },
): Promise<StoredPointRow[]> {
  const { vaultId, after, before, limit } = page;
  const states = [...storedPointStates];
  const rows = await tx.$queryRaw`
    SELECT p.id, p."createdAt", EXISTS (
      SELECT FROM "VaultDamage" d WHERE d."vaultId" = p."vaultId" AND d.object = 'points/' || p.id::text
        AND d."offset" = -1 AND d."healedAt" IS NULL) AS "isRecorded"
    FROM "RecoveryPoint" p
    WHERE p."vaultId" = ${vaultId}::uuid AND p.state = ANY(${states}::text[]) AND p."createdAt" < ${before}
      AND (${after === null} OR p.id > ${after ?? NO_ID}::uuid)
    ORDER BY p.id LIMIT ${limit}`;
  return z.array(pointRow).parse(rows);
}

const NO_ID = "00000000-0000-0000-0000-000000000000";

/** The newest points of a vault and some others, with the digests that their manifests must have. */
export async function listPointsToOpen(
  tx: Tx,
  { vaultId, newest, others }: { readonly vaultId: string; readonly newest: number; readonly others: number },
): Promise<{ readonly id: string; readonly manifestDigest: string }[]> {
  const states = [...storedPointStates];
  const rows = await tx.$queryRaw`
    (SELECT id, "manifestDigest" FROM "RecoveryPoint"
      WHERE "vaultId" = ${vaultId}::uuid AND state = ANY(${states}::text[]) ORDER BY "createdAt" DESC LIMIT ${newest})
    UNION
    (SELECT id, "manifestDigest" FROM "RecoveryPoint"
      WHERE "vaultId" = ${vaultId}::uuid AND state = ANY(${states}::text[]) ORDER BY random() LIMIT ${others})`;
  return z.array(z.object({ id: z.string(), manifestDigest: z.string() })).parse(rows);
}

export interface ComparedPack {
  readonly packId: string;
  readonly state: string;
  readonly bytes: number;
  /** It was recorded before the comparison began, is not being deleted, and was not compacted away: its object must be there. */
  readonly isExpected: boolean;
}

const packRow = z.object({
  packId: z.string(),
  state: z.string(),
  bytes: z.bigint().transform(Number),
  isExpected: z.boolean(),
});

/** A page of the packs of a kind whose id begins with `prefix`, by id. */
export async function listPacksToCompare(
  tx: Tx,
  page: {
    readonly vaultId: string;
    readonly kind: PackKind;
    readonly prefix: string;
    readonly before: Date;
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<ComparedPack[]> {
  const { vaultId, kind, prefix, before, after, limit } = page;
  // Ids are hex: `g` is after all of them. The bounds are the index's, so that a page reads its own rows only.
  const rows = await tx.$queryRaw`
    SELECT "packId", state, bytes, "createdAt" < ${before} AND "deletingAt" IS NULL AND "goneAt" IS NULL AS "isExpected"
    FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND kind = ${packKindNumbers[kind]}
      AND "packId" > ${after ?? ""} AND "packId" >= ${prefix} AND "packId" < ${`${prefix}g`}
    ORDER BY "packId" LIMIT ${limit}`;
  return z.array(packRow).parse(rows);
}

/** The same of these packs, of any kind. */
export async function readPacksToCompare(
  tx: Tx,
  {
    vaultId,
    packs,
    before,
  }: { readonly vaultId: string; readonly packs: readonly string[]; readonly before: Date },
): Promise<ComparedPack[]> {
  const rows = await tx.$queryRaw`
    SELECT "packId", state, bytes, "createdAt" < ${before} AND "deletingAt" IS NULL AND "goneAt" IS NULL AS "isExpected"
    FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND "packId" = ANY(${[...packs]}::text[])`;
  return z.array(packRow).parse(rows);
}

export async function countPacks(tx: Tx, vaultId: string): Promise<number> {
  return tx.vaultPack.count({ where: { vaultId } });
}

/** Which of these packs are in the database. */
export async function knownPackIds(
  tx: Tx,
  vaultId: string,
  packs: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, packId: { in: [...packs] } },
    select: { packId: true },
  });
  return new Set(rows.map(({ packId }) => packId));
}

/** Open damage that says of these objects that they are missing. */
export function listMissingDamage(
  tx: Tx,
  vaultId: string,
  objects: readonly string[],
): Promise<{ readonly id: string; readonly object: string }[]> {
  return tx.vaultDamage.findMany({
    where: { vaultId, object: { in: [...objects] }, offset: WHOLE_OBJECT, reason: "missing", healedAt: null },
    select: { id: true, object: true },
  });
}

/** The manifests that are recorded as missing. */
export async function listMissingManifests(
  tx: Tx,
  vaultId: string,
): Promise<{ readonly id: string; readonly pointId: string }[]> {
  const rows = await tx.vaultDamage.findMany({
    where: { vaultId, object: { startsWith: "points/" }, reason: "missing", healedAt: null },
    select: { id: true, object: true },
  });
  return rows.map(({ id, object }) => ({ id, pointId: object.slice("points/".length) }));
}

/** Trusts packs again that were missing and are there. Places that were healed meanwhile keep their new ones. */
export async function trustPacks(tx: Tx, vaultId: string, packs: readonly string[]): Promise<void> {
  const where = { vaultId, packId: { in: [...packs] } };
  await tx.vaultPack.updateMany({
    where: { ...where, state: "missing" },
    data: { state: "live", reason: null },
  });
  await tx.vaultDamageItem.deleteMany({ where: { ...where, healedAt: null } });
}
