/** Decides which snapshots are no longer kept for instant restore. The reconciler removes them. */
import {
  type AzureResourceRow,
  databaseNow,
  inTransaction,
  listKeptSnapshots,
  listScheduledProtections,
  wantKeptRemoved,
} from "@kluis/db";
import type { EngineDeps } from "../deps.ts";

/**
 * Ends the keeping of expired snapshots. The newest one of a VM stays while its policy keeps snapshots, because the next backup
 * lists its changes against it. Those of VMs with an open backup stay too: it may use them as a base.
 * @returns their number
 */
export async function endKeptSnapshots(deps: Pick<EngineDeps, "db">): Promise<number> {
  const kept = await listKeptSnapshots(deps.db.prisma);
  const bases = await neededBases(deps, kept);
  const now = await databaseNow(deps.db.prisma);
  const over = kept.filter(({ id, keepUntil }) => (keepUntil === null || keepUntil <= now) && !bases.has(id));
  if (over.length === 0) return 0;
  const ids = over.map(({ id }) => id);
  return inTransaction(deps.db, (tx) => wantKeptRemoved(tx, ids, now));
}

/** Ids of the rows of the newest kept point of each VM whose policy keeps snapshots. Expects rows newest first within a VM. */
async function neededBases(
  deps: Pick<EngineDeps, "db">,
  kept: readonly AzureResourceRow[],
): Promise<Set<string>> {
  const keeping = new Set<string>();
  // A policy that cannot be read may keep snapshots.
  const readable = await listScheduledProtections(deps.db.prisma, ({ vmId }) => keeping.add(vmId));
  for (const { vmId, version } of readable) {
    if (version.document.instantRestoreDays > 0) keeping.add(vmId);
  }
  const bases = new Set<string>();
  // A point may have several rows: a snapshot of each disk.
  const newest = new Map<string, string | null>();
  for (const { id, vmId, pointId } of kept) {
    if (vmId === null) continue;
    if (!newest.has(vmId)) newest.set(vmId, pointId);
    if (newest.get(vmId) === pointId && keeping.has(vmId)) bases.add(id);
  }
  return bases;
}
