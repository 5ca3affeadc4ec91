/**
 * Snapshots that are open for reading. Azure opens only a few snapshots of a disk at once, for everyone together, so all engines
 * count them here. A grant counts from the time before Azure is asked until Azure confirms that it ended. The lease ends the count of a
 * grant that no process closes: its access in Azure is over then.
 */
import { limits } from "@kluis/domain";
import { z } from "zod";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";
import { type PlannedResource, planResource } from "./work.ts";

/** A snapshot to open, and its disk. */
export interface WantedAccess {
  /** ARM id of the snapshot in lower case. */
  readonly resourceId: string;
  /** Azure's uniqueId of the disk. */
  readonly disk: string;
}

/** A disk of which no more snapshots may be opened now. */
export interface DiskFull {
  readonly disk: string;
  /** Snapshots of it that are open. */
  readonly open: number;
  /** How many more are to be opened at once. */
  readonly needed: number;
}

/** Records that a job opens snapshots: all of them, or none and the first disk that has too many open. */
export async function takeAccess(
  tx: Tx,
  {
    wanted,
    owner,
    at,
  }: {
    readonly wanted: readonly WantedAccess[];
    readonly owner: Pick<PlannedResource, "jobId" | "vmId">;
    readonly at: Date;
  },
): Promise<DiskFull | null> {
  const full = await lockAndCount(tx, wanted);
  if (full !== null) return full;
  for (const { resourceId, disk } of wanted) {
    await planResource(tx, { kind: "grant", resourceId, ...owner }, at);
    await tx.azureResource.updateMany({
      where: { kind: "grant", resourceId },
      data: { openDisk: disk },
    });
  }
  await extend(
    tx,
    wanted.map(({ resourceId }) => resourceId),
  );
  return null;
}

/** Whether a process may ask Azure for access; `closed`: no job needs it any more. */
export type Held = { readonly kind: "held" | "closed" } | ({ readonly kind: "full" } & DiskFull);

/** Prolongs the lease of a snapshot before a process asks Azure for access. A lease that is over is taken again if there is room. */
export async function holdAccess(tx: Tx, resourceId: string): Promise<Held> {
  const row = await tx.azureResource.findFirst({
    where: { kind: "grant", resourceId, wanted: "present", state: { not: "removed" } },
    select: { openDisk: true },
  });
  if (row === null) return { kind: "closed" };
  const wanted = row.openDisk === null ? [] : [{ resourceId, disk: row.openDisk }];
  const full = await lockAndCount(tx, wanted);
  if (full !== null) return { kind: "full", ...full };
  return { kind: (await extend(tx, [resourceId])) === 1 ? "held" : "closed" };
}

function extend(tx: Tx, resourceIds: readonly string[]): Promise<number> {
  return tx.$executeRaw`
    UPDATE "AzureResource" SET "openUntil" = kluis_now() + ${limits.openAccessLeaseMs}::float8 * interval '1 millisecond'
    WHERE kind = 'grant' AND "resourceId" = ANY(${[...resourceIds]}::text[]) AND state <> 'removed' AND wanted = 'present'`;
}

const counts = z.array(z.object({ disk: z.string(), open: z.number(), held: z.number() }));

/** Locks the disks until the transaction ends, in one order, and returns the first one that has no room for these snapshots. */
async function lockAndCount(tx: Tx, wanted: readonly WantedAccess[]): Promise<DiskFull | null> {
  const disks = [...new Set(wanted.map(({ disk }) => disk))].sort();
  for (const disk of disks) await lockInTransaction(tx, locks.openAccess(disk));
  const ids = wanted.map(({ resourceId }) => resourceId);
  const rows = counts.parse(
    await tx.$queryRaw`
      SELECT "openDisk" AS disk, count(*)::int AS open,
        (count(*) FILTER (WHERE "resourceId" = ANY(${ids}::text[])))::int AS held
      FROM "AzureResource"
      WHERE "openDisk" = ANY(${disks}::text[]) AND "openUntil" > kluis_now() AND kind = 'grant' AND state <> 'removed'
      GROUP BY "openDisk"`,
  );
  for (const disk of disks) {
    const { open, held } = rows.find((row) => row.disk === disk) ?? { open: 0, held: 0 };
    // An open snapshot needs no more room when its lease is prolonged.
    const needed = wanted.filter((one) => one.disk === disk).length - held;
    if (needed > 0 && open + needed > limits.openAccessPerDisk) return { disk, open, needed };
  }
  return null;
}
