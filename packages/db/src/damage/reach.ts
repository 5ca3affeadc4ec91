/** The search for recovery points that need damaged items: its open part, and its results. */
import { storedPointStates, WHOLE_OBJECT } from "@kluis/domain";
import type { Prisma } from "../../generated/client.ts";
import { appendEvents } from "../ledger/append.ts";
import { enqueue } from "../queue/enqueue.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { closeDamage, type PlaceHealer } from "./heal.ts";
import { markDamaged, markHealed } from "./points.ts";
import type { DamagedDisk } from "./view.ts";

/** Damage that is not healed. */
export interface OpenDamage {
  readonly id: string;
  readonly packId: string;
  /** WHOLE_OBJECT: the whole pack. */
  readonly offset: number;
}

/** The open damage of a vault's packs that one search handles; more follows with the next one. */
const OPEN_MOST = 100_000;

/** Vaults with damage in packs for which the points are not all known, by id. */
export async function listVaultsToReach(tx: Tx): Promise<string[]> {
  const rows = await tx.vaultDamage.findMany({
    where: { healedAt: null, reason: { not: "table" } },
    distinct: ["vaultId"],
    orderBy: { vaultId: "asc" },
    select: { vaultId: true },
  });
  return rows.map(({ vaultId }) => vaultId);
}

export async function listOpenDamage(tx: Tx, vaultId: string): Promise<OpenDamage[]> {
  const rows = await tx.vaultDamage.findMany({
    where: { vaultId, healedAt: null, packId: { not: null }, reason: { not: "table" } },
    orderBy: { id: "asc" },
    take: OPEN_MOST,
    select: { id: true, packId: true, offset: true },
  });
  return rows.flatMap(({ id, packId, offset }) => (packId === null ? [] : [{ id, packId, offset }]));
}

export interface PointToReach {
  readonly id: string;
  readonly vmName: string;
  readonly takenAt: Date;
  /** Disks that are not all zeros. */
  readonly disks: readonly { readonly key: string; readonly bytes: number; readonly root: string }[];
}

/** A page of the points of a vault that must be examined: all while damage is new, else those that are newer than the last search. */
export async function listPointsToReach(
  tx: Tx,
  page: { readonly vaultId: string; readonly after: string | null; readonly limit: number },
): Promise<PointToReach[]> {
  const { vaultId, after, limit } = page;
  const open = { vaultId, healedAt: null, packId: { not: null }, reason: { not: "table" } };
  const oldest = await tx.vaultDamage.findFirst({
    where: open,
    orderBy: { reachedAt: { sort: "asc", nulls: "first" } },
    select: { reachedAt: true },
  });
  if (oldest === null) return [];
  const rows = await tx.recoveryPoint.findMany({
    where: {
      vaultId,
      state: { in: [...storedPointStates] },
      ...(after === null ? {} : { id: { gt: after } }),
      ...(oldest.reachedAt === null ? {} : { createdAt: { gte: oldest.reachedAt } }),
    },
    orderBy: { id: "asc" },
    take: limit,
    select: { id: true, takenAt: true, vm: { select: { name: true } }, disks: true },
  });
  return rows.map(({ id, takenAt, vm, disks }) => ({
    id,
    takenAt,
    vmName: vm.name,
    disks: disks.flatMap(({ diskKey, diskBytes, root }) =>
      root === null ? [] : [{ key: diskKey, bytes: Number(diskBytes), root }],
    ),
  }));
}

/** Stores which of the examined damage a point needs. */
export async function storeReach(
  tx: Tx,
  reach: {
    readonly pointId: string;
    readonly examined: readonly string[];
    readonly needed: readonly string[];
    /** The ranges of its disks that need it. */
    readonly disks?: readonly DamagedDisk[];
  },
): Promise<void> {
  const { pointId, examined, needed, disks = [] } = reach;
  const open = await tx.vaultDamage.findMany({
    where: { id: { in: [...needed] }, healedAt: null, ...(await notReadSince(tx, pointId)) },
    select: { id: true },
  });
  const keep = new Set(open.map(({ id }) => id));
  await tx.vaultDamagePoint.deleteMany({
    where: { pointId, damageId: { in: examined.filter((id) => !keep.has(id)) } },
  });
  await tx.vaultDamagePoint.createMany({
    data: [...keep].map((damageId) => ({ damageId, pointId })),
    skipDuplicates: true,
  });
  await tx.pointDamage.deleteMany({ where: { pointId } });
  if (keep.size > 0) {
    await tx.pointDamage.createMany({
      data: disks.map(({ key, bytes, count, ranges }) => ({
        pointId,
        diskKey: key,
        bytes: BigInt(bytes),
        count,
        ranges: ranges.map(({ offset, length }) => ({ offset, length })),
      })),
      skipDuplicates: true,
    });
  }
  const drafts = keep.size > 0 ? await markDamaged(tx, [pointId]) : await markHealed(tx, [pointId]);
  const at = await databaseNow(tx);
  await appendEvents(tx, { now: () => at }, drafts);
}

