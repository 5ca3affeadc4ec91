/** The soft deletion of all recovery points of a VM. */
import { type Actor, heldPointStates } from "@kluis/domain";
import { judgeAgain } from "../protections/schedule.ts";
import type { Tx } from "../tx.ts";
import { softDeletePoints } from "./soft-delete.ts";

interface VmSoftDeletion {
  readonly vmId: string;
  readonly reason: string;
  readonly actor: Actor;
  /** When their content is deleted. */
  readonly purgeAt: Date;
}

/** A point that was removed. */
interface SoftDeleted {
  readonly id: string;
  readonly takenAt: Date;
}

/**
 * Removes every point that backups of a VM made, for as long as they can be brought back. Second copies go after the content of their
 * points.
 * @returns those that it removed, and how many stay because they are pinned
 */
export async function softDeleteVmPoints(
  tx: Tx,
  { vmId, ...deletion }: VmSoftDeletion,
): Promise<{ readonly removed: readonly SoftDeleted[]; readonly pinned: number }> {
  await judgeAgain(tx, vmId);
  const points = await tx.recoveryPoint.findMany({
    where: { vmId, copyOf: null, state: { in: [...heldPointStates] } },
    select: { id: true, takenAt: true, pinnedAt: true },
    orderBy: { takenAt: "asc" },
  });
  const free = points.filter(({ pinnedAt }) => pinnedAt === null);
  const removed = await softDeletePoints(
    tx,
    free.map(({ id }) => ({ ...deletion, pointId: id })),
  );
  return {
    removed: free.filter(({ id }) => removed.has(id)).map(({ id, takenAt }) => ({ id, takenAt })),
    pinned: points.length - removed.size,
  };
}
