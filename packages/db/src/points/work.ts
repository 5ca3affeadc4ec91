/** Recovery points as the engine creates, verifies, prunes and deletes them. */
import {
  type Actor,
  type Consistency,
  consistencySchema,
  type DeltaMethod,
  heldPointStates,
  type DiskFacts as ManagedDiskFacts,
  type PointState,
  pointStates,
  type ReachedLevel,
  type SampleRound,
  type SnapshotSourceKind,
  type StoredNotice,
} from "@kluis/domain";
import { z } from "zod";
import { judgeDamageAfterRemoval } from "../damage/removed.ts";
import { newId } from "../ids.ts";
import { type DiskFacts, toDiskFacts } from "../jobs/disk.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import { awaitAccount, awaitRemoval } from "../packs/account-points.ts";
import { judgeAgain } from "../protections/schedule.ts";
import type { Tx } from "../tx.ts";

export interface NewPointDisk extends DiskFacts {
  /** Node reference; null when the disk is all zeros. */
  readonly root: string | null;
  readonly rootDigest: string;
  readonly deltaMethod: DeltaMethod;
  readonly deltaReason: string | null;
  readonly deltaNotice: StoredNotice | null;
  /** The disk in Azure when the point was taken; null when they were not recorded. */
  readonly facts?: ManagedDiskFacts | null;
  readonly allocatedBytes: number;
  readonly readBytes: number;
  readonly changedBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
}

export interface NewPoint {
  readonly id: string;
  readonly vmId: string;
  readonly vaultId: string;
  /** The point of another vault of which it is the second copy. */
  readonly copyOf?: string | null;
  readonly jobId: string;
  readonly policyVersionId: string | null;
  readonly trigger: string;
  readonly actor: Actor;
  readonly vmFacts: Readonly<Record<string, unknown>>;
  readonly occurrenceDueAt: Date | null;
  readonly takenAt: Date;
  readonly snapshotStartedAt: Date;
  readonly snapshotEndedAt: Date;
  readonly snapshotRemovedAt: Date | null;
  readonly instantRestoreUntil: Date | null;
  readonly transferStartedAt: Date;
  readonly transferEndedAt: Date;
  readonly createdAt: Date;
  readonly consistencyWanted: Consistency;
  readonly consistencyReached: Consistency;
  readonly consistencyReason: string | null;
  readonly consistencyNotice: StoredNotice | null;
  readonly azureConsistency: string;
  readonly capturedBy: SnapshotSourceKind;
  /** Why the disks were captured one by one; null for a restore point. */
  readonly capturedNotice: StoredNotice | null;
  readonly deadlineAt: Date | null;
  readonly deadlineMet: boolean | null;
  readonly gapSeconds: number | null;
  readonly retries: number;
  readonly chunksNew: number;
  readonly chunksReused: number;
  readonly manifestDigest: string;
  readonly keyId: string;
  readonly disks: readonly NewPointDisk[];
}

/** Adds a recovery point and its disks, and sums up their bytes. The caller ends the job in the same transaction. */
export async function createPoint(tx: Tx, point: NewPoint): Promise<void> {
  const { disks, vmFacts, actor, ...facts } = point;
  await judgeAgain(tx, point.vmId);
  const sum = (
    key: "diskBytes" | "allocatedBytes" | "readBytes" | "changedBytes" | "movedBytes" | "storedBytes",
  ): bigint => disks.reduce((total, disk) => total + BigInt(disk[key]), 0n);
  await tx.recoveryPoint.create({
    data: {
      ...facts,
      actor: toJson(actor),
      vmFacts: toJson(vmFacts),
      consistencyNotice: toJsonOrNull(point.consistencyNotice),
      capturedNotice: toJsonOrNull(point.capturedNotice),
      logicalBytes: sum("diskBytes"),
      allocatedBytes: sum("allocatedBytes"),
      readBytes: sum("readBytes"),
      changedBytes: sum("changedBytes"),
      movedBytes: sum("movedBytes"),
      storedBytes: sum("storedBytes"),
      tiers: [],
    },
  });
  await tx.recoveryPointDisk.createMany({
    data: disks.map((disk) => ({
      ...disk,
      deltaNotice: toJsonOrNull(disk.deltaNotice),
      facts: toJsonOrNull(disk.facts ?? null),
      id: newId(),
      pointId: point.id,
      diskBytes: BigInt(disk.diskBytes),
      allocatedBytes: BigInt(disk.allocatedBytes),
      readBytes: BigInt(disk.readBytes),
      changedBytes: BigInt(disk.changedBytes),
      movedBytes: BigInt(disk.movedBytes),
      storedBytes: BigInt(disk.storedBytes),
    })),
  });
  const roots = disks.flatMap(({ root }) => root ?? []);
  await awaitAccount(tx, { vaultId: point.vaultId, pointId: point.id, roots });
}

export interface PointDiskRef extends DiskFacts {
  readonly root: string | null;
  readonly rootDigest: string;
}

export interface PointRef {
  readonly id: string;
  readonly vmId: string;
  readonly vaultId: string;
  readonly state: PointState;
  readonly takenAt: Date;
  readonly pinnedAt: Date | null;
  readonly manifestDigest: string;
  /** The round of sampled verifications, and when it began; null: there was none. */
  readonly round: SampleRound;
  readonly roundAt: Date | null;
  readonly consistencyReached: Consistency;
  readonly vmName: string;
  readonly vmFacts: unknown;
  readonly disks: readonly PointDiskRef[];
}

type PointRow = NonNullable<Awaited<ReturnType<typeof findRow>>>;
const include = { disks: true, vm: { select: { name: true } } } as const;

function findRow(tx: Tx, id: string) {
  return tx.recoveryPoint.findUnique({ where: { id }, include });
}

