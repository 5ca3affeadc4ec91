/** The second copies of a vault's recovery points: those that are missing, their bases, and those whose time is over. */
import { type CopyLag, openJobStates, safeBytes } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

/** A vault, and the one that gets its copies. */
export interface CopyPair {
  readonly from: string;
  readonly to: string;
}

/** A failed copy is tried again after this time. */
export const FAILED_PAUSE_HOURS = 6;

/** A point `r` of the first vault that a backup made and that has no copy. A copy that was deleted is not made again. */
const missingSql = ({ from, to }: CopyPair): Prisma.Sql => Prisma.sql`
  r."vaultId" = ${from}::uuid AND r."copyOf" IS NULL AND r.state = 'available'
  AND NOT EXISTS (SELECT FROM "RecoveryPoint" c WHERE c."copyOf" = r.id AND c."vaultId" = ${to}::uuid)`;

/** Points `r` that backups made and that can have a copy. */
const originalSql = Prisma.sql`r."copyOf" IS NULL AND r.state IN ('available', 'damaged')`;

/** Of a point `r`: no copy in that vault can replace it. There is none, or it is damaged. */
const uncopiedSql = (to: Prisma.Sql): Prisma.Sql => Prisma.sql`
  NOT EXISTS (SELECT FROM "RecoveryPoint" c
    WHERE c."copyOf" = r.id AND c."vaultId" = ${to} AND c.state <> 'damaged')`;

/** A point `r` of the first vault that no copy can replace: also a damaged one, and one whose copy is damaged. */
const behindSql = ({ from, to }: CopyPair): Prisma.Sql => Prisma.sql`
  r."vaultId" = ${from}::uuid AND ${originalSql} AND ${uncopiedSql(Prisma.sql`${to}::uuid`)}`;

/** A job that copies to that vault. */
export const copyJobSql = (to: string): Prisma.Sql =>
  Prisma.sql`j.kind = 'copy-point' AND j.parameters ->> 'vaultId' = ${to}`;

const lagRow = z.object({ points: z.int(), since: z.date().nullable(), bytes: z.bigint() });

/** How far the copies are behind, and the bytes that backups stored for the points that wait. */
export async function readCopyLag(tx: Tx, pair: CopyPair): Promise<CopyLag & { readonly bytes: number }> {
  const rows = await tx.$queryRaw`
    SELECT count(*)::int AS points, min(r."createdAt") AS since, coalesce(sum(r."storedBytes"), 0)::bigint AS bytes
    FROM "RecoveryPoint" r WHERE ${behindSql(pair)}`;
  const [row] = z.tuple([lagRow]).parse(rows);
  return { ...row, bytes: safeBytes(row.bytes) };
}

const vmCopiesRow = z.object({
  /** The name of the vault that gets the copies. */
  to: z.string(),
  /** Recovery points that it is to hold. */
  points: z.int(),
  /** Those that it does not hold, and since when the oldest of them waits. */
  behind: z.int(),
  since: z.date().nullable(),
});

export type VmCopies = z.infer<typeof vmCopiesRow>;

/** The second copies of the recovery points of a VM, by the vault that gets them; none without a second copy. */
export async function readVmCopies(tx: Tx, vmId: string): Promise<VmCopies[]> {
  const uncopied = uncopiedSql(Prisma.sql`second.id`);
  const rows = await tx.$queryRaw`
    SELECT second.name AS "to", count(*)::int AS points, (count(*) FILTER (WHERE ${uncopied}))::int AS behind,
      min(r."createdAt") FILTER (WHERE ${uncopied}) AS since
    FROM "RecoveryPoint" r JOIN "Vault" first ON first.id = r."vaultId"
    JOIN "Vault" second ON second.id = (first.copy ->> 'to')::uuid
    WHERE r."vmId" = ${vmId}::uuid AND ${originalSql} GROUP BY second.id, second.name ORDER BY second.name, second.id`;
  return z.array(vmCopiesRow).parse(rows);
}

const dueRow = z.object({ pointId: z.string(), vmId: z.string(), vmName: z.string(), takenAt: z.date() });
/** A point to copy now. */
export type DueCopy = z.infer<typeof dueRow>;

/**
 * The oldest missing point of each VM that has no open copy to that vault, the longest wait first: a copy is compared with the one
 * before it. A point whose copy failed recently waits, and the next one of its VM goes first.
 * @param until points that were made later wait
 */
