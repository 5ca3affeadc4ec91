/** Which manifests of a vault are accounted. */
import { type ErrorInfo, storableJson } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";
import { changeNodeRefs, packNumbers, type StoredNode, type VaultScope } from "./accounts.ts";

/** Conditions of partial indexes: a query that uses one repeats it. */
const isQueued = Prisma.sql`state IN ('waiting', 'leaving')`;
export const isOdd = Prisma.sql`state IN ('foreign', 'unreadable', 'replayed')`;

/** A recovery point whose roots are to be counted. */
export interface NewAccount {
  readonly pointId: string;
  /** Node references of its disks that are not all zeros. */
  readonly roots: readonly string[];
}

/** The id of no recovery point. */
const NO_POINT = "00000000-0000-0000-0000-000000000000";
/** The id of the recovery point that a manifest's name may be of; a name in the storage can be any text. */
const rowIdOf = (pointId: string): string => (isUuid(pointId) ? pointId : NO_POINT);

const accountRow = z.object({ pointId: z.string(), roots: z.array(z.string()) });
const idRow = z.object({ pointId: z.string() });

/** Notes a point whose manifest is durable: its transaction is the one that adds the point. */
export async function awaitAccount(
  tx: Tx,
  { vaultId, pointId, roots }: { readonly vaultId: string } & NewAccount,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "VaultPoint" AS known ("vaultId", "pointId", state, roots)
    VALUES (${vaultId}::uuid, ${pointId}, 'waiting', ${[...roots]}::text[])
    ON CONFLICT ("vaultId", "pointId") DO UPDATE
      SET state = CASE known.state WHEN 'foreign' THEN 'accounted' ELSE 'waiting' END, roots = EXCLUDED.roots
      WHERE known.state IN ('foreign', 'unreadable', 'replayed')`;
}

/** Notes a point whose manifest was deleted, in the transaction that marks it deleted. */
export async function awaitRemoval(tx: Tx, pointId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM "VaultPoint" v USING "RecoveryPoint" p
    WHERE p.id = ${pointId}::uuid AND v."vaultId" = p."vaultId" AND v."pointId" = ${pointId} AND v.state = 'waiting'`;
  await tx.$executeRaw`
    UPDATE "VaultPoint" v SET state = 'leaving' FROM "RecoveryPoint" p
    WHERE p.id = ${pointId}::uuid AND v."vaultId" = p."vaultId" AND v."pointId" = ${pointId} AND v.state = 'accounted'`;
}

/** Points with a manifest that are not accounted yet. */
export async function listNewPoints(tx: Tx, { vaultId }: VaultScope, limit: number): Promise<NewAccount[]> {
  return z.array(accountRow).parse(
    await tx.$queryRaw`
      SELECT "pointId", roots FROM "VaultPoint"
      WHERE "vaultId" = ${vaultId}::uuid AND ${isQueued} AND state = 'waiting'
      ORDER BY "pointId" LIMIT ${limit}`,
  );
}

/** Accounted points whose manifest was deleted. */
export async function listDeletedPoints(tx: Tx, { vaultId }: VaultScope, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw`
    SELECT "pointId" FROM "VaultPoint"
    WHERE "vaultId" = ${vaultId}::uuid AND ${isQueued} AND state = 'leaving'
    ORDER BY "pointId" LIMIT ${limit}`;
  return z
    .array(idRow)
    .parse(rows)
    .map(({ pointId }) => pointId);
}

