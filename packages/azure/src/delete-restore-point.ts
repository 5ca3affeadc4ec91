/** Removes restore points and their empty collections. */
import { restorePoller } from "@azure/arm-compute";
import { missingAsNull, pagesOf } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { deletionOf } from "./deletion.ts";
import { hasAzureCode } from "./errors.ts";
import { revokeRead } from "./grants.ts";
import { type CallOptions, type OperationKind, startOperation } from "./lro.ts";
import { collectionType, pointType, resourceOf } from "./resource.ts";
import { readCollection } from "./restore-points.ts";

const operation: OperationKind<unknown, null> = {
  kind: "delete-restore-point",
  words: "delete the restore point",
  resume: (client, state) => restorePoller(client, state, client.restorePoints.delete),
  finish: async () => null,
};

const collectionDeletion = { ...operation, words: "delete the restore point collection" } as const;

const deletion = deletionOf({
  operation,
  begin(site) {
    const { client, path } = resourceOf<2>(site.azure, site.target, pointType);
    return client.restorePoints.delete(...path, abortable(site));
  },
  isBeingRead: (error) => hasAzureCode(error, "DiskRestorePointUsedByCustomer"),
  async revoke({ azure, target, signal }) {
    const { client, path } = resourceOf<2>(azure, target, pointType);
    const disks = client.diskRestorePoint.listByRestorePoint(...path, abortable({ signal })).byPage();
    for await (const disk of pagesOf({ operation: "list the disk restore points", target }, disks)) {
      if (disk.id !== undefined) await revokeRead(azure, disk.id, { signal });
    }
  },
});

/** Deletes a restore point; revokes open read access first. A missing one is success. */
export const startDeleteRestorePoint = deletion.start;
export const pollDeleteRestorePoint = deletion.poll;

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
