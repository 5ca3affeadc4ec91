/** What collection would free in a vault, and why the rest stays. Reads only packs that are not simply in use. */
import { byteSumView, countView, limits, mayCollect } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { readVaultTrust } from "../vaults/truth.ts";
import type { VaultScope } from "./accounts.ts";
import { hasRefusal } from "./compaction.ts";
import { hasBadCopy, isDamagedPack, isOfOpenJob, mayBeNeeded } from "./conditions.ts";
import { isBeyondDoubt } from "./doubt.ts";
import { readDoubt } from "./work.ts";

/**
 * - `now`: the next pass deletes it
 * - `grace`: nothing needs it; it is deleted after its grace period
 * - `compaction`: the part of it that nothing needs; freed when the rest has been copied
 * - `running`: a backup that has not ended stored it
 * - `unreadable-point`: a point that cannot be read may need it
 * - `refused`: the storage refused to delete it, or another pack: compaction would only add to the vault
 * - `damaged`: something of it does not open, so it is not compacted
 * - `differs`: nothing is deleted while the vault and the database differ
 */
export const spaceReasons = [
  "now",
  "grace",
  "compaction",
  "running",
  "unreadable-point",
  "refused",
  "damaged",
  "differs",
] as const;
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
  const packs = await packsOf(tx, scope);
  const reasons = z.array(sumRow).parse(
    await tx.$queryRaw`
      WITH packs AS (${packs}) SELECT reason, count(*) AS count, sum(bytes)::float8 AS bytes FROM packs GROUP BY 1 ORDER BY 1`,
  );
  const kept = z.array(packRow).parse(
    await tx.$queryRaw`
      WITH packs AS (${packs}) SELECT pack, reason, bytes::float8 AS bytes, since FROM packs
      WHERE reason IN ('running', 'unreadable-point', 'refused', 'damaged', 'differs') ORDER BY packs.bytes DESC, pack LIMIT ${NAMED}`,
  );
  return { reasons, kept };
}

/** The same conditions as those of collection (work.ts) and compaction (compaction.ts), in the order in which they decide. */
async function packsOf(tx: Tx, scope: VaultScope): Promise<Prisma.Sql> {
  const { vaultId } = scope;
  const { keepUntil } = await readDoubt(tx, scope);
  const trust = await readVaultTrust(tx, vaultId);
  const differs = trust === null || !mayCollect(trust);
  const isRefused = await hasRefusal(tx, scope);
  const grace = Prisma.sql`${limits.packGraceMs} * interval '1 millisecond'`;
  return Prisma.sql`
    SELECT p."packId" AS pack, coalesce(p."leavingAt", p."condemnedAt", p."idleSince") AS since,
      CASE WHEN p."idleSince" IS NULL AND p."movedAt" IS NULL AND u.refs > 0
        THEN greatest(p.bytes - u.live / u.refs, 0) ELSE p.bytes END AS bytes,
      CASE WHEN ${differs} THEN 'differs'
        WHEN p.refusal IS NOT NULL AND p."retryAt" > kluis_now() THEN 'refused'
        WHEN p."deletingAt" IS NOT NULL OR p."goneAt" IS NOT NULL THEN 'now'
        WHEN p."idleSince" IS NOT NULL AND p."condemnedAt" <= kluis_now() - ${grace} AND ${isBeyondDoubt(keepUntil)} AND NOT ${isOfOpenJob} THEN 'now'
        WHEN p."movedAt" IS NOT NULL AND ${hasBadCopy} THEN 'compaction'
        WHEN p."movedAt" <= kluis_now() - ${grace} AND NOT ${mayBeNeeded(keepUntil)} THEN 'now'
        WHEN p."idleSince" IS NOT NULL AND NOT (${isBeyondDoubt(keepUntil)}) OR p."movedAt" IS NOT NULL AND ${mayBeNeeded(keepUntil)} THEN 'unreadable-point'
        WHEN p."idleSince" IS NOT NULL AND ${isOfOpenJob} THEN 'running'
        WHEN p."idleSince" IS NOT NULL OR p."movedAt" IS NOT NULL THEN 'grace'
        WHEN ${mayBeNeeded(keepUntil)} THEN 'unreadable-point'
        WHEN ${isDamagedPack} THEN 'damaged'
        WHEN ${isRefused} AND p."leavingAt" IS NULL THEN 'refused'
        ELSE 'compaction' END AS reason
    FROM "VaultPack" p LEFT JOIN "VaultUse" u ON u.pack = p.number
    WHERE p."vaultId" = ${vaultId}::uuid AND p.bytes > 0
      AND (p."idleSince" IS NOT NULL OR p."leavingAt" IS NOT NULL
        OR (p.sparse AND (p."fullAtRefs" IS NULL OR u.refs * 4::bigint <= p."fullAtRefs" * 3::bigint)
          AND NOT EXISTS (SELECT 1 FROM "VaultMove" m WHERE m."to" = p.number)))`;
}
