/** What the schedule of verifications reads: the rules of policies, points that may be due, and what a night has used of its budgets. */
import {
  openJobStates,
  timeZoneSchema,
  type VerificationRule,
  verificationRuleSchema,
  verifyModes,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { DuePlace } from "../protections/schedule.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

export interface VerificationPolicy {
  readonly policyId: string;
  readonly timeZone: string;
  readonly rule: VerificationRule;
}

const policyRows = z.array(
  z
    .object({ policyId: z.string(), timeZone: timeZoneSchema, rule: verificationRuleSchema })
    .nullable()
    .catch(null),
);

/** The policies whose points are verified by schedule. One that cannot be read plans nothing. */
export async function listVerificationPolicies(tx: Tx): Promise<VerificationPolicy[]> {
  const rows = await tx.$queryRaw`
    SELECT policy.id::text AS "policyId", v.document #>> '{schedule,timeZone}' AS "timeZone", v.document -> 'verification' AS rule
    FROM "Policy" policy JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
    WHERE policy."deletedAt" IS NULL AND jsonb_typeof(v.document -> 'verification') = 'object'`;
  return policyRows.parse(rows).filter((row) => row !== null);
}

/** A point that may be due. */
export interface VerificationCandidate extends DuePlace {
  readonly vmId: string;
  readonly vmName: string;
  readonly vaultId: string;
  readonly policyId: string;
  readonly takenAt: Date;
  readonly lastVerifiedAt: Date | null;
  readonly lastVerifyMode: (typeof verifyModes)[number] | null;
  readonly readAt: Date | null;
  readonly readWholeAt: Date | null;
}

const candidateRows = z.array(
  z.object({
    id: z.string(),
    vmId: z.string(),
    vmName: z.string(),
    vaultId: z.string(),
    policyId: z.string(),
    takenAt: z.date(),
    dueAt: z.date(),
    lastVerifiedAt: z.date().nullable(),
    lastVerifyMode: z.enum(verifyModes).nullable(),
    readAt: z.date().nullable(),
    readWholeAt: z.date().nullable(),
  }),
);

const placeSql = Prisma.sql`coalesce(r."readAt", to_timestamp((0)::double precision))`;

/**
 * Held points of active protections of these policies, those whose content nothing has read first, then the oldest. Leaves out points with
 * a verification since `since`, or an open one, and vaults that an outage keeps from verifying.
 */
export async function listVerificationCandidates(
  tx: Tx,
  page: {
    readonly policyIds: readonly string[];
    readonly since: Date;
    readonly after: DuePlace | null;
    readonly limit: number;
  },
): Promise<VerificationCandidate[]> {
  const { policyIds, since, after, limit } = page;
  const behind =
    after === null ? Prisma.empty : Prisma.sql`AND (${placeSql}, r.id) > (${after.dueAt}, ${after.id}::uuid)`;
  const rows = await tx.$queryRaw`
    SELECT r.id::text, r."vmId"::text, vm.name AS "vmName", r."vaultId"::text, p."policyId"::text, r."takenAt", ${placeSql} AS "dueAt",
      r."lastVerifiedAt", r."lastVerifyMode", r."readAt", r."readWholeAt"
    FROM "RecoveryPoint" r JOIN "Protection" p ON p."vmId" = r."vmId" AND p.state = 'active'
    JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE r.state IN ('available', 'damaged') AND p."policyId" = ANY(${[...policyIds]}::uuid[])
      AND (r."lastVerifiedAt" IS NULL OR r."lastVerifiedAt" < ${since}) ${behind}
      AND NOT EXISTS (SELECT FROM "Job" j WHERE j."pointId" = r.id AND j.kind = 'verify'
        AND (j."createdAt" >= ${since} OR j.state IN (${wordsSql(openJobStates)})))
      AND r."vaultId" NOT IN (SELECT j."vaultId" FROM "Job" j WHERE j.kind = 'verify' AND j."parkedSince" IS NOT NULL
        AND j.state IN (${wordsSql(openJobStates)}) AND j."vaultId" IS NOT NULL)
    ORDER BY ${placeSql}, r.id LIMIT ${limit}`;
  return candidateRows.parse(rows);
}

/** Verifications of the schedule that have not ended; without those that an outage stops, which hold up no other vault. */
export function countOpenVerifications(tx: Tx): Promise<number> {
  return tx.job.count({
    where: { kind: "verify", trigger: "schedule", state: { in: [...openJobStates] }, parkedSince: null },
  });
}

export interface NightUse {
  /** GiB that all scheduled verifications of the vault may read in a night; null: no limit. */
  readonly vaultGib: number | null;
  /** Bytes that those of this night read: of the vault, and of the VM. */
  readonly vaultBytes: number;
  readonly vmBytes: number;
  /** The point has a verification in this night. */
  readonly isTaken: boolean;
}

const useRows = z.tuple([z.object({ vaultBytes: z.number(), vmBytes: z.number(), isTaken: z.boolean() })]);

/** Reads the budgets of a night, and locks the vault until the transaction ends: schedulers spend them one after the other. */
export async function lockNight(
  tx: Tx,
  of: { readonly night: string; readonly vaultId: string; readonly vmId: string; readonly pointId: string },
): Promise<NightUse> {
  const { night, vaultId, vmId, pointId } = of;
  await tx.$queryRaw`SELECT id FROM "Vault" WHERE id = ${vaultId}::uuid FOR NO KEY UPDATE`;
  const vault = await tx.vault.findUniqueOrThrow({ where: { id: vaultId }, select: { verifyGib: true } });
  const rows = await tx.$queryRaw`
    SELECT coalesce(sum((j.parameters ->> 'bytes')::float8), 0)::float8 AS "vaultBytes",
      coalesce(sum((j.parameters ->> 'bytes')::float8) FILTER (WHERE j."vmId" = ${vmId}::uuid), 0)::float8 AS "vmBytes",
      coalesce(bool_or(j."pointId" = ${pointId}::uuid), FALSE) AS "isTaken"
    FROM "Job" j JOIN "RecoveryPoint" r ON r.id = j."pointId"
    WHERE j.kind = 'verify' AND j."createdAt" > kluis_now() - interval '2 days' AND j.parameters ->> 'night' = ${night}
      AND r."vaultId" = ${vaultId}::uuid`;
  const [use] = useRows.parse(rows);
  return { ...use, vaultGib: vault.verifyGib };
}