export async function listDueCopies(
  tx: Tx,
  { until, limit, ...pair }: CopyPair & { readonly until: Date; readonly limit: number },
): Promise<DueCopy[]> {
  const rows = await tx.$queryRaw`
    SELECT due.* FROM (
      SELECT DISTINCT ON (r."vmId") r.id AS "pointId", r."vmId", vm.name AS "vmName", r."takenAt"
      FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
      WHERE ${missingSql(pair)} AND r."createdAt" <= ${until}
        AND NOT EXISTS (SELECT FROM "Job" j WHERE j."vmId" = r."vmId" AND ${copyJobSql(pair.to)} AND j.state IN (${wordsSql(openJobStates)}))
        AND NOT EXISTS (SELECT FROM "Job" j WHERE j."pointId" = r.id AND ${copyJobSql(pair.to)}
          AND j."endedAt" > kluis_now() - ${FAILED_PAUSE_HOURS} * interval '1 hour')
      ORDER BY r."vmId", r."takenAt", r.id) due
    ORDER BY due."takenAt", due."pointId" LIMIT ${limit}`;
  return z.array(dueRow).parse(rows);
}

/**
 * Whether a copy of a point may still start, and locks its VM until the transaction ends: of two engines that found it missing, one
 * starts its copy.
 */
export async function lockForCopy(
  tx: Tx,
  { pointId, vmId, to }: { readonly pointId: string; readonly vmId: string; readonly to: string },
): Promise<boolean> {
  await tx.$queryRaw`SELECT id FROM "VirtualMachine" WHERE id = ${vmId}::uuid FOR NO KEY UPDATE`;
  const rows = await tx.$queryRaw`
    SELECT EXISTS (SELECT FROM "RecoveryPoint" c WHERE c."copyOf" = ${pointId}::uuid AND c."vaultId" = ${to}::uuid)
      OR EXISTS (SELECT FROM "Job" j WHERE j."vmId" = ${vmId}::uuid AND ${copyJobSql(to)} AND j.state IN (${wordsSql(openJobStates)}))
      AS "isTaken"`;
  return !z.tuple([z.object({ isTaken: z.boolean() })]).parse(rows)[0].isTaken;
}

export async function countOpenCopies(tx: Tx, to: string): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT count(*)::int AS open FROM "Job" j WHERE ${copyJobSql(to)} AND j.state IN (${wordsSql(openJobStates)})`;
  return z.tuple([z.object({ open: z.int() })]).parse(rows)[0].open;
}

const expiredRow = z.object({ pointId: z.string(), vmId: z.string(), vmName: z.string() });
/** A copy that is no longer kept. */
export type ExpiredCopy = z.infer<typeof expiredRow>;

/** Copies of points whose content the first vault deleted until then; not those that are pinned, in use, or being deleted. */
export async function listExpiredCopies(
  tx: Tx,
  { from, to, until, limit }: CopyPair & { readonly until: Date; readonly limit: number },
): Promise<ExpiredCopy[]> {
  const rows = await tx.$queryRaw`
    SELECT c.id AS "pointId", c."vmId", vm.name AS "vmName" FROM "RecoveryPoint" c
    JOIN "RecoveryPoint" r ON r.id = c."copyOf" JOIN "VirtualMachine" vm ON vm.id = c."vmId"
    WHERE c."vaultId" = ${to}::uuid AND r."vaultId" = ${from}::uuid AND r.state = 'deleted' AND r."purgedAt" <= ${until}
      AND c.state IN ('available', 'damaged') AND c."pinnedAt" IS NULL AND coalesce(c."keptUntil" <= kluis_now(), TRUE)
      AND NOT EXISTS (SELECT FROM "Job" j WHERE j."pointId" = c.id AND j.state IN (${wordsSql(openJobStates)}))
    ORDER BY c.id LIMIT ${limit}`;
  return z.array(expiredRow).parse(rows);
}

const baseRow = z.object({ pointId: z.string(), copyOf: z.string() });

/** The VM's newest copy in the second vault whose point the first vault still has: the next copy moves what differs from it. */
export async function findCopyBase(
  tx: Tx,
  { vmId, before, from, to }: CopyPair & { readonly vmId: string; readonly before: Date },
): Promise<z.infer<typeof baseRow> | null> {
  const rows = await tx.$queryRaw`
    SELECT c.id AS "pointId", r.id AS "copyOf" FROM "RecoveryPoint" c JOIN "RecoveryPoint" r ON r.id = c."copyOf"
    WHERE c."vmId" = ${vmId}::uuid AND c."vaultId" = ${to}::uuid AND r."vaultId" = ${from}::uuid
      AND c.state IN ('available', 'damaged') AND r.state IN ('available', 'damaged', 'soft-deleted') AND r."takenAt" < ${before}
    ORDER BY r."takenAt" DESC LIMIT 1`;
  return z.array(baseRow).parse(rows)[0] ?? null;
}

/** The copy of a point in a vault, whatever its state; null: there was none. */
export function findCopy(
  tx: Tx,
  { copyOf, vaultId }: { readonly copyOf: string; readonly vaultId: string },
): Promise<{ readonly id: string } | null> {
  return tx.recoveryPoint.findUnique({
    where: { copyOf_vaultId: { copyOf, vaultId } },
    select: { id: true },
  });
}
