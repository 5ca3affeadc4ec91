/** Recovery points as retention judges them, for many VMs by one statement, and deletions that did not finish. */
import { type Actor, actorSchema, heldPointStates, openJobStates, type RetentionTier } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

const livePoint = z.object({
  id: z.string(),
  vmId: z.string(),
  takenAt: z.date(),
  createdAt: z.date(),
  pinnedAt: z.date().nullable(),
  keptUntil: z.date().nullable(),
  state: z.string(),
  tiers: z.array(z.string()),
  expiresAt: z.date().nullable(),
});
/** A point that its policy keeps or prunes, with the last verdict about it. */
export type LivePoint = z.infer<typeof livePoint>;

/** The points of VMs that their policies keep or prune, by VM; of each VM the newest first. At most `limit`. */
export async function listLivePoints(tx: Tx, vmIds: readonly string[], limit: number): Promise<LivePoint[]> {
  const rows = await tx.$queryRaw`
    SELECT r.id, r."vmId", r."takenAt", r."createdAt", r."pinnedAt", r."keptUntil", r.state, r.tiers, r."expiresAt" FROM "RecoveryPoint" r
    WHERE r."vmId" = ANY(${[...vmIds]}::uuid[]) AND r."copyOf" IS NULL AND r.state IN (${wordsSql(heldPointStates)})
    ORDER BY r."vmId", r."takenAt" DESC LIMIT ${limit}`;
  return z.array(livePoint).parse(rows);
}

/** The newest points of each VM that rules keep or remove: at most `mostOfEach`, by one index scan for each VM. */
export async function listNewestLivePoints(
  tx: Tx,
  vmIds: readonly string[],
  mostOfEach: number,
): Promise<LivePoint[]> {
  const rows = await tx.$queryRaw`
    SELECT r.* FROM unnest(${[...vmIds]}::uuid[]) AS vm(id) CROSS JOIN LATERAL (
      SELECT p.id, p."vmId", p."takenAt", p."createdAt", p."pinnedAt", p."keptUntil", p.state, p.tiers, p."expiresAt"
      FROM "RecoveryPoint" p
      WHERE p."vmId" = vm.id AND p."copyOf" IS NULL AND p.state IN (${wordsSql(heldPointStates)})
      ORDER BY p."takenAt" DESC LIMIT ${mostOfEach}) r`;
  return z.array(livePoint).parse(rows);
}

export interface StoredVerdict {
  readonly pointId: string;
  readonly tiers: readonly RetentionTier[];
  readonly expiresAt: Date | null;
}

/** Stores verdicts of retention. */
export async function setPointRetention(tx: Tx, verdicts: readonly StoredVerdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  const ids = verdicts.map(({ pointId }) => pointId);
  const tiers = verdicts.map((verdict) => verdict.tiers.join(" "));
  const expiries = verdicts.map(({ expiresAt }) => expiresAt);
  await tx.$executeRaw`
    UPDATE "RecoveryPoint" r SET tiers = string_to_array(given.tiers, ' '), "expiresAt" = given.expiry
    FROM unnest(${ids}::uuid[], ${tiers}::text[], ${expiries}::timestamptz[]) AS given(id, tiers, expiry)
    WHERE r.id = given.id`;
}

/** Points of VMs that retention must leave alone: an open job deletes or restores them. */
export async function listPointsInJobs(tx: Tx, vmIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw`
    SELECT j."pointId" AS id FROM "Job" j
    WHERE j."vmId" = ANY(${[...vmIds]}::uuid[]) AND j.kind IN ('delete-point', 'restore-disk', 'copy-point')
      AND j.state IN (${wordsSql(openJobStates)}) AND j."pointId" IS NOT NULL`;
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}

/** A point in state `deleting` without an open job, and the request of its last deletion. */
export interface StrandedDeletion {
  readonly pointId: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly request: { readonly actor: Actor; readonly parameters: Readonly<Record<string, unknown>> } | null;
}

const isDeleted = Prisma.sql`EXISTS (SELECT FROM "Job" open WHERE open."pointId" = r.id AND open.kind = 'delete-point'
  AND open.state IN (${wordsSql(openJobStates)}))`;

/** Whether no open job deletes the point, whose deletion has started. Locks its row until the transaction ends. */
export async function isStranded(tx: Tx, pointId: string): Promise<boolean> {
  await tx.$queryRaw`SELECT id FROM "RecoveryPoint" WHERE id = ${pointId}::uuid FOR UPDATE`;
  const rows = await tx.$queryRaw`
    SELECT r.id FROM "RecoveryPoint" r WHERE r.id = ${pointId}::uuid AND r.state = 'deleting' AND NOT ${isDeleted}`;
  return z.array(z.object({ id: z.string() })).parse(rows).length === 1;
}

const strandedRow = z.object({
  pointId: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  request: z.unknown(),
});
const requestSchema = z.object({ actor: actorSchema, parameters: z.record(z.string(), z.unknown()) });

export interface StrandedPage {
  /** Only points after this id. */
  readonly after: string | null;
  readonly limit: number;
}

/** Deletions that started and whose job has ended too early, by the id of the point. */
export async function listStrandedDeletions(
  tx: Tx,
  { after, limit }: StrandedPage,
): Promise<StrandedDeletion[]> {
  const behind = after === null ? Prisma.empty : Prisma.sql`AND r.id > ${after}::uuid`;
  const rows = await tx.$queryRaw`
    SELECT r.id AS "pointId", r."vmId", vm.name AS "vmName",
      (SELECT jsonb_build_object('actor', j.actor, 'parameters', j.parameters) FROM "Job" j
        WHERE j."pointId" = r.id AND j.kind = 'delete-point' ORDER BY j."createdAt" DESC LIMIT 1) AS request
    FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE r.state = 'deleting' AND NOT ${isDeleted} ${behind} ORDER BY r.id LIMIT ${limit}`;
  return z
    .array(strandedRow)
    .parse(rows)
    .map(({ request, ...row }) => {
      const parsed = requestSchema.safeParse(request);
      return { ...row, request: parsed.success ? parsed.data : null };
    });
}
