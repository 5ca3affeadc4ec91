/** A resource of Azure Compute as the SDK's methods want it: a client and the leading arguments. */
import type { ComputeManagementClient } from "@azure/arm-compute";
import { type Names, namesOf } from "./arm-id.ts";
import type { AzureConnection } from "./connection.ts";

export const collectionType = "restorePointCollections";
export const pointType = "restorePointCollections/restorePoints";
export const snapshotType = "snapshots";
export const diskPointType = "restorePointCollections/restorePoints/diskRestorePoints";

export interface Resource<Count extends keyof Names> {
  readonly client: ComputeManagementClient;
  /** Resource group, then the names from parent to child. */
  readonly path: readonly [resourceGroup: string, ...names: Names[Count]];
}

/**
 * @param type with as many names as `Count` says
 * @throws KluisError INPUT_INVALID when `id` is of another type or of a subscription outside the connection
 */
export function resourceOf<Count extends keyof Names>(
  azure: AzureConnection,
  id: string,
  type: string,
): Resource<Count> {
  const { subscriptionId, resourceGroup, names } = namesOf<Count>(id, type);
  return { client: azure.compute(subscriptionId), path: [resourceGroup, ...names] };
}
