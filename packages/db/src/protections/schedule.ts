/** Which protections the scheduler and retention must look at, and when again. Both read only what is due, by an index. */
import type { ErrorInfo } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { toJson } from "../json.ts";
import { type PolicyVersionRow, toPolicyVersion } from "../policies/read.ts";
import type { Tx } from "../tx.ts";

/** A protection that is due, with the names that an error about it needs. */
export interface DueProtection {
  readonly id: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly subscriptionId: string;
  readonly policyName: string;
  readonly dueAt: Date;
  /** Whether the last try could not schedule it. */
  readonly hasProblem: boolean;
  /** The newest version of its policy. @throws KluisError INTERNAL when another version of Kluis wrote it */
  readonly version: () => PolicyVersionRow;
}

export interface DuePage {
  readonly now: Date;
  /** Where the page begins: after this place in the order. */
  readonly after: DuePlace | null;
  readonly limit: number;
}

/** A place in the order of due protections. */
export interface DuePlace {
  readonly dueAt: Date;
  readonly id: string;
}

const dueRow = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  subscriptionId: z.string(),
  policyName: z.string(),
  dueAt: z.date(),
  hasProblem: z.boolean(),
  version: z.looseObject({}),
});

/** Active protections of VMs that exist in Azure whose planned times must be decided, the earliest first. */
export function listDueSchedules(tx: Tx, page: DuePage): Promise<DueProtection[]> {
  return listDue(tx, Prisma.sql`p."nextDueAt"`, page);
}

/** Active protections of VMs that exist in Azure whose points must be judged, the earliest first. */
export function listDueRetentions(tx: Tx, page: DuePage): Promise<DueProtection[]> {
  return listDue(tx, Prisma.sql`p."retentionDueAt"`, page);
}

async function listDue(tx: Tx, dueAt: Prisma.Sql, { now, after, limit }: DuePage): Promise<DueProtection[]> {
  const behind =
    after === null ? Prisma.empty : Prisma.sql`AND (${dueAt}, p.id) > (${after.dueAt}, ${after.id}::uuid)`;
  const rows = await tx.$queryRaw`
    SELECT p.id, p."vmId", vm.name AS "vmName", vm."subscriptionId", policy.name AS "policyName",
      ${dueAt} AS "dueAt", p."scheduleProblemAt" IS NOT NULL AS "hasProblem",
      jsonb_build_object('id', v.id, 'policyId', v."policyId", 'version', v.version, 'document', v.document,
        'createdBy', v."createdBy", 'createdAt', v."createdAt") AS version
    FROM "Protection" p
    JOIN "VirtualMachine" vm ON vm.id = p."vmId" AND vm."deletedAt" IS NULL
    JOIN "Policy" policy ON policy.id = p."policyId"
    JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
    WHERE p.state = 'active' AND ${dueAt} <= ${now} ${behind}
    ORDER BY ${dueAt}, p.id LIMIT ${limit}`;
  return z
    .array(dueRow)
    .parse(rows)
    .map(({ version, ...row }) => ({
      ...row,
      version: () => toPolicyVersion({ ...version, createdAt: new Date(String(version["createdAt"])) }),
    }));
}

export interface ScheduleClaim {
  readonly id: string;
  /** The newest version of its policy, as it was read. */
  readonly versionId: string;
}

/**
 * Locks protections and returns up to when their planned times are decided. Two schedulers take turns here.
 * @param wait false: leaves out those that another transaction has locked
 * @returns nothing for those that are not active, or whose policy has changed since it was read; `changed` has those whose rules have
 *   changed since their planned times were decided
 */
export async function lockSchedules(
  tx: Tx,
  claims: readonly ScheduleClaim[],
  { wait }: { readonly wait: boolean },
): Promise<{
  readonly locked: ReadonlySet<string>;
  readonly through: ReadonlyMap<string, Date>;
  readonly changed: ReadonlySet<string>;
}> {
  const ids = claims.map(({ id }) => id);
  const rows = wait
    ? await tx.$queryRaw`SELECT id, state, "scheduledThrough" FROM "Protection"
        WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`
    : await tx.$queryRaw`SELECT id, state, "scheduledThrough" FROM "Protection"
        WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE SKIP LOCKED`;
  const found = z.array(lockedRow).parse(rows);
  // A separate statement, which sees a change of the policy that the lock waited for.
  const current = await tx.$queryRaw`
    SELECT p.id, v.id AS "versionId", greatest(p."assignedAt", v."createdAt") > p."scheduledThrough" AS changed
    FROM "Protection" p JOIN "Policy" policy ON policy.id = p."policyId"
      JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
    WHERE p.id = ANY(${ids}::uuid[])`;
  const newest = z
    .array(z.object({ id: z.string(), versionId: z.string(), changed: z.boolean() }))
    .parse(current);
  const versions = new Map(newest.map((row) => [row.id, row.versionId]));
  const wanted = new Map(claims.map(({ id, versionId }) => [id, versionId]));
  const usable = found.filter(({ id, state }) => state === "active" && versions.get(id) === wanted.get(id));
  return {
    locked: new Set(found.map(({ id }) => id)),
    through: new Map(usable.map(({ id, scheduledThrough }) => [id, scheduledThrough])),
    changed: new Set(newest.flatMap(({ id, changed }) => (changed ? [id] : []))),
  };
}

