import { restorePoller } from "@azure/arm-compute";
import { isKluisError, KluisError } from "@kluis/domain";
import { namesOf } from "./arm-id.ts";
import { call } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { revokeRead } from "./grants.ts";
import { clientOf, continueStep, type Step, type StepOptions, startStep } from "./lro.ts";
import type { AzureOperation, Poll } from "./types.ts";
import { pagesOf } from "./vms.ts";

const pointType = "restorePointCollections/restorePoints";

function gone(operation: Omit<AzureOperation, "poller">): Step<unknown, null> {
  return { operation, words: "delete the restore point", finish: async () => null };
}

/** Azure refuses to delete what someone may still be reading. */
function isBeingRead(error: unknown): boolean {
  return error instanceof KluisError && error.params["azureCode"] === "DiskRestorePointUsedByCustomer";
}

async function revokeAll(
  azure: AzureConnection,
  restorePointId: string,
  options: StepOptions,
): Promise<void> {
  const { subscriptionId, resourceGroup, names } = namesOf<2>(restorePointId, pointType);
  const disks = azure
    .compute(subscriptionId)
    .diskRestorePoint.listByRestorePoint(resourceGroup, names[0], names[1], abortable(options))
    .byPage();
  for await (const disk of pagesOf(
    { operation: "list the disk restore points", target: restorePointId },
    disks,
  )) {
    if (disk.id !== undefined) await revokeRead(azure, disk.id, options);
  }
}

async function begin(azure: AzureConnection, target: string, options: StepOptions): Promise<Poll<null>> {
  const { subscriptionId, resourceGroup, names } = namesOf<2>(target, pointType);
  const client = azure.compute(subscriptionId);
  try {
    return await startStep(
      () => client.restorePoints.delete(resourceGroup, names[0], names[1], abortable(options)),
      gone({ kind: "delete-restore-point", target, subscriptionId }),
      options,
    );
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND")) return { status: "done", result: null };
    throw error;
  }
}

/** Deletes a restore point; read access that is still open is revoked first. One that is not there is success. */
export async function startDeleteRestorePoint(
  azure: AzureConnection,
  restorePointId: string,
  options: StepOptions = {},
): Promise<Poll<null>> {
  try {
    return await begin(azure, restorePointId, options);
  } catch (error) {
    if (!isBeingRead(error)) throw error;
    await revokeAll(azure, restorePointId, options);
    return begin(azure, restorePointId, options);
  }
}

export async function pollDeleteRestorePoint(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<null>> {
  const client = clientOf(azure, operation);
  try {
    return await continueStep(
      (state) => restorePoller(client, state, client.restorePoints.delete),
      { ...gone(operation), operation },
      options,
    );
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND") || isBeingRead(error)) {
      return startDeleteRestorePoint(azure, operation.target, options);
    }
    throw error;
  }
}

/** Deletes a collection that holds no restore point any more. False: it still holds some. Missing is success. */
export async function deleteEmptyCollection(
  azure: AzureConnection,
  collectionId: string,
  options: StepOptions = {},
): Promise<boolean> {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(collectionId, "restorePointCollections");
  const { restorePointCollections } = azure.compute(subscriptionId);
  try {
    const collection = await call(
      { operation: "read the restore point collection", target: collectionId },
      () =>
        restorePointCollections.get(resourceGroup, names[0], {
          expand: "restorePoints",
          ...abortable(options),
        }),
    );
    if ((collection.restorePoints ?? []).length > 0) return false;
    const operation = { kind: "delete-restore-point", target: collectionId, subscriptionId } as const;
    const words = "delete the restore point collection";
    await startStep(
      () => restorePointCollections.delete(resourceGroup, names[0], abortable(options)),
      { operation, words, finish: async () => null },
      options,
    );
    return true;
  } catch (error) {
    if (isKluisError(error, "AZURE_NOT_FOUND")) return true;
    throw error;
  }
}