function toRef(row: PointRow): PointRef {
  return {
    id: row.id,
    vmId: row.vmId,
    vaultId: row.vaultId,
    state: z.enum(pointStates).parse(row.state),
    takenAt: row.takenAt,
    pinnedAt: row.pinnedAt,
    manifestDigest: row.manifestDigest,
    round: { next: row.verifyNext, covered: row.verifyCovered },
    roundAt: row.verifyRoundAt,
    consistencyReached: consistencySchema.parse(row.consistencyReached),
    vmName: row.vm.name,
    vmFacts: row.vmFacts,
    disks: row.disks.map((disk) => ({
      ...toDiskFacts(disk),
      root: disk.root,
      rootDigest: disk.rootDigest,
    })),
  };
}

export async function loadPoint(tx: Tx, pointId: string): Promise<PointRef | null> {
  const row = await findRow(tx, pointId);
  return row === null ? null : toRef(row);
}

/**
 * The newest recovery point of a VM in a vault, which its next backup there is compared with. A damaged one too: the backup avoids what
 * is damaged in it, and stores that content again.
 */
export async function newestPoint(
  tx: Tx,
  { vmId, vaultId }: { readonly vmId: string; readonly vaultId: string },
): Promise<PointRef | null> {
  const row = await tx.recoveryPoint.findFirst({
    where: { vmId, vaultId, copyOf: null, state: { in: ["available", "damaged"] } },
    orderBy: { takenAt: "desc" },
    include,
  });
  return row === null ? null : toRef(row);
}

/**
 * The VM's newest point in a vault, whatever its state, with the digest of its manifest: the next manifest names it.
 * Points whose manifest was deleted count too: their absence is then known to be right.
 */
export async function previousManifest(
  tx: Tx,
  { vmId, vaultId }: { readonly vmId: string; readonly vaultId: string },
): Promise<{ readonly pointId: string; readonly manifestDigest: string } | null> {
  const row = await tx.recoveryPoint.findFirst({
    where: { vmId, vaultId },
    orderBy: [{ takenAt: "desc" }, { id: "desc" }],
    select: { id: true, manifestDigest: true },
  });
  return row === null ? null : { pointId: row.id, manifestDigest: row.manifestDigest };
}

/** The manifest's digest in the ledger's event about the point; null without one. */
export async function recordedManifestDigest(
  tx: Tx,
  { id, vmId }: Pick<PointRef, "id" | "vmId">,
): Promise<string | null> {
  const rows = await tx.$queryRaw`
    SELECT e.data ->> 'manifestDigest' AS digest FROM "LedgerEvent" e
    WHERE e."vmId" = ${vmId}::uuid AND e.kind = 'point.created' AND e.target ->> 'id' = ${id} ORDER BY e.seq LIMIT 1`;
  return z.array(z.object({ digest: z.string().nullable() })).parse(rows)[0]?.digest ?? null;
}

/** Before the point changes, so that this and retention lock in the same order. */
async function judgePointAgain(tx: Tx, pointId: string): Promise<void> {
  const point = await tx.recoveryPoint.findUnique({ where: { id: pointId }, select: { vmId: true } });
  if (point !== null) await judgeAgain(tx, point.vmId);
}

/**
 * Marks a point as deleting, so that it cannot come back. Returns false when it is deleted, can still be brought back, or was pinned
 * before its deletion began.
 */
export async function markPointDeleting(tx: Tx, pointId: string): Promise<boolean> {
  const { count } = await tx.recoveryPoint.updateMany({
    where: {
      id: pointId,
      OR: [{ state: "deleting" }, { state: { in: [...heldPointStates] }, pinnedAt: null }],
    },
    data: { state: "deleting" },
  });
  return count > 0;
}

/**
 * Marks a point as deleted; its row stays as evidence, with who removed it, when and why. Returns false when it was marked before.
 */
export async function markPointDeleted(
  tx: Tx,
  { pointId, at, actor, reason }: { pointId: string; at: Date; actor: Actor; reason: string },
): Promise<boolean> {
  await judgePointAgain(tx, pointId);
  await awaitRemoval(tx, pointId);
  const count = await tx.$executeRaw`
    UPDATE "RecoveryPoint" SET state = 'deleted', "purgedAt" = ${at}, "deletedAt" = coalesce("deletedAt", ${at}),
      "deletedBy" = coalesce("deletedBy", ${JSON.stringify(toJson(actor))}::jsonb),
      "deleteReason" = coalesce("deleteReason", ${reason})
    WHERE id = ${pointId}::uuid AND state <> 'deleted'`;
  await judgeDamageAfterRemoval(tx, [pointId]);
  return count > 0;
}

/** When the last point before this instant was taken, also a deleted one; null for a first point. */
export async function previousPointTime(tx: Tx, vmId: string, before: Date): Promise<Date | null> {
  const row = await tx.recoveryPoint.findFirst({
    where: { vmId, copyOf: null, takenAt: { lt: before } },
    orderBy: { takenAt: "desc" },
    select: { takenAt: true },
  });
  return row?.takenAt ?? null;
}

/** The requested and the reached level of a VM's newest points, newest first. */
export async function listReachedLevels(tx: Tx, vmId: string, limit: number): Promise<ReachedLevel[]> {
  const rows = await tx.recoveryPoint.findMany({
    where: { vmId, copyOf: null },
    orderBy: { takenAt: "desc" },
    take: limit,
    select: { consistencyWanted: true, consistencyReached: true },
  });
  return rows.map(({ consistencyWanted, consistencyReached }) => ({
    wanted: consistencySchema.parse(consistencyWanted),
    reached: consistencySchema.parse(consistencyReached),
  }));
}