/** Leaves out packs that were damaged as a whole before all that the point needs of them was read. */
async function notReadSince(tx: Tx, pointId: string): Promise<Prisma.VaultDamageWhereInput> {
  const point = await tx.recoveryPoint.findUnique({ where: { id: pointId }, select: { readWholeAt: true } });
  const readAt = point?.readWholeAt ?? null;
  if (readAt === null) return {};
  return { NOT: { packId: { not: null }, offset: WHOLE_OBJECT, foundAt: { lt: readAt } } };
}

const placeHealers = ["backup", "copy", "moved"] as const satisfies readonly PlaceHealer[];

/**
 * Ends a search of a vault: every point that existed at `since` was examined. Damage that no point needs is closed: places that were
 * stored again by a backup, others because nothing needs them. Damage of tables has its own rule (tables.ts).
 */
export async function endReach(
  tx: Tx,
  { vaultId, since }: { readonly vaultId: string; readonly since: Date },
): Promise<void> {
  // Damage that was found or healed after the search began is searched again.
  await tx.vaultDamage.updateMany({
    where: { vaultId, healedAt: null, changedAt: { lt: since }, reason: { not: "table" } },
    data: { reachedAt: since },
  });
  await tx.$executeRaw`
    DELETE FROM "VaultDamagePoint" l USING "VaultDamage" d, "RecoveryPoint" p
    WHERE d."vaultId" = ${vaultId}::uuid AND d."healedAt" IS NULL AND l."damageId" = d.id AND p.id = l."pointId"
      AND NOT p.state = ANY(${[...storedPointStates]}::text[])`;
  await tx.$executeRaw`
    DELETE FROM "PointDamage" d USING "RecoveryPoint" p
    WHERE p.id = d."pointId" AND p."vaultId" = ${vaultId}::uuid AND NOT p.state = ANY(${[...storedPointStates]}::text[])`;
  const unneeded = await tx.vaultDamage.findMany({
    where: {
      vaultId,
      healedAt: null,
      points: { none: {} },
      reachedAt: { not: null },
      reason: { not: "table" },
    },
    select: { id: true, packId: true, offset: true, healedBy: true },
  });
  const healed: Record<PlaceHealer, string[]> = { backup: [], copy: [], moved: [] };
  const gone: string[] = [];
  for (const { id, packId, offset, healedBy } of unneeded) {
    const place = { vaultId, packId: packId ?? "", ...(offset === WHOLE_OBJECT ? {} : { offset }) };
    const item = await tx.vaultDamageItem.findFirst({ where: { ...place, healedAt: { not: null } } });
    const by = placeHealers.find((one) => one === healedBy) ?? "backup";
    (item === null ? gone : healed[by]).push(id);
  }
  for (const by of placeHealers) await closeDamage(tx, { vaultId, ids: healed[by], by });
  await closeDamage(tx, { vaultId, ids: gone, by: "unneeded" });
}

/**
 * A new point may need damage that was found while its backup ran: parts of it were stored before. Damage that was closed meanwhile,
 * because no point needed it, is open again, and the search examines the point. For the transaction that adds the point.
 */
export async function reachNewPoint(
  tx: Tx,
  { vaultId, jobStartedAt }: { readonly vaultId: string; readonly jobStartedAt: Date },
): Promise<void> {
  const reopened = { healedAt: null, healedBy: null, reachedAt: null, changedAt: await databaseNow(tx) };
  await tx.vaultDamage.updateMany({
    where: { vaultId, healedBy: "unneeded", packId: { not: null }, foundAt: { gte: jobStartedAt } },
    data: reopened,
  });
  const open = await tx.vaultDamage.findFirst({
    where: { vaultId, healedAt: null, reason: { not: "table" } },
    select: { id: true },
  });
  if (open !== null) await enqueue(tx, "vault.damage-reach", {});
}

/** A point could not be examined, so the search is not complete: it is made again. */
export async function noteReachFailed(tx: Tx, vaultId: string): Promise<void> {
  await tx.vaultDamage.updateMany({
    where: { vaultId, healedAt: null, reason: { not: "table" } },
    data: { changedAt: await databaseNow(tx) },
  });
}
