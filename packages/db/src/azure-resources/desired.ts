/** Removals from Azure: jobs and upkeep say so here, and the reconciler claims, tries and confirms. */
import {
  type AzureResourceKind,
  azureResourceKinds,
  azureResourceStates,
  type ErrorInfo,
  isSnapshotKind,
  type RemovalReason,
  removalReasons,
  snapshotKinds,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import { enqueue } from "../queue/enqueue.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { wakeForRoom } from "./open-room.ts";

/** Which resources: of a job, of a point, or these rows. */
export interface Unwanted {
  readonly where:
    | { readonly jobId: string }
    | { readonly pointId: string }
    | { readonly ids: readonly string[] };
  /** Default: all but collections, which go with their last restore point. */
  readonly kinds?: readonly AzureResourceKind[];
  readonly reason: RemovalReason;
  readonly at: Date;
}

/** What a job made and hands over stays: kept snapshots and delivered disks. */
const notOwned = Prisma.sql`wanted = 'present' AND NOT detail @> '{"delivered": true}'`;

/**
 * Says that nothing needs these resources any more, and wakes the reconciler. With a job, its kept snapshots and delivered disks
 * stay. @returns their number
 */
export async function wantRemoved(tx: Tx, { where, kinds, reason, at }: Unwanted): Promise<number> {
  const chosen = kinds ?? azureResourceKinds.filter((kind) => kind !== "restore-point-collection");
  const which =
    "jobId" in where
      ? Prisma.sql`"jobId" = ${where.jobId}::uuid AND ${notOwned}`
      : "pointId" in where
        ? Prisma.sql`"pointId" = ${where.pointId}::uuid`
        : Prisma.sql`id = ANY(${[...where.ids]}::uuid[])`;
  const count = await tx.$executeRaw`
    UPDATE "AzureResource" SET wanted = 'removed', reason = ${reason}, "unwantedAt" = ${at}, "nextTryAt" = ${at},
      tries = 0, "lastError" = NULL
    WHERE ${which} AND kind = ANY(${[...chosen]}::text[]) AND state <> 'removed' AND wanted <> 'removed'`;
  if (count > 0) await wakeReconciler(tx, at);
  return count;
}

/** Something to remove that has no row, or the row of an earlier owner. */
export interface Orphan {
  readonly kind: AzureResourceKind;
  /** ARM id in lower case. */
  readonly resourceId: string;
  readonly jobId: string | null;
  readonly vmId?: string | null;
  readonly reason: RemovalReason;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Records something to remove. Nothing changes when it is recorded already. Returns whether it is new. */
export async function wantOrphanRemoved(tx: Tx, orphan: Orphan): Promise<boolean> {
  const { kind, resourceId, jobId, vmId = null, reason, detail = {}, at } = orphan;
  const facts = { jobId, vmId, state: "created", wanted: "removed", reason, unwantedAt: at, nextTryAt: at };
  const fresh = { ...facts, tries: 0, lastError: Prisma.DbNull, operation: Prisma.DbNull, removedAt: null };
  const { count: added } = await tx.azureResource.createMany({
    data: { id: newId(), kind, resourceId, createdAt: at, detail: toJson(detail), ...fresh },
    skipDuplicates: true,
  });
  const { count: changed } =
    added > 0
      ? { count: 0 }
      : await tx.azureResource.updateMany({
          where: { kind, resourceId, OR: [{ wanted: { not: "removed" } }, { state: "removed" }] },
          data: { ...fresh, pointId: null, keepUntil: null },
        });
  if (added + changed === 0) return false;
  await wakeReconciler(tx, at);
  return true;
}

/** Lets the reconciler look at once. */
export async function wakeReconciler(tx: Tx, at: Date): Promise<void> {
  await enqueue(tx, "azure.reconcile", {}, { runAt: at });
}

const claimSchema = z.object({
  id: z.uuid(),
  kind: z.enum(azureResourceKinds),
  resourceId: z.string(),
  jobId: z.string().nullable(),
  vmId: z.string().nullable(),
  pointId: z.string().nullable(),
  state: z.enum(azureResourceStates),
  reason: z.enum(removalReasons).nullable().catch(null),
  detail: z.unknown(),
  operation: z.unknown(),
  tries: z.number(),
  createdAt: z.date(),
  /** Identifies the claim: a newer one ends it. */
  nextTryAt: z.date(),
});
/** A resource that one engine removes now. */
export type RemovalClaim = z.infer<typeof claimSchema>;

/** A claim, or a row that this version cannot read. */
export type ClaimedRemoval =
  | { readonly claim: RemovalClaim }
  | { readonly id: string; readonly error: unknown };

/**
 * Claims resources whose removal is due, the longest due first. Two engines never have the same one. A claim ends when its
 * engine is found dead (`releaseClaims`), and expires in any case.
 */
export async function claimRemovals(
  tx: Tx,
  {
    limit,
    claimMs,
    engineId,
  }: { readonly limit: number; readonly claimMs: number; readonly engineId: string },
): Promise<ClaimedRemoval[]> {
  const rows = await tx.$queryRaw`
    UPDATE "AzureResource" r SET "nextTryAt" = kluis_now() + ${claimMs}::float8 * interval '1 millisecond',
      "claimedBy" = ${engineId}::uuid
    FROM (SELECT id FROM "AzureResource" WHERE "nextTryAt" <= kluis_now()
      ORDER BY "nextTryAt", id LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
    WHERE r.id = due.id
    RETURNING r.id, r.kind, r."resourceId", r."jobId", r."vmId", r."pointId", r.state, r.reason, r.detail, r.operation,
      r.tries, r."createdAt", r."nextTryAt"`;
  return z
    .array(z.looseObject({ id: z.string() }))
    .parse(rows)
    .map((row) => {
      const { success, data, error } = claimSchema.safeParse(row);
      return success ? { claim: data } : { id: row.id, error };
    });
}

/** Ends the claims of dead engines: what they were removing is due at once. */
export async function releaseClaims(tx: Tx, engineIds: readonly string[]): Promise<void> {
  const released = await tx.$executeRaw`
    UPDATE "AzureResource" SET "nextTryAt" = kluis_now(), "claimedBy" = NULL
    WHERE "claimedBy" = ANY(${[...engineIds]}::uuid[]) AND "nextTryAt" IS NOT NULL`;
  if (released > 0) await wakeReconciler(tx, await databaseNow(tx));
}

/** The kind or state of a removal is of another version of Kluis: it rests until `at`. */
export async function restUnreadable(
  tx: Tx,
  { id, at }: { readonly id: string; readonly at: Date },
): Promise<void> {
  await tx.azureResource.updateMany({
    where: { id, nextTryAt: { not: null } },
    data: { nextTryAt: at, claimedBy: null },
  });
}

/** Removals that wait, and that this version cannot read: their number and the first one; null: none. */
export async function readUnreadableRemovals(
  tx: Tx,
): Promise<{ readonly count: number; readonly first: string } | null> {
  const rows = await tx.$queryRaw`
    SELECT "resourceId" AS first, count(*) OVER ()::int AS count FROM "AzureResource"
    WHERE "nextTryAt" IS NOT NULL AND NOT (kind = ANY(${[...azureResourceKinds]}::text[])
      AND state = ANY(${[...azureResourceStates]}::text[]))
    ORDER BY id LIMIT 1`;
  return z.array(z.object({ first: z.string(), count: z.number() })).parse(rows)[0] ?? null;
}

const held = ({ id, nextTryAt }: Pick<RemovalClaim, "id" | "nextTryAt">) => ({
  id,
  nextTryAt,
  wanted: "removed",
  state: { not: "removed" },
});

/** Azure confirmed the removal. False when the claim is over: another engine, or a new job, has the resource. */
export async function confirmRemoval(tx: Tx, claim: RemovalClaim, at: Date): Promise<boolean> {
  const { count } = await tx.azureResource.updateMany({
    where: held(claim),
    data: {
      state: "removed",
      removedAt: at,
      nextTryAt: null,
      lastError: Prisma.DbNull,
      operation: Prisma.DbNull,
    },
  });
  if (count === 0) return false;
  const { kind, jobId } = claim;
  if (kind === "grant") await wakeForRoom(tx, claim.id);
  if (!isSnapshotKind(kind) || jobId === null) return true;
  // A job has no snapshot only when the last one is removed: of several disks, or of a try that failed. The lock lets the later of
  // two removals at the same time see the other.
  await tx.$queryRaw`SELECT id FROM "RecoveryPoint" WHERE "jobId" = ${jobId}::uuid FOR UPDATE`;
  const kinds = { in: [...snapshotKinds] };
  const left = await tx.azureResource.count({ where: { jobId, kind: kinds, state: { not: "removed" } } });
  if (left === 0) {
    const where = { jobId, snapshotRemovedAt: null };
    await tx.recoveryPoint.updateMany({ where, data: { snapshotRemovedAt: at } });
  }
  return true;
}

export interface RemovalTry {
  readonly tries: number;
  readonly nextTryAt: Date;
  /** Null: nothing was refused. */
  readonly error: ErrorInfo | null;
  /** The pending deletion. */
  readonly operation: object | null;
}

/** Stores how a try went. False when the claim is over. */
export async function recordRemovalTry(tx: Tx, claim: RemovalClaim, done: RemovalTry): Promise<boolean> {
  const { tries, nextTryAt, error, operation } = done;
  const { count } = await tx.azureResource.updateMany({
    where: held(claim),
    data: {
      tries,
      nextTryAt,
      claimedBy: null,
      lastError: toJsonOrNull(error),
      operation: toJsonOrNull(operation),
    },
  });
  return count > 0;
}

/** The resource is in use again: nothing tries to remove it. */
export async function keepClaimed(tx: Tx, claim: RemovalClaim): Promise<void> {
  await tx.azureResource.updateMany({
    where: held(claim),
    data: {
      wanted: "present",
      nextTryAt: null,
      unwantedAt: null,
      reason: null,
      tries: 0,
      lastError: Prisma.DbNull,
    },
  });
}

// An index finds no `IS NOT DISTINCT FROM`.
const livingPoints = Prisma.sql`SELECT FROM "AzureResource" p WHERE p.kind = 'restore-point' AND p.state <> 'removed'
  AND (p."vmId" = c."vmId" OR (p."vmId" IS NULL AND c."vmId" IS NULL)) AND starts_with(p."resourceId", c."resourceId" || '/')`;

/** A collection whose last restore point is removed is to be removed, too. */
export async function wantEmptyCollectionRemoved(tx: Tx, restorePointId: string, at: Date): Promise<void> {
  const [collectionId] = restorePointId.split("/restorepoints/");
  const count = await tx.$executeRaw`
    UPDATE "AzureResource" c SET wanted = 'removed', reason = 'copied', "unwantedAt" = ${at}, "nextTryAt" = ${at},
      tries = 0, "lastError" = NULL
    WHERE c.kind = 'restore-point-collection' AND c."resourceId" = ${collectionId ?? ""} AND c.state <> 'removed'
      AND c.wanted <> 'removed' AND NOT EXISTS (${livingPoints})`;
  if (count > 0) await wakeReconciler(tx, at);
}

/** Whether a collection is still to be removed: no job has begun to use it. Ask under `locks.collection`. */
export async function isCollectionUnwanted(tx: Tx, { id }: Pick<RemovalClaim, "id">): Promise<boolean> {
  const rows = await tx.$queryRaw`
    SELECT c.id FROM "AzureResource" c WHERE c.id = ${id}::uuid AND c.wanted = 'removed' AND NOT EXISTS (${livingPoints})`;
  return z.array(z.unknown()).parse(rows).length > 0;
}

/** The earliest try that waits; null when nothing is to be removed. */
export async function nextRemovalAt(tx: Tx): Promise<Date | null> {
  const first = await tx.azureResource.findFirst({
    where: { nextTryAt: { not: null } },
    orderBy: { nextTryAt: "asc" },
    select: { nextTryAt: true },
  });
  return first?.nextTryAt ?? null;
}

/** Marks as unwanted what ended jobs left: grants, snapshots that no point keeps, and disks that were planned only. */
export async function wantLeftRemoved(
  tx: Tx,
  { before, at, limit }: { readonly before: Date; readonly at: Date; readonly limit: number },
): Promise<number> {
  const rows = z.array(z.object({ id: z.string() })).parse(
    await tx.$queryRaw`
      SELECT r.id FROM "AzureResource" r
      WHERE r.state IN ('planned', 'created') AND r.wanted = 'present' AND r."createdAt" <= ${before}
        AND r.kind <> 'restore-point-collection'
        AND (r.kind = 'grant' OR (r.kind IN (${wordsSql(snapshotKinds)}) AND r."pointId" IS NULL) OR (r.kind = 'disk' AND r.state = 'planned'))
        AND NOT EXISTS (SELECT FROM "Job" j WHERE j.id = r."jobId" AND j.state IN ('queued', 'running'))
      LIMIT ${limit}`,
  );
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 ? 0 : wantRemoved(tx, { where: { ids }, reason: "orphan", at });
}

/**
 * Kept snapshots: these rows are to be removed, except those that an open backup of their VM may use as a base. That is the base
 * that it remembers, or the newest one of a vault, which it finds when its transfer starts. Older ones go although a backup is
 * open: a VM whose backups overlap always has one, and Azure limits the restore points of a VM.
 */
export async function wantKeptRemoved(tx: Tx, ids: readonly string[], at: Date): Promise<number> {
  const newer = Prisma.sql`SELECT FROM "AzureResource" n JOIN "RecoveryPoint" np ON np.id = n."pointId"
    JOIN "RecoveryPoint" rp ON rp.id = r."pointId" WHERE n."vmId" = r."vmId" AND n.kind IN (${wordsSql(snapshotKinds)})
    AND n.wanted = 'kept' AND n.state <> 'removed' AND np."vaultId" = rp."vaultId" AND np.id <> rp.id
    AND n."createdAt" > r."createdAt"`;
  const count = await tx.$executeRaw`
    UPDATE "AzureResource" r SET wanted = 'removed', reason = 'kept-over', "unwantedAt" = ${at}, "nextTryAt" = ${at},
      tries = 0, "lastError" = NULL
    WHERE r.id = ANY(${[...ids]}::uuid[]) AND r.wanted = 'kept' AND r.state <> 'removed'
      AND NOT EXISTS (SELECT FROM "Job" j WHERE j."vmId" = r."vmId" AND j.kind = 'backup' AND j.state IN ('queued', 'running')
        AND (j.memory->'base'->>'pointId' = r."pointId"::text OR NOT EXISTS (${newer})))`;
  if (count > 0) await wakeReconciler(tx, at);
  return count;
}
