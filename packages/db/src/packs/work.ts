import { z } from "zod";
import { toBytes } from "../json.ts";
import type { Tx } from "../tx.ts";

export interface PackRow {
  readonly packId: string;
  readonly bytes: number;
  readonly createdAt: Date;
  readonly jobId: string | null;
  readonly condemnedAt: Date | null;
}

/**
 * Condemns packs that nothing reaches: deduplication skips them from now on. Packs that the index does not know (a writer
 * died before it could add them) are recorded as condemned too, so that they age and are swept like the others.
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

/** A condemned pack is needed again. */
export async function reprievePacks(tx: Tx, vaultId: string, packIds: readonly string[]): Promise<void> {
  await tx.vaultPack.updateMany({
    where: { vaultId, packId: { in: [...packIds] } },
    data: { condemnedAt: null },
  });
}

/**
 * Packs that may be swept: condemned before `before`, and before every open job was created. A job that was open when a
 * pack was condemned may have decided to rely on it just before.
 */
export async function listSweepablePacks(tx: Tx, vaultId: string, before: Date): Promise<PackRow[]> {
  const oldest = await tx.job.findFirst({
    where: { state: { in: ["queued", "running"] } },
    orderBy: { createdAt: "asc" },
    select: { createdAt: true },
  });
  const limit = oldest !== null && oldest.createdAt < before ? oldest.createdAt : before;
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, condemnedAt: { lt: limit } },
    orderBy: { condemnedAt: "asc" },
    select: { packId: true, bytes: true, createdAt: true, jobId: true, condemnedAt: true },
  });
  return rows.map((row) => ({ ...row, bytes: toBytes(row.bytes) }));
}

/** Figures of a vault as the index knows them. */
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
    bytes: toBytes(all._sum.bytes ?? 0n),
    condemnedBytes: toBytes(condemned._sum.bytes ?? 0n),
    chunks: await tx.vaultChunk.count({ where: { vaultId } }),
  };
}

/** Node references that open jobs rely on: the roots they compare with and the segments they have finished. */
export async function listHeldNodes(tx: Tx): Promise<string[]> {
  const open = { state: { in: ["queued", "running"] } };
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

/** Packs that were added after `since`, or by a job that is still open: too young to be judged. */
export async function listYoungPacks(tx: Tx, vaultId: string, since: Date): Promise<Set<string>> {
  const oldestOpen = await tx.job.findFirst({
    where: { kind: "backup", state: { in: ["queued", "running"] } },
    orderBy: { createdAt: "asc" },
    select: { createdAt: true },
  });
  const limit = oldestOpen !== null && oldestOpen.createdAt < since ? oldestOpen.createdAt : since;
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, createdAt: { gte: limit }, condemnedAt: null },
    select: { packId: true },
  });
  return new Set(rows.map(({ packId }) => packId));
}
