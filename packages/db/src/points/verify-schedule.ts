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
import { teamSql } from "../jobs/transfer-sql.ts";
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
  /** The team that the VM counts for; empty: none. */
  readonly team: string;
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
    team: z.string(),
    takenAt: z.date(),
    dueAt: z.date(),
    lastVerifiedAt: z.date().nullable(),
    lastVerifyMode: z.enum(verifyModes).nullable(),
    readAt: z.date().nullable(),
    readWholeAt: z.date().nullable(),
  }),
);

/** A new point waits as long as one that was read when it was taken: many new points of a team do not displace older ones of others. */
const placeSql = Prisma.sql`coalesce(r."readAt", r."takenAt")`;

/** Points that may be due: without those with a verification since `since`, or an open one, and vaults that an outage keeps from verifying. */
const fromSql = ({ policyIds, since }: Night): Prisma.Sql => Prisma.sql`
  FROM "RecoveryPoint" r JOIN "Protection" p ON p."vmId" = r."vmId" AND p.state = 'active'
  JOIN "VirtualMachine" vm ON vm.id = r."vmId"
  WHERE r.state IN ('available', 'damaged') AND p."policyId" = ANY(${[...policyIds]}::uuid[])
    AND (r."lastVerifiedAt" IS NULL OR r."lastVerifiedAt" < ${since})
    AND NOT EXISTS (SELECT FROM "Job" j WHERE j."pointId" = r.id AND j.kind = 'verify'
      AND (j."createdAt" >= ${since} OR j.state IN (${wordsSql(openJobStates)})))
    AND r."vaultId" NOT IN (SELECT j."vaultId" FROM "Job" j WHERE j.kind = 'verify' AND j."parkedSince" IS NOT NULL
      AND j.state IN (${wordsSql(openJobStates)}) AND j."vaultId" IS NOT NULL)`;

interface Night {
  readonly policyIds: readonly string[];
  readonly since: Date;
}

/** The teams with points that may be due, by vault; VMs without a team are one. */
export async function listVerificationTeams(
  tx: Tx,
  night: Night,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.$queryRaw`
    SELECT r."vaultId"::text, array_agg(DISTINCT coalesce(${teamSql}, '')) AS teams ${fromSql(night)} GROUP BY 1`;
  const parsed = z.array(z.object({ vaultId: z.string(), teams: z.array(z.string()) })).parse(rows);
  return new Map(parsed.map(({ vaultId, teams }) => [vaultId, teams]));
}

/** Held points of active protections of these policies: those that were not read for the longest first. */
export async function listVerificationCandidates(
  tx: Tx,
  page: Night & { readonly after: DuePlace | null; readonly limit: number },
): Promise<VerificationCandidate[]> {
  const { after, limit } = page;
  const behind =
    after === null ? Prisma.empty : Prisma.sql`AND (${placeSql}, r.id) > (${after.dueAt}, ${after.id}::uuid)`;
  const rows = await tx.$queryRaw`
    SELECT r.id::text, r."vmId"::text, vm.name AS "vmName", r."vaultId"::text, p."policyId"::text, r."takenAt", ${placeSql} AS "dueAt",
      coalesce(${teamSql}, '') AS team, r."lastVerifiedAt", r."lastVerifyMode", r."readAt", r."readWholeAt"
    ${fromSql(page)} ${behind}
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
  /** Bytes of each team that has used something of the vault's budget. */
  readonly teamBytes: ReadonlyMap<string, number>;
  /** The point has a verification in this night. */
  readonly isTaken: boolean;
}

const teamRows = z.array(z.object({ team: z.string(), bytes: z.number() }));
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
  const teams = await tx.$queryRaw`
    SELECT coalesce(${teamSql}, '') AS team, sum((j.parameters ->> 'bytes')::float8)::float8 AS bytes
    FROM "Job" j JOIN "RecoveryPoint" r ON r.id = j."pointId" JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE j.kind = 'verify' AND j."createdAt" > kluis_now() - interval '2 days' AND j.parameters ->> 'night' = ${night}
      AND r."vaultId" = ${vaultId}::uuid AND (j.parameters ->> 'bytes')::float8 > 0 GROUP BY 1`;
  const teamBytes = new Map(teamRows.parse(teams).map(({ team, bytes }) => [team, bytes]));
  return { ...use, vaultGib: vault.verifyGib, teamBytes };
}
