/** The resource types that lie directly in a resource group, and how a call finds a resource. */
import type { Operation, RestorePoint, RestorePointCollection, State } from "../state/model.ts";
import { parentNotFound, resourceGroupNotFound, resourceNotFound } from "./errors.ts";
import { computeId, groupId, keyOf } from "./ids.ts";
import { type ArmCall, type ArmRoute, computeInGroup, computeInSubscription, param } from "./router.ts";

export interface ResourceType<T> {
  /** Name in ids and paths, and prefix of the operations: `disks` in `disks.get`. */
  name: string;
  /** Parameter of the routes that holds a resource's name: `disk` for `{disk}`. */
  parameter: string;
  api: ArmRoute["api"];
  /** Path segment of the operations' polling URL. */
  family: Operation["family"];
  records(state: State): Record<string, T>;
}

type Records<T> = (state: State) => Record<string, T>;

function computeType<T>(name: string, parameter: string, records: Records<T>): ResourceType<T> {
  return { name, parameter, api: "compute", family: "operations", records };
}

/** A type of the disk provider, which has separate api-versions and polling URLs. */
function diskProviderType<T>(name: string, parameter: string, records: Records<T>): ResourceType<T> {
  return { name, parameter, api: "disks", family: "DiskOperations", records };
}

export const vmType = computeType("virtualMachines", "vm", (state) => state.vms);
export const collectionType = computeType(
  "restorePointCollections",
  "collection",
  (state) => state.collections,
);
export const diskType = diskProviderType("disks", "disk", (state) => state.disks);
export const snapshotType = diskProviderType("snapshots", "snapshot", (state) => state.snapshots);

/** The routes' patterns of a type: all of a subscription, all of a resource group, one resource. */
export function pathsOf<T>(type: ResourceType<T>): { inSubscription: string; inGroup: string; one: string } {
  const inGroup = `${computeInGroup}/${type.name}`;
  return {
    inSubscription: `${computeInSubscription}/${type.name}`,
    inGroup,
    one: `${inGroup}/{${type.parameter}}`,
  };
}

/** The resource group of a call. @throws ArmError 404 */
export function groupOf(call: ArmCall): { subscriptionId: string; group: string; location: string } {
  const subscriptionId = param(call, "subscription");
  const found = call.world.state.resourceGroups[keyOf(groupId(subscriptionId, param(call, "group")))];
  if (!found) throw resourceGroupNotFound(param(call, "group"));
  return { subscriptionId: found.subscriptionId, group: found.name, location: found.location };
}

/** The id of the resource that a call names, existing or not. @throws ArmError 404: no group */
export function idOf<T>(call: ArmCall, type: ResourceType<T>): string {
  return computeId(groupOf(call), type.name, param(call, type.parameter));
}

/** The resource that a call names, or undefined. @throws ArmError 404: no group */
export function findResource<T>(call: ArmCall, type: ResourceType<T>): T | undefined {
  return type.records(call.world.state)[keyOf(idOf(call, type))];
}

/** The resource that a call names. @throws ArmError 404 */
export function resourceOf<T>(call: ArmCall, type: ResourceType<T>): T {
  const found = findResource(call, type);
  if (found) return found;
  throw resourceNotFound(`Microsoft.Compute/${type.name}`, param(call, type.parameter), param(call, "group"));
}

/** The collection of a restore point call. @throws ArmError 404 with the code for parents */
export function parentCollectionOf(call: ArmCall): RestorePointCollection {
  const collection = findResource(call, collectionType);
  if (collection) return collection;
  throw parentNotFound(
    "Microsoft.Compute/restorePointCollections/restorePoints",
    param(call, collectionType.parameter),
  );
}

/** The restore point that a call names, or undefined. @throws ArmError 404: no collection */
export function findRestorePoint(call: ArmCall): RestorePoint | undefined {
  const collection = parentCollectionOf(call);
  return call.world.state.restorePoints[keyOf(`${collection.id}/restorePoints/${param(call, "point")}`)];
}

/** The restore point that a call names. @throws ArmError 404 */
export function restorePointOf(call: ArmCall): RestorePoint {
  const point = findRestorePoint(call);
  if (point) return point;
  throw resourceNotFound(
    "Microsoft.Compute/restorePointCollections/restorePoints",
    `${parentCollectionOf(call).name}/${param(call, "point")}`,
    param(call, "group"),
  );
}
