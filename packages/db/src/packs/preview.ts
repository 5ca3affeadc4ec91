/** What collection would free in a vault, and why the rest stays. Reads only packs that are not simply in use. */
import { byteSumView, countView, limits, openJobStates } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import type { VaultScope } from "./accounts.ts";
import { isBeyondDoubt } from "./doubt.ts";
import { readDoubt } from "./work.ts";

/**
 * - `now`: the next pass deletes it
 * - `grace`: nothing needs it; it is deleted after its grace period
 * - `compaction`: the part of it that nothing needs; freed when the rest has been copied
 * - `running`: a backup that has not ended stored it
 * - `unreadable-point`: a point that cannot be read may need it
 * - `refused`: the storage refused to delete it
 */
export const spaceReasons = ["now", "grace", "compaction", "running", "unreadable-point", "refused"] as const;
export type SpaceReason = (typeof spaceReasons)[number];

export const spaceView = z.object({ reason: z.enum(spaceReasons), count: countView, bytes: byteSumView });
export const keptPackView = z.object({
  pack: z.string(),
  reason: z.enum(spaceReasons),
  bytes: byteSumView,
  since: z.date().nullable(),
});

const sumRow = z.object({ reason: z.enum(spaceReasons), count: z.coerce.number(), bytes: z.coerce.number() });
const packRow = z.object({
  pack: z.string(),
  reason: z.enum(spaceReasons),
  bytes: z.coerce.number(),
  since: z.date().nullable(),
});

/** Packs that are listed one by one. */
const NAMED = 100;

export interface SpacePreview {
  readonly reasons: readonly z.infer<typeof sumRow>[];
  /** The largest packs that stay although nothing needs them. */
  readonly kept: readonly z.infer<typeof packRow>[];
}

export async function previewCollection(tx: Tx, scope: VaultScope): Promise<SpacePreview> {
  const { keepUntil } = await readDoubt(tx, scope);
  const packs = packsOf(scope, keepUntil);
  const reasons = z.array(sumRow).parse(
    await tx.$queryRaw`
      WITH packs AS (${packs}) SELECT reason, count(*) AS count, sum(bytes)::float8 AS bytes FROM packs GROUP BY 1 ORDER BY 1`,
  );
  const kept = z.array(packRow).parse(
    await tx.$queryRaw`
      WITH packs AS (${packs}) SELECT pack, reason, bytes::float8 AS bytes, since FROM packs
      WHERE reason IN ('running', 'unreadable-point', 'refused') ORDER BY packs.bytes DESC, pack LIMIT ${NAMED}`,
  );
  return { reasons, kept };
}

function packsOf({ vaultId }: VaultScope, keepUntil: Date | null): Prisma.Sql {
  const grace = Prisma.sql`${limits.packGraceMs} * interval '1 millisecond'`;
  return Prisma.sql`
    SELECT p."packId" AS pack, coalesce(p."leavingAt", p."condemnedAt", p."idleSince") AS since,
      CASE WHEN p."idleSince" IS NULL AND p."movedAt" IS NULL AND u.refs > 0
        THEN greatest(p.bytes - u.live / u.refs, 0) ELSE p.bytes END AS bytes,
      CASE WHEN p.refusal IS NOT NULL AND p."retryAt" > kluis_now() THEN 'refused'
        WHEN p."deletingAt" IS NOT NULL OR p."goneAt" IS NOT NULL THEN 'now'
        WHEN p."idleSince" IS NOT NULL AND NOT (${isBeyondDoubt(keepUntil)}) THEN 'unreadable-point'
        WHEN p."idleSince" IS NOT NULL AND EXISTS (
          SELECT 1 FROM "Job" j WHERE j.id = p."jobId" AND j.state = ANY(${[...openJobStates]}::text[])) THEN 'running'
        WHEN p."condemnedAt" <= kluis_now() - ${grace} OR p."movedAt" <= kluis_now() - ${grace} THEN 'now'
        WHEN p."idleSince" IS NOT NULL OR p."movedAt" IS NOT NULL THEN 'grace'
        ELSE 'compaction' END AS reason
    FROM "VaultPack" p LEFT JOIN "VaultUse" u ON u.pack = p.number
    WHERE p."vaultId" = ${vaultId}::uuid AND p.bytes > 0
      AND (p."idleSince" IS NOT NULL OR p."leavingAt" IS NOT NULL OR (p.sparse AND p."leavingAt" IS NULL))`;
}
