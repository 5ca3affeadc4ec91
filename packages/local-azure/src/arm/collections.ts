import { randomUUID } from "node:crypto";
import type { RestorePointCollection as CollectionModel } from "@azure/arm-compute";
import { z } from "zod";
import { liveGrants } from "../blob/target.ts";
import type { RestorePoint, RestorePointCollection } from "../state/model.ts";
import type { World } from "../world.ts";
import {
  diskRestorePointInUse,
  invalidParameter,
  propertyChangeNotAllowed,
  resourceNotFound,
} from "./errors.ts";
import { keyOf } from "./ids.ts";
import { inScope, page } from "./lists.ts";
import { accepted } from "./long-running.ts";
import { collectionOf, groupOf, idOf } from "./resource-types.ts";
import { restorePointBody } from "./restore-point-body.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";
import { expandOf } from "./vm-body.ts";
import type { ArmResource } from "./wire.ts";

const scopePattern = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute";
const one = `${scopePattern}/restorePointCollections/{collection}`;

type Body = ArmResource<CollectionModel, "id" | "name" | "type" | "location" | "tags">;

function collectionBody(world: World, collection: RestorePointCollection, withPoints = false): object {
  const points = pointsOf(world, collection).map((point) => restorePointBody(world, point));
  const body: Body = {
    id: collection.id,
    name: collection.name,
    type: "Microsoft.Compute/restorePointCollections",
    location: collection.location,
    ...(collection.tags ? { tags: collection.tags } : {}),
    properties: {
      source: { id: collection.sourceVmId, location: collection.location },
      provisioningState: collection.provisioningState,
      restorePointCollectionId: collection.collectionId,
    },
  };
  return withPoints ? { ...body, properties: { ...body.properties, restorePoints: points } } : body;
}

/** Restore points of a collection, oldest first. */
export function pointsOf(world: World, collection: RestorePointCollection): RestorePoint[] {
  return Object.values(world.state.restorePoints)
    .filter((point) => keyOf(point.collectionId) === keyOf(collection.id))
    .sort((a, b) => a.timeCreated - b.timeCreated);
}

const putBody = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.object({ source: z.object({ id: z.string() }) }),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const group = groupOf(call);
  const name = param(call, "collection");
  if (!/^[\w.-]{1,80}$/.test(name))
    throw invalidParameter(
      "The entity name 'restorePointCollectionName' is invalid according to its validation rule.",
    );
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidParameter("Required parameters 'location' and 'properties.source.id' are needed.");
  const id = idOf(call, "restorePointCollections", name);
  const existing = world.state.collections[keyOf(id)];
  const { source } = body.data.properties;
  if (existing) {
    if (keyOf(existing.sourceVmId) !== keyOf(source.id))
      throw propertyChangeNotAllowed("Changing property 'restorePointCollection.source.id' is not allowed.");
    if (body.data.tags) existing.tags = body.data.tags;
    await world.store.flush();
    return { status: 200, body: collectionBody(world, existing) };
  }
  const vm = world.state.vms[keyOf(source.id)];
  if (!vm) throw resourceNotFound("Microsoft.Compute/virtualMachines", source.id, group.group);
  const location = body.data.location.toLowerCase().replaceAll(" ", "");
  if (location !== vm.location)
    throw invalidParameter(
      `The restore point collection must be in the location of its VM, '${vm.location}'.`,
    );
  const collection: RestorePointCollection = {
    id,
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location,
    ...(body.data.tags ? { tags: body.data.tags } : {}),
    collectionId: randomUUID(),
    sourceVmId: vm.id,
    provisioningState: "Succeeded",
  };
  world.state.collections[keyOf(id)] = collection;
  await world.store.flush();
  return { status: 201, body: collectionBody(world, collection) };
}

async function patch(call: ArmCall): Promise<ArmReply> {
  const collection = collectionOf(call);
  const body = z.object({ tags: z.record(z.string(), z.string()).optional() }).safeParse(call.body);
  if (!body.success) throw invalidParameter("The value of parameter 'tags' is invalid.");
  if (body.data.tags) collection.tags = body.data.tags;
  await call.world.store.flush();
  return { status: 200, body: collectionBody(call.world, collection) };
}

function list(call: ArmCall, group?: string): ArmReply {
  const scope = { subscriptionId: param(call, "subscription"), ...(group === undefined ? {} : { group }) };
  return page(call, inScope(call.world.state.collections, scope), (item) => collectionBody(call.world, item));
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  if (!world.state.collections[keyOf(idOf(call, "restorePointCollections", param(call, "collection")))])
    return { status: 204 };
  const collection = collectionOf(call);
  for (const point of pointsOf(world, collection)) refuseInUse(world, point);
  collection.provisioningState = "Deleting";
  return accepted(call, {
    kind: "restorePointCollections.delete",
    family: "operations",
    location: collection.location,
    target: collection.id,
  });
}

/** A restore point whose disks are being read cannot be deleted. @throws ArmError */
export function refuseInUse(world: World, point: RestorePoint): void {
  const used = point.disks.find((disk) => liveGrants(world.state, disk.id, world.clock.now()).length > 0);
  if (used)
    throw diskRestorePointInUse(
      `Disk restore point '${used.name}' has an active shared access signature. Revoke the access and try again.`,
    );
}

export const collectionRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.Compute/restorePointCollections",
    operation: "restorePointCollections.listAll",
    api: "compute",
    handle: (call) => list(call),
  },
  {
    method: "GET",
    pattern: `${scopePattern}/restorePointCollections`,
    operation: "restorePointCollections.list",
    api: "compute",
    handle: (call) => list(call, param(call, "group")),
  },
  {
    method: "GET",
    pattern: one,
    operation: "restorePointCollections.get",
    api: "compute",
    handle: (call) => ({
      status: 200,
      body: collectionBody(call.world, collectionOf(call), expandOf(call.query).has("restorepoints")),
    }),
  },
  {
    method: "PUT",
    pattern: one,
    operation: "restorePointCollections.createOrUpdate",
    api: "compute",
    handle: put,
  },
  {
    method: "PATCH",
    pattern: one,
    operation: "restorePointCollections.update",
    api: "compute",
    handle: patch,
  },
  {
    method: "DELETE",
    pattern: one,
    operation: "restorePointCollections.delete",
    api: "compute",
    handle: remove,
  },
];

export function registerCollectionWork(world: World): void {
  world.operations.register(
    "restorePointCollections.delete",
    async (operation) => {
      const key = keyOf(operation.target);
      const collection = world.state.collections[key];
      if (collection)
        for (const point of pointsOf(world, collection)) delete world.state.restorePoints[keyOf(point.id)];
      delete world.state.collections[key];
      await world.store.flush();
      await world.layers.collect();
      return undefined;
    },
    (operation) => {
      const kept = world.state.collections[keyOf(operation.target)];
      if (kept) kept.provisioningState = "Succeeded";
    },
  );
}
