/**
 * What the recovery points of a vault reach, counted: points name nodes, nodes name nodes and packs.
 *
 * A node that was reached for the first time is not *walked*: what it names is not counted yet. A node that nothing names any more has
 * no `refs`. Both are queues. Each row changes its state in the transaction that counts what it names, so that every step can be
 * killed, repeated, or done twice at once.
 */
import { type ErrorInfo, type ItemPlace, placeKey, storableJson } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { preferIndexes, type Tx } from "../tx.ts";
import { type PackKind, packKindNumbers } from "./kind.ts";
import { isSparse } from "./sparse.ts";

/** A node of a chunk map, as the vault writes it. */
export interface CountedNode {
  readonly level: number;
  /** Hex. */
  readonly digest: string;
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

export interface NamedPack {
  /** Hex. */
  readonly pack: string;
  readonly kind: PackKind;
  /** Sealed bytes in it that the node needs. */
  readonly live: number;
}

/** A node, and what it names: children that are counted too, and packs. */
export interface NodeUse {
  readonly node: StoredNode;
  readonly children: readonly CountedNode[];
  readonly packs: readonly NamedPack[];
}

export interface StoredNode extends CountedNode {
  /** The point that was first to reach it. */
  readonly pointId: string;
}

/** A vault in the database; `number` names it in small rows. */
export interface VaultScope {
  readonly vaultId: string;
  readonly number: number;
}

export const nodeRow = z.object({
  level: z.int(),
  digest: z.string(),
  pack: z.string(),
  offset: z.int(),
  length: z.int(),
  pointId: z.string(),
});
/** A `nodeRow` of a node `n` and its pack `p`. */
export const nodeColumns = Prisma.sql`
  n.level, encode(n.digest, 'hex') AS digest, p."packId" AS pack, n."offset", n.length, n."pointId"`;
const keyRow = z.object({ pack: z.int(), offset: z.int() });

/** The number of a vault. */
export async function vaultScope(tx: Tx, vaultId: string): Promise<VaultScope> {
  const { number } = await tx.vault.findUniqueOrThrow({ where: { id: vaultId }, select: { number: true } });
  return { vaultId, number };
}

/** Nodes whose names are not counted yet, and whose next try is due. */
export async function listUnwalkedNodes(tx: Tx, scope: VaultScope, limit: number): Promise<StoredNode[]> {
  return z.array(nodeRow).parse(
    await tx.$queryRaw`
      SELECT ${nodeColumns}
      FROM "VaultNode" n JOIN "VaultPack" p ON p.number = n.pack
      WHERE n.vault = ${scope.number}::smallint AND NOT n.walked AND n.refs > 0
        AND (n."retryAt" IS NULL OR n."retryAt" <= kluis_now())
      LIMIT ${limit}`,
  );
}

/** Nodes that nothing names any more, but that are counted, and whose next try is due. */
export async function listUnneededNodes(tx: Tx, scope: VaultScope, limit: number): Promise<StoredNode[]> {
  // A node that was never walked named nothing.
  await tx.$executeRaw`
    DELETE FROM "VaultNode" WHERE vault = ${scope.number}::smallint AND refs = 0 AND NOT walked`;
  return z.array(nodeRow).parse(
    await tx.$queryRaw`
      SELECT ${nodeColumns}
      FROM "VaultNode" n JOIN "VaultPack" p ON p.number = n.pack
      WHERE n.vault = ${scope.number}::smallint AND n.refs = 0 AND n.walked
        AND (n."retryAt" IS NULL OR n."retryAt" <= kluis_now())
      LIMIT ${limit}`,
  );
}

/** Counts what nodes name that were reached for the first time. A node that another run counted first is left out. */
export async function countWalked(tx: Tx, scope: VaultScope, uses: readonly NodeUse[]): Promise<number> {
  return countUses(
    tx,
    { scope, uses, sign: 1 },
    (keys) =>
      tx.$queryRaw`
      UPDATE "VaultNode" SET walked = TRUE, problem = NULL, "retryAt" = NULL
      WHERE (pack, "offset") IN (
        SELECT n.pack, n."offset" FROM "VaultNode" n
        JOIN unnest(${keys.packs}::int[], ${keys.offsets}::int[]) AS k(pack, at) ON n.pack = k.pack AND n."offset" = k.at
        WHERE NOT n.walked AND n.refs > 0 ORDER BY n.pack, n."offset" FOR UPDATE OF n)
      RETURNING pack, "offset"`,
  );
}

/** Subtracts what nodes named that nothing names any more, and forgets them. A node that a new point names again is left out. */
export async function countDropped(tx: Tx, scope: VaultScope, uses: readonly NodeUse[]): Promise<number> {
  return countUses(
    tx,
    { scope, uses, sign: -1 },
    (keys) =>
      tx.$queryRaw`
      DELETE FROM "VaultNode" WHERE (pack, "offset") IN (
        SELECT n.pack, n."offset" FROM "VaultNode" n
        JOIN unnest(${keys.packs}::int[], ${keys.offsets}::int[]) AS k(pack, at) ON n.pack = k.pack AND n."offset" = k.at
        WHERE n.walked AND n.refs = 0 ORDER BY n.pack, n."offset" FOR UPDATE OF n)
      RETURNING pack, "offset"`,
  );
}

/** Names a node that cannot be read. What it names stays unknown, so packs that are older than it are kept. */
export async function setNodeProblem(
  tx: Tx,
  { vaultId }: VaultScope,
  failed: { readonly node: CountedNode; readonly problem: ErrorInfo; readonly retryMs: number },
): Promise<void> {
  const { node, problem, retryMs } = failed;
  await tx.$executeRaw`
    UPDATE "VaultNode" SET problem = ${JSON.stringify(storableJson(problem))}::jsonb,
      "retryAt" = kluis_now() + ${retryMs} * interval '1 millisecond'
    WHERE "offset" = ${node.offset}
      AND pack = (SELECT number FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND "packId" = ${node.pack})`;
}

interface Keys {
  readonly packs: number[];
  readonly offsets: number[];
}

interface Counting {
  readonly scope: VaultScope;
  readonly uses: readonly NodeUse[];
  readonly sign: 1 | -1;
}

/** @param change changes the state of these nodes, and returns those that it applied to */
async function countUses(
  tx: Tx,
  { scope, uses, sign }: Counting,
  change: (keys: Keys) => Promise<unknown>,
): Promise<number> {
  if (uses.length === 0) return 0;
  await preferIndexes(tx);
  const numbers = await packNumbers(tx, scope, namedPacks(uses));
  const keyOf = (node: CountedNode): string => `${numbers.get(node.pack) ?? 0}:${node.offset}`;
  const keys: Keys = {
    packs: uses.map(({ node }) => numbers.get(node.pack) ?? 0),
    offsets: uses.map(({ node }) => node.offset),
  };
  const changed = new Set(
    z
      .array(keyRow)
      .parse(await change(keys))
      .map(({ pack, offset }) => `${pack}:${offset}`),
  );
  const counted = uses.filter(({ node }) => changed.has(keyOf(node)));
  const children = counted.flatMap(({ node, children: nodes }) =>
    nodes.map((child) => ({ node: { ...child, pointId: node.pointId }, by: sign })),
  );
  await changeNodeRefs(tx, { scope, numbers }, children);
  await changePackRefs(
    tx,
    numbers,
    counted.flatMap(({ packs }) => packs.map((named) => ({ ...named, by: sign }))),
  );
  return counted.length;
}

function namedPacks(uses: readonly NodeUse[]): Map<string, PackKind> {
  const packs = new Map<string, PackKind>();
  for (const { node, children, packs: named } of uses) {
    for (const { pack } of [node, ...children]) packs.set(pack, packs.get(pack) ?? "nodes");
    for (const { pack, kind } of named) packs.set(pack, kind);
  }
  return packs;
}

const numberedRow = z.object({ packId: z.string(), number: z.int() });

/** The numbers of packs. One that no writer of this database recorded gets a row: another database of this vault wrote it. */
export async function packNumbers(
  tx: Tx,
  { vaultId }: VaultScope,
  packs: ReadonlyMap<string, PackKind>,
): Promise<Map<string, number>> {
  const ids = [...packs.keys()];
  const read = async (): Promise<Map<string, number>> => {
    const rows = await tx.$queryRaw`
      SELECT "packId", number FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND "packId" = ANY(${ids}::text[])`;
    return new Map(
      z
        .array(numberedRow)
        .parse(rows)
        .map(({ packId, number }) => [packId, number]),
    );
  };
  const known = await read();
  const unknown = ids.filter((id) => !known.has(id)).toSorted();
  if (unknown.length === 0) return known;
  const kinds = unknown.map((id) => packKindNumbers[packs.get(id) ?? "chunks"]);
  await tx.$executeRaw`
    INSERT INTO "VaultPack" ("vaultId", "packId", kind, bytes, "createdAt")
    SELECT ${vaultId}::uuid, u.id, u.kind, 0, 'epoch'::timestamptz
    FROM unnest(${unknown}::text[], ${kinds}::int[]) AS u(id, kind) ON CONFLICT DO NOTHING`;
  return read();
}

interface NodeChange {
  readonly node: StoredNode;
  readonly by: number;
}

/** Changes how often nodes are named. A new one waits to be walked. */
export async function changeNodeRefs(
  tx: Tx,
  { scope, numbers }: { readonly scope: VaultScope; readonly numbers: ReadonlyMap<string, number> },
  changes: readonly NodeChange[],
): Promise<void> {
  const sums = new Map<string, { readonly node: StoredNode; readonly pack: number; by: number }>();
  for (const { node, by } of changes) {
    const pack = numbers.get(node.pack) ?? 0;
    const key = `${pack}:${node.offset}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { node, pack, by });
    else sum.by += by;
  }
  const rows = [...sums.values()]
    .filter(({ by }) => by !== 0)
    .toSorted((a, b) => a.pack - b.pack || a.node.offset - b.node.offset);
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO "VaultNode" AS known (pack, "offset", length, vault, level, digest, refs, "pointId")
    SELECT r.pack, r.at, r.length, ${scope.number}::smallint, r.level, decode(r.digest, 'hex'), r.by, r.point
    FROM unnest(
      ${rows.map(({ pack }) => pack)}::int[], ${rows.map(({ node }) => node.offset)}::int[],
      ${rows.map(({ node }) => node.length)}::int[], ${rows.map(({ node }) => node.level)}::int[],
      ${rows.map(({ node }) => node.digest)}::text[], ${rows.map(({ by }) => by)}::int[],
      ${rows.map(({ node }) => node.pointId)}::text[]
    ) AS r(pack, at, length, level, digest, by, point)
    ON CONFLICT (pack, "offset") DO UPDATE SET refs = known.refs + EXCLUDED.refs`;
}

interface PackChange extends NamedPack {
  readonly by: number;
}

/** Changes how often packs are named, and notes those that nothing names any more. A pack that is named is not condemned any more. */
export async function changePackRefs(
  tx: Tx,
  numbers: ReadonlyMap<string, number>,
  changes: readonly PackChange[],
): Promise<void> {
  const sums = new Map<number, { by: number; live: number }>();
  for (const { pack, live, by } of changes) {
    const number = numbers.get(pack) ?? 0;
    const sum = sums.get(number) ?? { by: 0, live: 0 };
    sums.set(number, { by: sum.by + by, live: sum.live + by * live });
  }
  const rows = [...sums].filter(([, { by, live }]) => by !== 0 || live !== 0).toSorted(([a], [b]) => a - b);
  if (rows.length === 0) return;
  const changed = rows.map(([number]) => number);
  await tx.$executeRaw`
    INSERT INTO "VaultUse" AS known (pack, refs, live)
    SELECT r.pack, r.by, r.live FROM unnest(
      ${changed}::int[], ${rows.map(([, { by }]) => by)}::int[],
      ${rows.map(([, { live }]) => BigInt(live))}::bigint[]
    ) AS r(pack, by, live)
    ON CONFLICT (pack) DO UPDATE SET refs = known.refs + EXCLUDED.refs, live = known.live + EXCLUDED.live`;
  // Both tables by the same list: joined to the rows of the statement above, the planner reads an index of every pack.
  await tx.$executeRaw`
    UPDATE "VaultPack" p SET
      "idleSince" = CASE WHEN used.refs > 0 THEN NULL ELSE coalesce(p."idleSince", kluis_now()) END,
      "condemnedAt" = CASE WHEN p."deletingAt" IS NULL AND (used.refs > 0) = (p."idleSince" IS NOT NULL) THEN NULL ELSE p."condemnedAt" END,
      sparse = ${isSparse}
    FROM "VaultUse" used
    WHERE p.number = ANY(${changed}::int[]) AND used.pack = ANY(${changed}::int[]) AND used.pack = p.number
      AND ((used.refs > 0) = (p."idleSince" IS NOT NULL) OR p.sparse IS DISTINCT FROM ${isSparse})`;
}

/** Those of these nodes that are counted, with all that they name, as `placeKey` names them. */
export async function countedOf(
  tx: Tx,
  { vaultId }: VaultScope,
  nodes: readonly ItemPlace[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw`
    SELECT k.pack, k.at AS "offset" FROM unnest(${nodes.map(({ pack }) => pack)}::text[], ${nodes.map(({ offset }) => offset)}::int[]) AS k(pack, at)
    JOIN "VaultPack" p ON p."vaultId" = ${vaultId}::uuid AND p."packId" = k.pack
    JOIN "VaultNode" n ON n.pack = p.number AND n."offset" = k.at AND n.refs > 0 AND n.walked`;
  const place = z.object({ pack: z.string(), offset: z.int() });
  return new Set(z.array(place).parse(rows).map(placeKey));
}
