/** Restore point collections: the container of one VM's restore points. */
import { randomUUID } from "node:crypto";
import type { RestorePointCollection as CollectionModel } from "@azure/arm-compute";
import { z } from "zod";
import { liveGrants } from "../blob/target.ts";
import { type RestorePoint, type RestorePointCollection, tagsSchema } from "../state/model.ts";
import type { World } from "../world.ts";
import {
  diskRestorePointInUse,
  invalidParameter,
  propertyChangeNotAllowed,
  resourceNotFound,
} from "./errors.ts";
import { isResourceName, keyOf, regionOf } from "./ids.ts";
import { deleteResource, deleteWork, patchTags } from "./lifecycle.ts";
import { listResources } from "./lists.ts";
import type { ArmPart } from "./part.ts";
import { collectionType, findResource, groupOf, idOf, pathsOf, resourceOf } from "./resource-types.ts";
import { restorePointBody } from "./restore-point-body.ts";
import { type ArmCall, type ArmReply, expandOf, param, routes } from "./router.ts";
import { type ArmResource, envelope } from "./wire.ts";

const { inSubscription, inGroup, one } = pathsOf(collectionType);

type Body = ArmResource<CollectionModel, "id" | "name" | "type" | "location" | "tags">;

function collectionBody(collection: RestorePointCollection): Body {
  return {
    ...envelope(collectionType, collection),
    properties: {
      source: { id: collection.sourceVmId, location: collection.location },
      provisioningState: collection.provisioningState,
      restorePointCollectionId: collection.collectionId,
    },
  };
}

/** Restore points of a collection, oldest first. */
export function pointsOf(world: World, collection: RestorePointCollection): RestorePoint[] {
  return Object.values(world.state.restorePoints)
    .filter((point) => keyOf(point.collectionId) === keyOf(collection.id))
    .sort((a, b) => a.timeCreated - b.timeCreated);
}

function get(call: ArmCall): ArmReply {
  const collection = resourceOf(call, collectionType);
  const body = collectionBody(collection);
  if (!expandOf(call).has("restorepoints")) return { status: 200, body };
  const restorePoints = pointsOf(call.world, collection).map((point) => restorePointBody(point));
  return { status: 200, body: { ...body, properties: { ...body.properties, restorePoints } } };
}

const putBody = z.object({
  location: z.string(),
  tags: tagsSchema,
  properties: z.object({ source: z.object({ id: z.string() }) }),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const group = groupOf(call);
  const name = param(call, "collection");
  if (!isResourceName(name))
    throw invalidParameter(
      "The entity name 'restorePointCollectionName' is invalid according to its validation rule.",
    );
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidParameter("Required parameters 'location' and 'properties.source.id' are needed.");
  const { source } = body.data.properties;
  const existing = findResource(call, collectionType);
  if (existing) {
    if (keyOf(existing.sourceVmId) !== keyOf(source.id))
      throw propertyChangeNotAllowed("Changing property 'restorePointCollection.source.id' is not allowed.");
    if (body.data.tags) existing.tags = body.data.tags;
    await world.store.flush();
    return { status: 200, body: collectionBody(existing) };
  }
  const vm = world.state.vms[keyOf(source.id)];
  if (!vm) throw resourceNotFound("Microsoft.Compute/virtualMachines", source.id, group.group);
  const location = regionOf(body.data.location);
  if (location !== vm.location)
    throw invalidParameter(
      `The restore point collection must be in the location of its VM, '${vm.location}'.`,
    );
  const collection: RestorePointCollection = {
    id: idOf(call, collectionType),
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location,
    ...(body.data.tags ? { tags: body.data.tags } : {}),
    collectionId: randomUUID(),
    sourceVmId: vm.id,
    provisioningState: "Succeeded",
  };
  world.state.collections[keyOf(collection.id)] = collection;
  await world.store.flush();
  return { status: 201, body: collectionBody(collection) };
}

/** Refuses the deletion of a restore point while one of its disks is open. @throws ArmError */
export function refuseInUse(world: World, point: RestorePoint): void {
  const used = point.disks.find((disk) => liveGrants(world.state, disk.id, world.clock.now()).length > 0);
  if (used)
    throw diskRestorePointInUse(
      `Disk restore point '${used.name}' has an active shared access signature. Revoke the access and try again.`,
    );
}

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, collectionType, (collection) => {
    for (const point of pointsOf(call.world, collection)) refuseInUse(call.world, point);
  });
}

export const collections: ArmPart = {
  routes: routes(collectionType, {
    listAll: ["GET", inSubscription, (call) => listResources(call, collectionType, collectionBody)],
    list: ["GET", inGroup, (call) => listResources(call, collectionType, collectionBody)],
    get: ["GET", one, get],
    createOrUpdate: ["PUT", one, put],
    update: ["PATCH", one, (call) => patchTags(call, resourceOf(call, collectionType), collectionBody)],
    delete: ["DELETE", one, remove],
  }),
  work: {
    "restorePointCollections.delete": deleteWork(collectionType, {
      release: (world, collection) => {
        for (const point of pointsOf(world, collection)) delete world.state.restorePoints[keyOf(point.id)];
      },
    }),
  },
};
