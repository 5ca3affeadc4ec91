/** Which manifests of a vault are accounted. */
import { type ErrorInfo, storableJson } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { countNodes, packNumbers, type StoredNode, type VaultScope } from "./accounts.ts";

/** A recovery point whose roots are to be counted. */
export interface NewAccount {
  readonly pointId: string;
  /** Node references of its disks that are not all zeros. */
  readonly roots: readonly string[];
}

/** A manifest of another installation may have any name. */
const uuidPattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

const accountRow = z.object({ pointId: z.string(), roots: z.array(z.string()) });
const idRow = z.object({ pointId: z.string() });

/** Points with a manifest that are not accounted yet, the oldest first. Their roots come from their rows. */
export async function listNewPoints(tx: Tx, { vaultId }: VaultScope, limit: number): Promise<NewAccount[]> {
  return z.array(accountRow).parse(
    await tx.$queryRaw`
      SELECT p.id::text AS "pointId",
        ARRAY(SELECT d.root FROM "RecoveryPointDisk" d WHERE d."pointId" = p.id AND d.root IS NOT NULL ORDER BY d."diskKey") AS roots
      FROM "RecoveryPoint" p
      WHERE p."vaultId" = ${vaultId}::uuid AND p.state NOT IN ('deleting', 'deleted')
        AND NOT EXISTS (SELECT 1 FROM "VaultPoint" v WHERE v."vaultId" = p."vaultId" AND v."pointId" = p.id::text AND v.state = 'accounted')
      ORDER BY p.id LIMIT ${limit}`,
  );
}

/** Accounted points whose manifest was deleted. */
export async function listDeletedPoints(tx: Tx, { vaultId }: VaultScope, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw`
    SELECT v."pointId" FROM "VaultPoint" v JOIN "RecoveryPoint" p
      ON p.id = CASE WHEN v."pointId" ~ ${uuidPattern} THEN v."pointId"::uuid END AND p."vaultId" = v."vaultId"
    WHERE v."vaultId" = ${vaultId}::uuid AND v.state = 'accounted' AND p.state = 'deleted' LIMIT ${limit}`;
  return z
    .array(idRow)
    .parse(rows)
    .map(({ pointId }) => pointId);
}

/** Counts the roots of a point. False when it was accounted before. */
export async function addAccount(
  tx: Tx,
  scope: VaultScope,
  { pointId, roots }: { readonly pointId: string; readonly roots: readonly RootNode[] },
): Promise<boolean> {
  const texts = roots.map(({ ref }) => ref);
  const added = await tx.$executeRaw`
    INSERT INTO "VaultPoint" AS known ("vaultId", "pointId", state, roots)
    VALUES (${scope.vaultId}::uuid, ${pointId}, 'accounted', ${texts}::text[])
    ON CONFLICT ("vaultId", "pointId") DO UPDATE SET state = 'accounted', roots = EXCLUDED.roots, problem = NULL, "retryAt" = NULL
      WHERE known.state <> 'accounted'`;
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
      DELETE FROM "VaultPoint" WHERE "vaultId" = ${scope.vaultId}::uuid AND "pointId" = ${pointId} AND state = 'accounted'
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
  await countNodes(
    tx,
    { scope, numbers },
    roots.map((node) => ({ node: { ...node, pointId }, by })),
  );
}

/** A manifest in the vault that is not accounted: it does not open, or its point was deleted before. */
export async function keepOut(
  tx: Tx,
  { vaultId }: VaultScope,
  point: {
    readonly pointId: string;
    readonly state: "unreadable" | "replayed";
    readonly problem: ErrorInfo;
    readonly retryMs: number;
  },
): Promise<void> {
  const { pointId, state, problem, retryMs } = point;
  await tx.$executeRaw`
    INSERT INTO "VaultPoint" AS known ("vaultId", "pointId", state, roots, problem, "retryAt")
    VALUES (${vaultId}::uuid, ${pointId}, ${state}, '{}', ${JSON.stringify(storableJson(problem))}::jsonb,
      kluis_now() + ${retryMs} * interval '1 millisecond')
    ON CONFLICT ("vaultId", "pointId") DO UPDATE
      SET state = EXCLUDED.state, problem = EXCLUDED.problem, "retryAt" = EXCLUDED."retryAt"
      WHERE known.state <> 'accounted'`;
}

const listedRow = z.object({
  pointId: z.string(),
  /** accounted | unreadable | replayed; null: not seen before. */
  state: z.string().nullable(),
  isDue: z.boolean(),
  /** The state of its recovery point in the database; null when it has none. */
  pointState: z.string().nullable(),
});
export type ListedPoint = z.infer<typeof listedRow>;

/** What is known about these manifests, as the storage lists them. */
export async function knownOfListed(
  tx: Tx,
  { vaultId }: VaultScope,
  pointIds: readonly string[],
): Promise<ListedPoint[]> {
  return z.array(listedRow).parse(
    await tx.$queryRaw`
      SELECT l.id AS "pointId", v.state, coalesce(v."retryAt" <= kluis_now(), TRUE) AS "isDue", p.state AS "pointState"
      FROM unnest(${[...pointIds]}::text[]) AS l(id)
      LEFT JOIN "VaultPoint" v ON v."vaultId" = ${vaultId}::uuid AND v."pointId" = l.id
      LEFT JOIN "RecoveryPoint" p ON p.id = CASE WHEN l.id ~ ${uuidPattern} THEN l.id::uuid END`,
  );
}

const keptOutRow = z.object({ pointId: z.string(), state: z.string(), problem: z.unknown() });

/** Manifests that are not accounted, and why. */
export async function listKeptOut(tx: Tx, { vaultId }: VaultScope, limit: number) {
  return z.array(keptOutRow).parse(
    await tx.$queryRaw`
      SELECT "pointId", state, problem FROM "VaultPoint"
      WHERE "vaultId" = ${vaultId}::uuid AND state <> 'accounted' ORDER BY "pointId" LIMIT ${limit}`,
  );
}

/** Forgets manifests that are not accounted and no longer exist. */
export async function forgetKeptOut(
  tx: Tx,
  { vaultId }: VaultScope,
  pointIds: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM "VaultPoint" WHERE "vaultId" = ${vaultId}::uuid AND "pointId" = ANY(${[...pointIds]}::text[]) AND state <> 'accounted'`;
}