const lockedRow = z.object({ id: z.string(), state: z.string(), scheduledThrough: z.date() });

export interface ScheduleProgress {
  readonly id: string;
  /** Planned times up to here are decided. */
  readonly through: Date;
  readonly nextDueAt: Date;
}

/** Records up to when planned times are decided, which never moves back, and when the next one is due. */
export async function advanceSchedules(tx: Tx, decided: readonly ScheduleProgress[]): Promise<void> {
  if (decided.length === 0) return;
  const ids = decided.map(({ id }) => id);
  const through = decided.map((one) => one.through);
  const due = decided.map(({ nextDueAt }) => nextDueAt);
  await tx.$executeRaw`
    UPDATE "Protection" p SET "scheduledThrough" = greatest(p."scheduledThrough", given.through),
      "nextDueAt" = given.due, "scheduleProblem" = NULL, "scheduleProblemAt" = NULL
    FROM unnest(${ids}::uuid[], ${through}::timestamptz[], ${due}::timestamptz[]) AS given(id, through, due)
    WHERE p.id = given.id`;
}

/** Records why a protection cannot be scheduled, and when to try again. */
export async function setScheduleProblem(
  tx: Tx,
  protectionId: string,
  { at, tryAt, error }: { readonly at: Date; readonly tryAt: Date; readonly error: ErrorInfo },
): Promise<void> {
  await tx.protection.updateMany({
    where: { id: protectionId, state: "active" },
    data: { nextDueAt: tryAt, scheduleProblem: toJson(error), scheduleProblemAt: at },
  });
}

const problemRow = z.object({
  vmName: z.string(),
  policyName: z.string(),
  problem: z.object({ message: z.string() }),
  count: z.number(),
});
export type ScheduleProblems = z.infer<typeof problemRow>;

/** How many active protections cannot be scheduled, and the one for which that has been so for longest; null: none. */
export async function readScheduleProblems(tx: Tx): Promise<ScheduleProblems | null> {
  const rows = await tx.$queryRaw`
    SELECT vm.name AS "vmName", policy.name AS "policyName", p."scheduleProblem" AS problem,
      count(*) OVER ()::int AS count
    FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId" AND vm."deletedAt" IS NULL
      JOIN "Policy" policy ON policy.id = p."policyId"
    WHERE p."scheduleProblemAt" IS NOT NULL AND p.state = 'active'
    ORDER BY p."scheduleProblemAt", p.id LIMIT 1`;
  return z.array(problemRow).parse(rows)[0] ?? null;
}

/**
 * Makes protections due at once for scheduler and retention, because their policy has changed. When nothing was due by the policy
 * before, all times up to now are decided: the new policy holds from now on, and starts no backup for a time that has passed. Times
 * that were due stay due: the scheduler reads by which rules (`lockSchedules`, `changed`).
 */
export async function decideAgain(
  tx: Tx,
  of: { readonly vmId: string } | { readonly policyId: string },
): Promise<void> {
  const where =
    "vmId" in of ? Prisma.sql`"vmId" = ${of.vmId}::uuid` : Prisma.sql`"policyId" = ${of.policyId}::uuid`;
  await tx.$executeRaw`
    UPDATE "Protection" SET
      "scheduledThrough" = CASE WHEN "nextDueAt" > kluis_now() THEN greatest("scheduledThrough", kluis_now())
        ELSE "scheduledThrough" END,
      "nextDueAt" = to_timestamp(0), "retentionDueAt" = to_timestamp(0)
    WHERE ${where}`;
}

/** Makes retention judge the points of a VM at its next run, because one was added, pinned, damaged or deleted. */
export async function judgeAgain(tx: Tx, vmId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Protection" SET "retentionDueAt" = to_timestamp(0) WHERE "vmId" = ${vmId}::uuid`;
}

/** Records when retention must judge the points of each protected VM again. */
export async function setRetentionDue(tx: Tx, due: ReadonlyMap<string, Date>): Promise<void> {
  if (due.size === 0) return;
  await tx.$executeRaw`
    UPDATE "Protection" p SET "retentionDueAt" = given.due
    FROM unnest(${[...due.keys()]}::uuid[], ${[...due.values()]}::timestamptz[]) AS given(id, due)
    WHERE p.id = given.id`;
}

/**
 * Takes back times that were decided in the future, which only a clock that was ahead for long can do. Planned times with a job
 * stay, so that none starts twice.
 * @returns the number of protections
 */
export async function takeBackFuture(
  tx: Tx,
  { now, aheadMs }: { readonly now: Date; readonly aheadMs: number },
): Promise<number> {
  await tx.$executeRaw`
    DELETE FROM "Occurrence" o USING "Protection" p
    WHERE p."scheduledThrough" > ${new Date(now.getTime() + aheadMs)} AND o."protectionId" = p.id
      AND o."dueAt" > ${now} AND o.state <> 'started'`;
  return tx.$executeRaw`
    UPDATE "Protection" SET "scheduledThrough" = ${now}, "nextDueAt" = to_timestamp(0)
    WHERE "scheduledThrough" > ${new Date(now.getTime() + aheadMs)}`;
}
