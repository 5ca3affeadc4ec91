/** The nodes that the points of a vault reach, in pages. */
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { nodeColumns, nodeRow, type StoredNode, type VaultScope } from "./accounts.ts";

const numberedNode = nodeRow.extend({ number: z.int() });

export interface NodePage {
  readonly nodes: readonly StoredNode[];
  readonly next: NodeCursor | null;
}

export interface NodeCursor {
  readonly pack: number;
  readonly offset: number;
}

/** Nodes that points reach, in pages. Those that cannot be read are left out: packs that are older than them are not compacted. */
export async function listNodes(
  tx: Tx,
  { number }: VaultScope,
  page: { readonly since: Date | null; readonly after: NodeCursor | null; readonly limit: number },
): Promise<NodePage> {
  const { since, after, limit } = page;
  const from = after ?? { pack: -1, offset: -1 };
  const recent = since === null ? Prisma.empty : Prisma.sql`AND n."knownAt" >= ${since}`;
  const rows = z.array(numberedNode).parse(
    await tx.$queryRaw`
      SELECT ${nodeColumns}, n.pack AS number
      FROM "VaultNode" n JOIN "VaultPack" p ON p.number = n.pack
      WHERE n.vault = ${number}::smallint AND (n.pack, n."offset") > (${from.pack}::int, ${from.offset}::int) ${recent}
        AND n.problem IS NULL
      ORDER BY n.pack, n."offset" LIMIT ${limit}`,
  );
  const last = rows.at(-1);
  const next = last === undefined || rows.length < limit ? null : { pack: last.number, offset: last.offset };
  return { nodes: rows, next };
}
