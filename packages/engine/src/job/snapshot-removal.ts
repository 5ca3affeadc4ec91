/** Removes a snapshot from Azure: its read grants, the restore point, and its collection when that is empty. */
import {
  type AzureOperation,
  deleteEmptyCollection,
  pollDeleteRestorePoint,
  revokeRead,
  startDeleteRestorePoint,
} from "@kluis/azure";
import { listJobResources, markResourceRemoved, type Tx } from "@kluis/db";
import type { EngineDeps } from "../deps.ts";
import type { JobEvent } from "./record.ts";

export interface SnapshotToRemove {
  readonly restorePointId: string;
  readonly collectionId: string;
  /** The pending operation of an earlier call. */
  readonly operation: AzureOperation | null;
}

export type Removal =
  /** `save` records the removal; run it in the transaction of the event. */
  | { readonly kind: "gone"; readonly save: (tx: Tx) => Promise<void> }
  | { readonly kind: "running"; readonly operation: AzureOperation; readonly retryAfterMs: number };

/** Starts the removal of a snapshot, or polls it once. A missing snapshot counts as removed. */
export async function removeSnapshot(
  deps: EngineDeps,
  snapshot: SnapshotToRemove,
  signal: AbortSignal,
): Promise<Removal> {
  const { restorePointId, collectionId, operation } = snapshot;
  const poll =
    operation?.kind === "delete-restore-point" &&
    operation.target.toLowerCase() === restorePointId.toLowerCase()
      ? await pollDeleteRestorePoint(deps.azure, operation, { signal })
      : await startDeleteRestorePoint(deps.azure, restorePointId, { signal });
  if (poll.status === "running")
    return { kind: "running", operation: poll.operation, retryAfterMs: poll.retryAfterMs };
  const isCollectionGone = await deleteEmptyCollection(deps.azure, collectionId, { signal });
  const at = deps.clock.now();
  const save = async (tx: Tx): Promise<void> => {
    await markResourceRemoved(tx, { kind: "restore-point", resourceId: restorePointId.toLowerCase(), at });
    if (!isCollectionGone) return;
    const resourceId = collectionId.toLowerCase();
    await markResourceRemoved(tx, { kind: "restore-point-collection", resourceId, at });
  };
  return { kind: "gone", save };
}

export function snapshotRemovedEvent(restorePointId: string): JobEvent {
  const name = restorePointId.split("/").at(-1) ?? "";
  return { kind: "snapshot.removed", target: { type: "snapshot", id: restorePointId, name } };
}

/** Revokes every read grant of a job. Ignores grants that have expired. */
export async function revokeJobGrants(deps: EngineDeps, jobId: string, signal: AbortSignal): Promise<number> {
  const resources = await listJobResources(deps.db.prisma, jobId);
  const grants = resources.filter(({ kind }) => kind === "grant");
  await Promise.all(
    grants.map(async ({ resourceId }) => {
      deps.grants.forget(resourceId);
      await revokeRead(deps.azure, resourceId, { signal });
      await markResourceRemoved(deps.db.prisma, { kind: "grant", resourceId, at: deps.clock.now() });
    }),
  );
  return grants.length;
}
