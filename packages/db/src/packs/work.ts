/** Packs of the vault as garbage collection handles them. The vault holds the bytes; these rows hold their state. */
import { safeBytes } from "@kluis/domain";
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
 * `limits.segmentLongestMs`, and its node is one of `heldNodes` from then on. So `before` is at least that long before the
 * held nodes are read, and no open job delays the sweep.
 */
export async function listSweepablePacks(
  tx: Tx,
  vaultId: string,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<PackRow[]> {
  const rows = await tx.vaultPack.findMany({
    where: { vaultId, condemnedAt: { lt: before } },
    orderBy: [{ condemnedAt: "asc" }, { packId: "asc" }],
    take: limit,
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