/** Counts the roots of a point that waits. False when it does not wait any more: another run counted it, or it was deleted. */
export async function addAccount(
  tx: Tx,
  scope: VaultScope,
  { pointId, roots }: { readonly pointId: string; readonly roots: readonly RootNode[] },
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE "VaultPoint" SET state = 'accounted'
    WHERE "vaultId" = ${scope.vaultId}::uuid AND "pointId" = ${pointId} AND state = 'waiting'`;
  if (changed === 0) return false;
  await countRoots(tx, scope, { pointId, roots, by: 1 });
  return true;
}

export interface FoundAccount {
  readonly pointId: string;
  readonly roots: readonly RootNode[];
  /** `foreign`: no recovery point of this database; the manifest itself says that it is needed. */
  readonly state: "accounted" | "foreign";
}

/** Counts the roots of a manifest that a list found. False when it is counted, or its point was deleted meanwhile. */
export async function addFoundAccount(tx: Tx, scope: VaultScope, found: FoundAccount): Promise<boolean> {
  const { pointId, roots, state } = found;
  // Waits for a transaction that deletes the point, or keeps it out until this one ends.
  await tx.$queryRaw`
    SELECT 1 FROM "RecoveryPoint" WHERE id = ${rowIdOf(pointId)}::uuid FOR SHARE`;
  const added = await tx.$executeRaw`
    INSERT INTO "VaultPoint" AS known ("vaultId", "pointId", state, roots)
    SELECT ${scope.vaultId}::uuid, ${pointId}, ${state}, ${roots.map(({ ref }) => ref)}::text[]
    WHERE NOT EXISTS (
      SELECT 1 FROM "RecoveryPoint" WHERE id = ${rowIdOf(pointId)}::uuid AND state = 'deleted')
    ON CONFLICT ("vaultId", "pointId") DO UPDATE SET state = EXCLUDED.state, roots = EXCLUDED.roots, problem = NULL, "retryAt" = NULL
      WHERE known.state NOT IN ('accounted', 'foreign', 'leaving')`;
  if (added === 0) return false;
  await countRoots(tx, scope, { pointId, roots, by: 1 });
  return true;
}

/** A root, and its reference as text. */
export interface RootNode extends Omit<StoredNode, "pointId"> {
  readonly ref: string;
}

/** Subtracts the roots of a point. False when it was not accounted. */
export async function removeAccount(
  tx: Tx,
  scope: VaultScope,
  { pointId, parse }: { readonly pointId: string; readonly parse: (ref: string) => RootNode },
): Promise<boolean> {
  const rows = z.array(accountRow).parse(
    await tx.$queryRaw`
      DELETE FROM "VaultPoint" WHERE "vaultId" = ${scope.vaultId}::uuid AND "pointId" = ${pointId}
        AND state IN ('accounted', 'foreign', 'leaving')
      RETURNING "pointId", roots`,
  );
  const [row] = rows;
  if (row === undefined) return false;
  await countRoots(tx, scope, { pointId, roots: row.roots.map(parse), by: -1 });
  return true;
}

async function countRoots(
  tx: Tx,
  scope: VaultScope,
  {
    pointId,
    roots,
    by,
  }: { readonly pointId: string; readonly roots: readonly RootNode[]; readonly by: number },
): Promise<void> {
  const numbers = await packNumbers(tx, scope, new Map(roots.map(({ pack }) => [pack, "nodes"])));
  await changeNodeRefs(
    tx,
    { scope, numbers },
    roots.map((node) => ({ node: { ...node, pointId }, by })),
  );
}

export interface KeptOutPoint {
  readonly pointId: string;
  readonly state: "unreadable" | "replayed";
  readonly problem: ErrorInfo;
  readonly retryMs: number;
}

/** A manifest in the vault that is not accounted: it does not open, or its point was deleted before. */
export async function keepOut(tx: Tx, { vaultId }: VaultScope, point: KeptOutPoint): Promise<void> {
  const { pointId, state, problem, retryMs } = point;
  await tx.$executeRaw`
    INSERT INTO "VaultPoint" AS known ("vaultId", "pointId", state, roots, problem, "retryAt")
    VALUES (${vaultId}::uuid, ${pointId}, ${state}, '{}', ${JSON.stringify(storableJson(problem))}::jsonb,
      kluis_now() + ${retryMs} * interval '1 millisecond')
    ON CONFLICT ("vaultId", "pointId") DO UPDATE
      SET state = EXCLUDED.state, problem = EXCLUDED.problem, "retryAt" = EXCLUDED."retryAt"
      WHERE known.state IN ('unreadable', 'replayed')`;
}

const listedRow = z.object({
  pointId: z.string(),
  /** Null: not seen before. */
  state: z.string().nullable(),
  isDue: z.boolean(),
  /** The state of its recovery point in the database; null when it has none. */
  pointState: z.string().nullable(),
});
export type ListedPoint = z.infer<typeof listedRow>;

/** The state of these manifests, as the storage lists them. */
export async function knownOfListed(
  tx: Tx,
  { vaultId }: VaultScope,
  pointIds: readonly string[],
): Promise<ListedPoint[]> {
  // Compared as ids: only their index finds the points.
  const uuids = pointIds.map(rowIdOf);
  return z.array(listedRow).parse(
    await tx.$queryRaw`
      SELECT l.id AS "pointId", v.state, coalesce(v."retryAt" <= kluis_now(), TRUE) AS "isDue",
        (SELECT p.state FROM "RecoveryPoint" p WHERE p.id = l.uuid) AS "pointState"
      FROM unnest(${[...pointIds]}::text[], ${uuids}::uuid[]) AS l(id, uuid)
      LEFT JOIN "VaultPoint" v ON v."vaultId" = ${vaultId}::uuid AND v."pointId" = l.id`,
  );
}

/** Points that are accounted because of their manifest only. */
export async function listForeignPoints(tx: Tx, { vaultId }: VaultScope): Promise<string[]> {
  const rows = await tx.$queryRaw`
    SELECT "pointId" FROM "VaultPoint"
    WHERE "vaultId" = ${vaultId}::uuid AND ${isOdd} AND state = 'foreign'`;
  return z
    .array(idRow)
    .parse(rows)
    .map(({ pointId }) => pointId);
}

/** The roots of a recovery point, from its disks. */
export async function rootsOfPoint(tx: Tx, pointId: string): Promise<string[]> {
  const where = { pointId, root: { not: null } };
  const rows = await tx.recoveryPointDisk.findMany({ where, select: { root: true } });
  return rows.flatMap(({ root }) => root ?? []);
}

const keptOutRow = z.object({ pointId: z.string(), state: z.string(), problem: z.unknown() });

/** Manifests that are not accounted, and why. */
export async function listKeptOut(tx: Tx, { vaultId }: VaultScope, limit: number) {
  return z.array(keptOutRow).parse(
    await tx.$queryRaw`
      SELECT "pointId", state, problem FROM "VaultPoint"
      WHERE "vaultId" = ${vaultId}::uuid AND ${isOdd} AND state <> 'foreign' ORDER BY "pointId" LIMIT ${limit}`,
  );
}

/** Forgets manifests that are not accounted and no longer exist. */
export async function forgetKeptOut(
  tx: Tx,
  { vaultId }: VaultScope,
  pointIds: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM "VaultPoint" WHERE "vaultId" = ${vaultId}::uuid AND "pointId" = ANY(${[...pointIds]}::text[])
      AND state IN ('unreadable', 'replayed')`;
}
