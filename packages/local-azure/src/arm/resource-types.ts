/** The resource types that lie directly in a resource group, and how a call finds a resource. */
import type { Operation, RestorePoint, RestorePointCollection, State } from "../state/model.ts";
import type { ApiList } from "./api-version-lists.ts";
import { parentNotFound, resourceGroupNotFound, resourceNotFound } from "./errors.ts";
import { computeId, groupId, keyOf } from "./ids.ts";
import { type ArmCall, computeInGroup, computeInSubscription, param } from "./router.ts";

export interface ResourceType<T> {
  /** Name in ids and paths, and prefix of the operations: `disks` in `disks.get`. */
  name: string;
  /** Parameter of the routes that holds a resource's name: `disk` for `{disk}`. */
  parameter: string;
  api: ApiList;
  /** Path segment of the operations' polling URL. */
  family: Operation["family"];
  records(state: State): Record<string, T>;
}

/** What every resource in a resource group has. */
export interface Tracked {
  id: string;
  name: string;
  subscriptionId: string;
  resourceGroup: string;
  location: string;
  tags?: Record<string, string> | undefined;
}

export interface TrackedType extends ResourceType<Tracked> {
  namespace: string;
}

type Records<T> = (state: State) => Record<string, T>;

/** All types below, for lists of resources and for what concerns any resource. */
const tracked: TrackedType[] = [];

function computeType<T extends Tracked>(
  name: string,
  parameter: string,
  records: Records<T>,
): ResourceType<T> {
  const type: ResourceType<T> = { name, parameter, api: "compute", family: "operations", records };
  tracked.push({ ...type, namespace: "Microsoft.Compute" });
  return type;
}

/** A type of the disk provider, which has separate api-versions and polling URLs. */
function diskProviderType<T extends Tracked>(
  name: string,
  parameter: string,
  records: Records<T>,
): ResourceType<T> {
  const type: ResourceType<T> = { name, parameter, api: "disks", family: "DiskOperations", records };
  tracked.push({ ...type, namespace: "Microsoft.Compute" });
  return type;
}

/** Adds a type of another provider to the lists of resources. */
export function trackType(type: TrackedType): void {
  tracked.push(type);
}

export function trackedTypes(): readonly TrackedType[] {
  return tracked;
}

/** Segments of the id of a resource in a resource group: /subscriptions/S/resourceGroups/G/providers/N/T/NAME. */
const TRACKED_ID_SEGMENTS = 8;

/** The resource that an id names or is below, with its type. */
export function findTracked(state: State, id: string): { type: TrackedType; resource: Tracked } | undefined {
  const segments = id.split("/").filter((segment) => segment !== "");
  if (segments.length < TRACKED_ID_SEGMENTS) return undefined;
  const key = keyOf(`/${segments.slice(0, TRACKED_ID_SEGMENTS).join("/")}`);
  const name = segments[6]?.toLowerCase();
  for (const type of tracked) {
    if (type.name.toLowerCase() !== name) continue;
    const resource = type.records(state)[key];
    if (resource) return { type, resource };
  }
  return undefined;
}

export const vmType = computeType("virtualMachines", "vm", (state) => state.vms);
export const collectionType = computeType(
  "restorePointCollections",
  "collection",
  (state) => state.collections,
);
export const availabilitySetType = computeType(
  "availabilitySets",
  "availabilitySet",
  (state) => state.availabilitySets,
);
export const diskType = diskProviderType("disks", "disk", (state) => state.disks);
export const snapshotType = diskProviderType("snapshots", "snapshot", (state) => state.snapshots);
export const diskEncryptionSetType = diskProviderType(
  "diskEncryptionSets",
  "encryptionSet",
  (state) => state.diskEncryptionSets,
);
export const diskAccessType = diskProviderType("diskAccesses", "diskAccess", (state) => state.diskAccesses);

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
  throw parentNotFound("read", "restorePointCollections/restorePoints", idOf(call, collectionType));
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
