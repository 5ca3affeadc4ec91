/** Removing a snapshot from Azure: grants revoked, restore point deleted, an empty collection too. Shared by all who remove. */
import {
  type AzureOperation,
  deleteEmptyCollection,
  pollDeleteRestorePoint,
  revokeRead,
  startDeleteRestorePoint,
} from "@kluis/azure";
import { listJobResources, markResourceRemoved, type Tx } from "@kluis/db";
import type { EngineDeps } from "../deps.ts";

export interface SnapshotToRemove {
  readonly restorePointId: string;
  readonly collectionId: string;
  /** What an earlier look left, when the removal runs already. */
  readonly operation: AzureOperation | null;
}

export type Removal =
  /** `save` writes it down; it belongs into the transaction of the event that says so. */
  | { readonly kind: "gone"; readonly save: (tx: Tx) => Promise<void> }
  | { readonly kind: "running"; readonly operation: AzureOperation; readonly retryAfterMs: number };

/** One short look at the removal of a snapshot: starts it, or asks how far it is. A snapshot that is not there is gone. */
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
  const collectionGone = await deleteEmptyCollection(deps.azure, collectionId, { signal });
  const at = deps.clock.now();
  const save = async (tx: Tx): Promise<void> => {
    await markResourceRemoved(tx, { kind: "restore-point", resourceId: restorePointId.toLowerCase(), at });
    if (!collectionGone) return;
    const resourceId = collectionId.toLowerCase();
    await markResourceRemoved(tx, { kind: "restore-point-collection", resourceId, at });
  };
  return { kind: "gone", save };
}

/** Ends every read grant of a job. A grant that is over already is fine. */
export async function revokeJobGrants(deps: EngineDeps, jobId: string, signal: AbortSignal): Promise<number> {
  const grants = (await listJobResources(deps.db.prisma, jobId)).filter(
    (resource) => resource.kind === "grant",
  );
  await Promise.all(
    grants.map(async ({ resourceId }) => {
      deps.grants.forget(resourceId);
      await revokeRead(deps.azure, resourceId, { signal });
      await markResourceRemoved(deps.db.prisma, { kind: "grant", resourceId, at: deps.clock.now() });
    }),
  );
  return grants.length;
}
