import type { Disk, RestorePoint, RestorePointCollection, Snapshot, Vm } from "../state/model.ts";
import { parentNotFound, resourceGroupNotFound, resourceNotFound } from "./errors.ts";
import { computeId, groupId, keyOf } from "./ids.ts";
import { type ArmCall, param } from "./router.ts";

/** The resource group of a call. @throws ArmError 404 */
export function groupOf(call: ArmCall): { subscriptionId: string; group: string; location: string } {
  const subscriptionId = param(call, "subscription");
  const found = call.world.state.resourceGroups[keyOf(groupId(subscriptionId, param(call, "group")))];
  if (!found) throw resourceGroupNotFound(param(call, "group"));
  return { subscriptionId: found.subscriptionId, group: found.name, location: found.location };
}

/** The id that a call's resource has or would have. */
export function idOf(call: ArmCall, type: string, name: string): string {
  return computeId(groupOf(call), type, name);
}

export function vmOf(call: ArmCall): Vm {
  const name = param(call, "vm");
  const vm = call.world.state.vms[keyOf(idOf(call, "virtualMachines", name))];
  if (!vm) throw resourceNotFound("Microsoft.Compute/virtualMachines", name, param(call, "group"));
  return vm;
}

export function diskOf(call: ArmCall): Disk {
  const name = param(call, "disk");
  const disk = call.world.state.disks[keyOf(idOf(call, "disks", name))];
  if (!disk) throw resourceNotFound("Microsoft.Compute/disks", name, param(call, "group"));
  return disk;
}

export function snapshotOf(call: ArmCall): Snapshot {
  const name = param(call, "snapshot");
  const snapshot = call.world.state.snapshots[keyOf(idOf(call, "snapshots", name))];
  if (!snapshot) throw resourceNotFound("Microsoft.Compute/snapshots", name, param(call, "group"));
  return snapshot;
}

/** The collection that a call names; as a parent its absence has another code. */
export function collectionOf(call: ArmCall, as: "self" | "parent" = "self"): RestorePointCollection {
  const name = param(call, "collection");
  const collection = call.world.state.collections[keyOf(idOf(call, "restorePointCollections", name))];
  if (collection) return collection;
  if (as === "parent") throw parentNotFound("Microsoft.Compute/restorePointCollections/restorePoints", name);
  throw resourceNotFound("Microsoft.Compute/restorePointCollections", name, param(call, "group"));
}

export function restorePointOf(call: ArmCall): RestorePoint {
  const collection = collectionOf(call, "parent");
  const name = param(call, "point");
  const point = call.world.state.restorePoints[keyOf(`${collection.id}/restorePoints/${name}`)];
  if (!point) {
    const path = `${collection.name}/${name}`;
    throw resourceNotFound(
      "Microsoft.Compute/restorePointCollections/restorePoints",
      path,
      param(call, "group"),
    );
  }
  return point;
}
