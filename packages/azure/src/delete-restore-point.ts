/** Removes restore points and their empty collections. */
import { restorePoller } from "@azure/arm-compute";
import { isKluisError } from "@kluis/domain";
import { missingAsNull, pagesOf } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { hasAzureCode } from "./errors.ts";
import { revokeRead } from "./grants.ts";
import {
  type CallOptions,
  type OperationKind,
  type OperationTarget,
  pollOperation,
  startOperation,
} from "./lro.ts";
import type { AzureOperation, Poll } from "./operation.ts";
import { collectionType, pointType, resourceOf } from "./resource.ts";
import { readCollection } from "./restore-points.ts";

const deletion: OperationKind<unknown, null> = {
  kind: "delete-restore-point",
  words: "delete the restore point",
  resume: (client, state) => restorePoller(client, state, client.restorePoints.delete),
  finish: async () => null,
};

const collectionDeletion = { ...deletion, words: "delete the restore point collection" } as const;

/** Azure refuses to delete a restore point with open read access. */
const isBeingRead = (error: unknown) => hasAzureCode(error, "DiskRestorePointUsedByCustomer");

async function revokeAll({ azure, target, signal }: OperationTarget): Promise<void> {
  const { client, path } = resourceOf<2>(azure, target, pointType);
  const disks = client.diskRestorePoint.listByRestorePoint(...path, abortable({ signal })).byPage();
  for await (const disk of pagesOf({ operation: "list the disk restore points", target }, disks)) {
    if (disk.id !== undefined) await revokeRead(azure, disk.id, { signal });
  }
}

async function begin(site: OperationTarget): Promise<Poll<null>> {
  const { client, path } = resourceOf<2>(site.azure, site.target, pointType);
  const started = startOperation(deletion, site, () => client.restorePoints.delete(...path, abortable(site)));
  return (await missingAsNull(started)) ?? { status: "done", result: null };
}

/** Deletes a restore point; revokes open read access first. A missing one is success. */
export async function startDeleteRestorePoint(
  azure: AzureConnection,
  restorePointId: string,
  options: CallOptions = {},
): Promise<Poll<null>> {
  const site = { azure, target: restorePointId, ...options };
  try {
    return await begin(site);
  } catch (error) {
    if (!isBeingRead(error)) throw error;
    await revokeAll(site);
    return begin(site);
  }
}

/** Polls a deletion; starts it again when Azure dropped it or a reader blocked it. */
export async function pollDeleteRestorePoint(
  azure: AzureConnection,
  operation: AzureOperation,
  options: CallOptions = {},
): Promise<Poll<null>> {
  try {
    return await pollOperation(deletion, operation, { azure, ...options });
  } catch (error) {
    if (!isKluisError(error, "AZURE_NOT_FOUND") && !isBeingRead(error)) throw error;
    return startDeleteRestorePoint(azure, operation.target, options);
  }
}

/**
 * Deletes an empty collection. Returns false when restore points remain, true when the collection is missing.
 * Azure deletes restore points with their collection, so no job of the VM may be creating one.
 */
export async function deleteEmptyCollection(
  azure: AzureConnection,
  collectionId: string,
  options: CallOptions = {},
): Promise<boolean> {
  const collection = await readCollection(azure, collectionId, options);
  if (collection === null) return true;
  if ((collection.restorePoints ?? []).length > 0) return false;
  const { client, path } = resourceOf<1>(azure, collectionId, collectionType);
  const started = startOperation(collectionDeletion, { azure, target: collectionId, ...options }, () =>
    client.restorePointCollections.delete(...path, abortable(options)),
  );
  await missingAsNull(started);
  return true;
}
