/** Soft deletion of recovery points: removed, brought back, and purged when their time is over. */
import {
  type Actor,
  actorSchema,
  heldPointStates,
  openJobStates,
  type RemovalCause,
  retentionFloor,
  undoDays,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { judgeDamageAfterRemoval } from "../damage/removed.ts";
import { readGuardrails } from "../guardrails/read.ts";
import { toJson } from "../json.ts";
import { judgeAgain } from "../protections/schedule.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

export interface SoftDeletion {
  readonly pointId: string;
  /** `retention`: pruned by the policy; otherwise the reason of a person. */
  readonly reason: string;
  readonly actor: Actor;
  /** Which rules remove it; missing: a person deletes it by hand. */
  readonly cause?: RemovalCause;
  /** When its content is deleted. */
  readonly purgeAt: Date;
}

/**
 * Removes points for as long as they can be brought back, at the time of the database. Leaves out points that are pinned or not offered
 * any more. The caller has locked their protections (`judgeAgain`, `lockSchedules`).
 * @returns the ids of those that it removed
 */
export async function softDeletePoints(tx: Tx, deletions: readonly SoftDeletion[]): Promise<Set<string>> {
  if (deletions.length === 0) return new Set();
  const given = deletions.map(({ pointId, reason, actor, cause, purgeAt }) => ({
    id: pointId,
    reason,
    actor: toJson(actor),
    cause: cause ?? null,
    purgeAt: purgeAt.toISOString(),
  }));
  const rows = await tx.$queryRaw`
    UPDATE "RecoveryPoint" r SET state = 'soft-deleted', "deletedAt" = kluis_now(), "deletedBy" = given.actor,
      "deleteReason" = given.reason, "deleteCause" = nullif(given.cause, 'null'), "purgeAt" = given."purgeAt", "keptUntil" = NULL,
      tiers = '{}', "expiresAt" = NULL
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      AS given(id uuid, reason text, actor jsonb, cause jsonb, "purgeAt" timestamptz)
    WHERE r.id = given.id AND r.state IN (${wordsSql(heldPointStates)}) AND r."pinnedAt" IS NULL
    RETURNING r.id`;
  const removed = idsOf(rows);
  await judgeDamageAfterRemoval(tx, [...removed]);
  return removed;
}

// Damage is found, and healed, while a point is soft-deleted: its state did not follow.
const isDamaged = Prisma.sql`(EXISTS (SELECT FROM "VaultDamagePoint" needs JOIN "VaultDamage" damage ON damage.id = needs."damageId"
    WHERE needs."pointId" = "RecoveryPoint".id AND damage."healedAt" IS NULL)
  OR ("lastVerifyOk" = FALSE AND NOT EXISTS (SELECT FROM "VaultDamagePoint" had WHERE had."pointId" = "RecoveryPoint".id)))`;

/**
 * Brings a soft-deleted point back, damaged when damage is known. Retention keeps it until `keptUntil`.
 * @returns false when it is not soft-deleted any more
 */
export async function undeletePoint(
  tx: Tx,
  { pointId, vmId, keptUntil }: { readonly pointId: string; readonly vmId: string; readonly keptUntil: Date },
): Promise<boolean> {
  await judgeAgain(tx, vmId);
  const rows = await tx.$queryRaw`
    UPDATE "RecoveryPoint" SET state = CASE WHEN ${isDamaged} THEN 'damaged' ELSE 'available' END,
      "deletedAt" = NULL, "deletedBy" = NULL, "deleteReason" = NULL, "deleteCause" = NULL, "purgeAt" = NULL, "keptUntil" = ${keptUntil}
    WHERE id = ${pointId}::uuid AND state = 'soft-deleted' RETURNING id`;
  return idsOf(rows).size === 1;
}

/** A soft-deleted point whose time is over. */
export interface DuePurge {
  readonly pointId: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly reason: string;
  /** Who removed it. */
  readonly actor: Actor;
}

const dueRow = z.object({
  pointId: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  reason: z.string().nullable(),
  actor: actorSchema,
});

// A restore or a copy that began before the removal still reads the point.
const isRead = Prisma.sql`EXISTS (SELECT FROM "Job" j WHERE j."pointId" = r.id AND j.kind IN ('restore-disk', 'copy-point')
  AND j.state IN (${wordsSql(openJobStates)}))`;

// An older database does not know who brought a point back or pinned it since.
const isTrusted = Prisma.sql`EXISTS (SELECT FROM "Vault" v
  WHERE v.id = r."vaultId" AND v.truth = 'agrees' AND v."doubtedAt" IS NULL)`;

/** Points to purge, by id. */
export async function listDuePurges(
  tx: Tx,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<DuePurge[]> {
  const behind = after === null ? Prisma.empty : Prisma.sql`AND r.id > ${after}::uuid`;
  const rows = await tx.$queryRaw`
    SELECT r.id AS "pointId", r."vmId", vm.name AS "vmName", r."deleteReason" AS reason, r."deletedBy" AS actor
    FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE r.state = 'soft-deleted' AND r."purgeAt" <= kluis_now() AND NOT ${isRead} AND ${isTrusted} ${behind}
    ORDER BY r.id LIMIT ${limit}`;
  return z
    .array(dueRow)
    .parse(rows)
    .map((row) => ({ ...row, reason: row.reason ?? "not recorded" }));
}

/** Starts the purge of a point, after which it cannot be brought back. False when it was brought back, or its time is not over. */
export async function beginPurge(tx: Tx, pointId: string): Promise<boolean> {
  const rows = await tx.$queryRaw`
    UPDATE "RecoveryPoint" r SET state = 'deleting'
    WHERE r.id = ${pointId}::uuid AND r.state = 'soft-deleted' AND r."purgeAt" <= kluis_now() AND NOT ${isRead} AND ${isTrusted}
    RETURNING r.id`;
  return idsOf(rows).size === 1;
}

const rulesRow = z.object({ days: z.int().nullable() });

/**
 * For how many days a removed point of the VM can be brought back: by the policy that it is, or was last, under, and by the guardrail. A
 * transaction that removes points calls `holdGuardrails` first.
 */
export async function readUndoDays(tx: Tx, vmId: string): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT (v.document ->> 'softDeleteDays')::int AS days FROM "Protection" p
    JOIN "Policy" policy ON policy.id = p."policyId"
    JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
    WHERE p."vmId" = ${vmId}::uuid`;
  const [row] = z.array(rulesRow).parse(rows);
  const { softDeleteDays: leastDays } = retentionFloor(await readGuardrails(tx));
  return undoDays({ softDeleteDays: row?.days ?? undefined }, leastDays);
}

function idsOf(rows: unknown): Set<string> {
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}
