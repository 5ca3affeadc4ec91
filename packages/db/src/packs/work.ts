/** Packs of the vault as garbage collection handles them. The vault holds the bytes; these rows hold their state. */
import { openJobStates, safeBytes } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

export interface PackRow {
  readonly packId: string;
  readonly bytes: number;
  readonly createdAt: Date;
  readonly jobId: string | null;
  readonly condemnedAt: Date | null;
}

/**
 * Condemns packs that no recovery point needs: deduplication skips them from now on. Also adds packs that the index does not
 * know, because a writer died before it added them: they age and are swept like the others.
 */
export async function condemnPacks(
  tx: Tx,
  packs: {
    readonly vaultId: string;
    readonly packs: readonly { readonly packId: string; readonly bytes: number }[];
  },
  now: Date,
): Promise<void> {
  const { vaultId } = packs;
  await tx.vaultPack.createMany({
    data: packs.packs.map(({ packId, bytes }) => ({
      vaultId,
      packId,
      bytes: BigInt(bytes),
      createdAt: now,
      condemnedAt: now,
    })),
    skipDuplicates: true,
  });
  await tx.vaultPack.updateMany({
    where: { vaultId, packId: { in: packs.packs.map((pack) => pack.packId) }, condemnedAt: null },
    data: { condemnedAt: now },
  });
}

/** Makes condemned packs usable again. */
export async function reprievePacks(tx: Tx, vaultId: string, packIds: readonly string[]): Promise<void> {
  await tx.vaultPack.updateMany({
    where: { vaultId, packId: { in: [...packIds] } },
    data: { condemnedAt: null },
  });
}

/**
 * Packs to sweep: condemned before `before`. A segment that began before a pack was condemned may use it. It ends within
 * `limits.segmentLongestMs`, and its node is one of `listHeldNodes` from then on. So `before` is at least that long before the
 * held nodes are read, and no open job delays the sweep.
 */
export async function listSweepablePacks(tx: Tx, vaultId: string, before: Date): Promise<PackRow[]> {
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, condemnedAt: { lt: before } },
    orderBy: { condemnedAt: "asc" },
    select: { packId: true, bytes: true, createdAt: true, jobId: true, condemnedAt: true },
  });
  return rows.map((row) => ({ ...row, bytes: safeBytes(row.bytes) }));
}

/** Counts and bytes of a vault, from the index. */
export async function vaultFigures(
  tx: Tx,
  vaultId: string,
): Promise<{
  readonly packs: number;
  readonly bytes: number;
  readonly condemnedBytes: number;
  readonly chunks: number;
}> {
  const all = await tx.vaultPack.aggregate({ where: { vaultId }, _count: true, _sum: { bytes: true } });
  const condemned = await tx.vaultPack.aggregate({
    where: { vaultId, condemnedAt: { not: null } },
    _sum: { bytes: true },
  });
  return {
    packs: all._count,
    bytes: safeBytes(all._sum.bytes ?? 0n),
    condemnedBytes: safeBytes(condemned._sum.bytes ?? 0n),
    chunks: await tx.vaultChunk.count({ where: { vaultId } }),
  };
}

/** Node references that open jobs of a vault need: the roots that they compare with, and their finished segments. */
export async function listHeldNodes(tx: Tx, vaultId: string): Promise<string[]> {
  const open = { state: { in: [...openJobStates] }, vaultId };
  const disks = await tx.jobDisk.findMany({ where: { job: open }, select: { baseNode: true, root: true } });
  const segments = await tx.jobSegment.findMany({
    where: { disk: { job: open }, node: { not: null } },
    select: { node: true },
  });
  const jobs = await tx.job.findMany({ where: open, select: { memory: true } });
  const remembered = z.object({
    base: z.object({ disks: z.array(z.object({ root: z.string().nullable() })) }).nullish(),
  });
  const bases = jobs.flatMap(({ memory }) => {
    const parsed = remembered.safeParse(memory);
    return parsed.success ? (parsed.data.base?.disks ?? []).map(({ root }) => root) : [];
  });
  const all = [
    ...disks.flatMap(({ baseNode, root }) => [baseNode, root]),
    ...segments.map(({ node }) => node),
    ...bases,
  ];
  return [...new Set(all.filter((node) => node !== null))];
}

/**
 * Packs that must not be condemned yet: added after `since`. The node of a segment that wrote them may not be stored yet, but is
 * within `limits.segmentLongestMs`.
 */
export async function listRecentPacks(tx: Tx, vaultId: string, since: Date): Promise<Set<string>> {
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, createdAt: { gte: since }, condemnedAt: null },
    select: { packId: true },
  });
  return new Set(rows.map(({ packId }) => packId));
}
