/** Damaged recovery points that have the same content in another vault: those that can be healed from there, and those that cannot. */
import {
  HEAL_FAILURES,
  HEAL_TRIES,
  type HealFailure,
  healFailures,
  notice,
  openJobStates,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import type { Db } from "../client.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { copyJobSql, FAILED_PAUSE_HOURS } from "./copies.ts";

const healRow = z.object({
  pointId: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  heals: z.string(),
  to: z.string(),
});
/** A damaged point `heals` of vault `to`, and the sound point with the same content in another vault. */
export type DueHealing = z.infer<typeof healRow>;

const isOpenSql = Prisma.sql`j.state IN (${wordsSql(openJobStates)})`;
/** Job `j` heals point `bad`. */
const healsSql = Prisma.sql`j."vmId" = bad."vmId" AND j.kind = 'copy-point' AND j.parameters ->> 'heals' = bad.id::text`;

/**
 * Damaged points with a sound copy, and damaged copies of sound points, the oldest first. A VM that has an open copy to the vault waits, and
 * so does a point that was tried recently. A point that was stored again, or that cannot be healed, is not tried again.
 */
export async function listDueHealings(tx: Tx, limit: number): Promise<DueHealing[]> {
  const rows = await tx.$queryRaw`
    SELECT due.* FROM (
      SELECT DISTINCT ON (bad."vmId", bad."vaultId") good.id AS "pointId", bad."vmId", vm.name AS "vmName",
        bad.id AS heals, bad."vaultId" AS "to"
      FROM "RecoveryPoint" c JOIN "RecoveryPoint" r ON r.id = c."copyOf"
      JOIN "RecoveryPoint" bad ON bad.id IN (c.id, r.id) AND bad.state = 'damaged'
      JOIN "RecoveryPoint" good ON good.id IN (c.id, r.id) AND good.id <> bad.id AND good.state IN ('available', 'soft-deleted')
      JOIN "VirtualMachine" vm ON vm.id = bad."vmId"
      WHERE bad."notHealed" IS NULL AND bad."healedFromCopyAt" IS NULL
        AND EXISTS (SELECT FROM "VaultDamagePoint" l JOIN "VaultDamage" d ON d.id = l."damageId"
          WHERE l."pointId" = bad.id AND d."healedAt" IS NULL)
        AND NOT EXISTS (SELECT FROM "Job" j WHERE j."vmId" = bad."vmId" AND j.kind = 'copy-point'
          AND j.parameters ->> 'vaultId' = bad."vaultId"::text AND ${isOpenSql})
        AND NOT EXISTS (SELECT FROM "Job" j WHERE ${healsSql} AND j.state = 'failed'
          AND j."endedAt" > kluis_now() - ${FAILED_PAUSE_HOURS} * interval '1 hour')
      ORDER BY bad."vmId", bad."vaultId", bad."takenAt", bad.id) due
    ORDER BY due.heals LIMIT ${limit}`;
  return z.array(healRow).parse(rows);
}

/** Whether it may still start, and locks its VM until the transaction ends. */
export async function lockForHealing(
  tx: Tx,
  { vmId, heals, to }: Pick<DueHealing, "vmId" | "heals" | "to">,
): Promise<boolean> {
  await tx.$queryRaw`SELECT id FROM "VirtualMachine" WHERE id = ${vmId}::uuid FOR NO KEY UPDATE`;
  const rows = await tx.$queryRaw`
    SELECT EXISTS (SELECT FROM "RecoveryPoint" r WHERE r.id = ${heals}::uuid AND r.state = 'damaged'
        AND r."notHealed" IS NULL AND r."healedFromCopyAt" IS NULL)
      AND NOT EXISTS (SELECT FROM "Job" j WHERE j."vmId" = ${vmId}::uuid AND ${copyJobSql(to)} AND j.state IN (${wordsSql(openJobStates)}))
      AS "isDue"`;
  return z.tuple([z.object({ isDue: z.boolean() })]).parse(rows)[0].isDue;
}

/** All content of a damaged point was stored again. The search for damage, or a verification, says whether that healed it. */
export async function noteHealedFromCopy(tx: Tx, pointId: string, at: Date): Promise<void> {
  await tx.recoveryPoint.updateMany({
    where: { id: pointId, state: "damaged" },
    data: { healedFromCopyAt: at, healTries: { increment: 1 } },
  });
}

/** It is tried no more until something else heals it. */
export async function noteNotHealed(tx: Tx, pointId: string, why: HealFailure): Promise<void> {
  await tx.recoveryPoint.updateMany({
    where: { id: pointId, state: "damaged" },
    data: { notHealed: why },
  });
}

/** Jobs that failed too often: four tries, each some hours after the one before. */
export async function giveUpFailedHealings(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    UPDATE "RecoveryPoint" bad SET "notHealed" = 'failed'
    WHERE bad.state = 'damaged' AND bad."notHealed" IS NULL AND (SELECT count(*) FROM "Job" j WHERE ${healsSql} AND j.state = 'failed'
      AND j."endedAt" > coalesce(bad."readWholeAt", bad."createdAt")) >= ${HEAL_FAILURES}`;
}

const unsureRow = z.object({
  pointId: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  isRead: z.boolean(),
});
/** A point that is still called damaged after all of its content was stored again. `isRead`: a full verification found damage since. */
export type UnsureHealing = z.infer<typeof unsureRow>;

/** Only points of vaults of which the reach of all damage is known, and that nothing verifies now. */
export async function listUnsureHealings(tx: Tx, limit: number): Promise<UnsureHealing[]> {
  const rows = await tx.$queryRaw`
    SELECT bad.id AS "pointId", bad."vmId", vm.name AS "vmName",
      coalesce(bad."lastVerifyMode" = 'full' AND bad."lastVerifiedAt" > bad."healedFromCopyAt", FALSE) AS "isRead"
    FROM "RecoveryPoint" bad JOIN "VirtualMachine" vm ON vm.id = bad."vmId"
    WHERE bad.state = 'damaged' AND bad."healedFromCopyAt" IS NOT NULL AND bad."notHealed" IS NULL
      AND NOT EXISTS (SELECT FROM "VaultDamage" d WHERE d."vaultId" = bad."vaultId" AND d."healedAt" IS NULL AND d."reachedAt" IS NULL)
      AND NOT EXISTS (SELECT FROM "Job" j WHERE j."pointId" = bad.id AND j.kind = 'verify' AND ${isOpenSql})
    ORDER BY bad.id LIMIT ${limit} FOR NO KEY UPDATE OF bad`;
  return z.array(unsureRow).parse(rows);
}

/** A verification read the point and found damage: it is stored again once more, or never. */
export async function judgeReadHealing(tx: Tx, pointId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "RecoveryPoint" SET "healedFromCopyAt" = NULL,
      "notHealed" = CASE WHEN "healTries" >= ${HEAL_TRIES} THEN 'damaged' END
    WHERE id = ${pointId}::uuid AND state = 'damaged'`;
}

const told = z.object({
  pointId: z.string().nullable(),
  key: z.string().nullable(),
  vmId: z.string().nullable(),
  vm: z.string().nullable(),
  vault: z.string().nullable(),
  takenAt: z.date().nullable(),
  why: z.enum(healFailures).nullable(),
});

/** Changes of one run; the next one continues. */
const TOLD_MOST = 500;

/** Raises points that cannot be healed, once each, and clears those that are healed or gone. */
export async function judgeUnhealed(db: Db): Promise<void> {
  const rows = await db.prisma.$queryRaw`
    SELECT bad.id AS "pointId", a.key, bad."vmId", vm.name AS vm, vault.name AS vault, bad."takenAt", bad."notHealed" AS why
    FROM (SELECT * FROM "RecoveryPoint" WHERE state = 'damaged' AND "notHealed" IS NOT NULL) bad
    FULL JOIN (SELECT * FROM "Attention" WHERE kind = 'point-heal') a ON a.key = 'point-heal:' || bad.id::text
    LEFT JOIN "VirtualMachine" vm ON vm.id = bad."vmId" LEFT JOIN "Vault" vault ON vault.id = bad."vaultId"
    WHERE bad.id IS NULL OR a.key IS NULL LIMIT ${TOLD_MOST}`;
  for (const { pointId, key, vmId, vm, vault, takenAt, why } of z.array(told).parse(rows)) {
    await inTransaction(db, async (tx) => {
      if (key !== null) await clearAttention(tx, `point-heal:${key.slice("point-heal:".length)}`);
      if (pointId === null || vmId === null || takenAt === null || why === null) return;
      const params = { vm: vm ?? vmId, vault: vault ?? "", takenAt: takenAt.toISOString(), why };
      const said = notice("point-not-healed", params);
      await raiseAttention(tx, { key: `point-heal:${pointId}`, kind: "point-heal", vmId, notice: said });
    });
  }
}

/** What the manifest of a point has from its job and catalog, and not from its content: for making it again from that of a copy. */
export async function readManifestFacts(tx: Tx, pointId: string) {
  const point = await tx.recoveryPoint.findUniqueOrThrow({
    where: { id: pointId },
    select: { jobId: true, vmId: true, vaultId: true, manifestDigest: true, disks: true },
  });
  const { vmId, vaultId } = point;
  const before = await tx.recoveryPoint.findMany({
    where: { vmId, vaultId, id: { not: pointId } },
    orderBy: [{ takenAt: "desc" }, { id: "desc" }],
    select: { id: true, manifestDigest: true },
    take: PREVIOUS_MOST,
  });
  const open = await tx.vaultDamage.findMany({
    where: { vaultId, object: `points/${pointId}`, healedAt: null },
    select: { id: true },
  });
  const { jobId, manifestDigest, disks } = point;
  return {
    jobId,
    manifestDigest,
    disks: disks.map((disk) => ({
      diskKey: disk.diskKey,
      diskBytes: Number(disk.diskBytes),
      root: disk.root,
      rootDigest: disk.rootDigest,
      deltaMethod: disk.deltaMethod,
      deltaReason: disk.deltaReason,
      readBytes: Number(disk.readBytes),
      changedBytes: Number(disk.changedBytes),
      movedBytes: Number(disk.movedBytes),
      storedBytes: Number(disk.storedBytes),
    })),
    previous: before.map((one) => ({ pointId: one.id, manifestDigest: one.manifestDigest })),
    /** Open damage of the manifest itself. */
    damage: open.map(({ id }) => id),
  };
}
export type ManifestFacts = Awaited<ReturnType<typeof readManifestFacts>>;

/** Points that may be the one before: each costs a digest. */
const PREVIOUS_MOST = 2_000;
