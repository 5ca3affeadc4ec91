/** Conditions on packs that collection, compaction and the dry run share. `p` is the pack's row. */
import { openJobStates } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import { isBeyondDoubt } from "./doubt.ts";

/** Its content is as it was written, as far as anyone knows. */
const isSound = Prisma.sql`(p.state = 'live'
  AND NOT EXISTS (SELECT 1 FROM "VaultDamageItem" d WHERE d."vaultId" = p."vaultId" AND d."packId" = p."packId"))`;

/** It may be compacted: nothing is wrong with it, and the storage deletes what it is asked to. */
export const isUsable = Prisma.sql`(${isSound} AND p."condemnedAt" IS NULL AND p."deletingAt" IS NULL AND p."idleSince" IS NULL AND p.bytes > 0)`;
export const isDamagedPack = Prisma.sql`(NOT ${isSound})`;

/** Its table does not open, or lacks items. */
export const hasBrokenTable = Prisma.sql`EXISTS (SELECT 1 FROM "VaultDamage" d
  WHERE d."vaultId" = p."vaultId" AND d."packId" = p."packId" AND d.reason = 'table' AND d."healedAt" IS NULL)`;

/** Of a moved pack: damage was found in a pack that has its items since they were copied. Its own object is the good one. */
export const hasBadCopy = Prisma.sql`EXISTS (
  SELECT 1 FROM "VaultMove" m JOIN "VaultPack" t ON t.number = m."to"
  JOIN "VaultDamage" d ON d."vaultId" = t."vaultId" AND d."packId" = t."packId" AND d."foundAt" >= p."movedAt"
  WHERE m."from" = p.number AND (d."healedAt" IS NULL OR d."healedBy" = 'unneeded'))`;

/**
 * A node that cannot be read, and became known up to `keepUntil`, may need it: directly, because it is older, or through the moved table of
 * an older pack.
 */
export const mayBeNeeded = (keepUntil: Date | null): Prisma.Sql =>
  keepUntil === null
    ? Prisma.sql`FALSE`
    : Prisma.sql`(NOT (${isBeyondDoubt(keepUntil)}) OR EXISTS (SELECT 1 FROM "VaultMove" m WHERE m."to" = p.number))`;

/** A backup that has not ended stored it. */
export const isOfOpenJob = Prisma.sql`EXISTS (SELECT 1 FROM "Job" j
  WHERE j.id = p."jobId" AND j.state = ANY(${[...openJobStates]}::text[]))`;

/** How many nodes name it (`u`: its use), or a pack whose items it has. */
export const refsOf = Prisma.sql`(coalesce(u.refs, 0) + coalesce((SELECT sum(f.refs) FROM "VaultMove" m
  JOIN "VaultUse" f ON f.pack = m."from" AND f.refs > 0 WHERE m."to" = p.number), 0))`;
