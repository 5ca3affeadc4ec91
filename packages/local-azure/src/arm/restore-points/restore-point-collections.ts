/** Restore point collections: the container of one VM's restore points. */
import { randomUUID } from "node:crypto";
import type { RestorePointCollection as CollectionModel } from "@azure/arm-compute";
import { z } from "zod";
import { liveGrants } from "../../blob/target.ts";
import { type RestorePoint, type RestorePointCollection, tagsSchema, type Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { requireLinked } from "../authorization/linked.ts";
import { parseBody } from "../body.ts";
import {
  ArmError,
  diskRestorePointInUse,
  invalidParameter,
  propertyChangeNotAllowed,
  resourceNotFound,
} from "../errors.ts";
import { isResourceName, keyOf, nameOf, regionOf } from "../ids.ts";
import { deleteResource, deleteWork } from "../lifecycle.ts";
import { listResources } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { collectionType, findResource, groupOf, idOf, pathsOf, resourceOf } from "../resource-types.ts";
import { type ArmCall, type ArmReply, expandOf, param, routes } from "../router.ts";
import { type ArmResource, envelope } from "../wire.ts";
import { fromOldest } from "./oldest-version.ts";
import { restorePointBody } from "./restore-point-body.ts";

const { inSubscription, inGroup, one } = pathsOf(collectionType);

type Body = ArmResource<CollectionModel, "id" | "name" | "type" | "location" | "tags">;

function collectionBody(collection: RestorePointCollection): Body {
  return {
    ...envelope(collectionType, collection),
    properties: {
      source: { id: sourceIdOf(collection), location: collection.sourceLocation ?? collection.location },
      provisioningState: collection.provisioningState,
      restorePointCollectionId: collection.collectionId,
      ...(collection.instantAccess === undefined ? {} : { instantAccess: collection.instantAccess }),
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
  const restorePoints = pointsOf(call.world, collection).map((point) => restorePointBody(call.world, point));
  return { status: 200, body: { ...body, properties: { ...body.properties, restorePoints } } };
}

const readOnly = {
  // Read-only: taken and ignored, as Azure does.
  id: z.unknown().optional(),
  name: z.unknown().optional(),
  type: z.unknown().optional(),
  systemData: z.unknown().optional(),
};
const readOnlyProperties = {
  provisioningState: z.unknown().optional(),
  restorePointCollectionId: z.unknown().optional(),
  restorePoints: z.unknown().optional(),
};
const source = z.strictObject({ id: z.string(), location: z.unknown().optional() });

const putBody = z.strictObject({
  ...readOnly,
  location: z.string(),
  tags: tagsSchema,
  properties: z.strictObject({
    ...readOnlyProperties,
    source,
    instantAccess: z.boolean().optional(),
  }),
});

const patchBody = z.strictObject({
  ...readOnly,
  location: z.unknown().optional(),
  tags: tagsSchema,
  properties: z
    .strictObject({
      ...readOnlyProperties,
      source: source.partial().optional(),
      instantAccess: z.boolean().optional(),
    })
    .optional(),
});

const names = { parameter: "restorePointCollection" };

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const group = groupOf(call);
  const name = param(call, "collection");
  if (!isResourceName(name))
    throw invalidParameter(
      "The entity name 'restorePointCollectionName' is invalid according to its validation rule.",
    );
  const body = parseBody(putBody, call.body, names);
  const existing = findResource(call, collectionType);
  if (existing) {
    refuseOtherSource(existing, body.properties.source.id);
    if (regionOf(body.location) !== existing.location)
      throw new ArmError(
        { status: 409, code: "InvalidResourceLocation" },
        `The resource '${name}' already exists in location '${existing.location}' in resource group '${group.group}'. A resource with the same name cannot be created in location '${regionOf(body.location)}'. Please select a new resource name.`,
      );
    existing.tags = body.tags;
    if (body.properties.instantAccess !== undefined) existing.instantAccess = body.properties.instantAccess;
    await world.store.flush();
    return { status: 200, body: collectionBody(existing) };
  }
  const location = regionOf(body.location);
  const source = sourceOf(call, body.properties.source.id, location);
  const { instantAccess } = body.properties;
  const collection: RestorePointCollection = {
    id: idOf(call, collectionType),
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location,
    ...(body.tags ? { tags: body.tags } : {}),
    collectionId: randomUUID(),
    ...source,
    ...(instantAccess === undefined ? {} : { instantAccess }),
    provisioningState: "Succeeded",
  };
  world.state.collections[keyOf(collection.id)] = collection;
  await world.store.flush();
  return { status: 201, body: collectionBody(collection) };
}

type Source = Pick<RestorePointCollection, "sourceVmId" | "sourceCollectionId" | "sourceLocation">;

/** A VM, or a collection of another region whose points are copied. @throws ArmError */
function sourceOf(call: ArmCall, id: string, location: string): Source {
  if (!/\/restorePointCollections\/[^/]+$/i.test(id)) return { sourceVmId: sourceVm(call, id, location).id };
  const found = call.world.state.collections[keyOf(id)];
  if (!found)
    throw resourceNotFound("Microsoft.Compute/restorePointCollections", nameOf(id), groupOf(call).group);
  requireLinked(call, "Microsoft.Compute/restorePointCollections/read", found.id);
  if (found.location === location)
    throw invalidParameter(
      `The restore point collection must be in another location than its source, '${found.location}'.`,
    );
  return { sourceVmId: found.sourceVmId, sourceCollectionId: found.id, sourceLocation: found.location };
}

function sourceIdOf({ sourceCollectionId, sourceVmId }: RestorePointCollection): string {
  return sourceCollectionId ?? sourceVmId;
}

/** The VM that a new collection is for: in its subscription and region. @throws ArmError */
function sourceVm(call: ArmCall, id: string, location: string): Vm {
  const { subscriptionId, group } = groupOf(call);
  const [, subscription] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/providers\/Microsoft.Compute\/virtualMachines\/[^/]+$/i.exec(
      id,
    ) ?? [];
  if (subscription === undefined)
    throw invalidParameter(`The value '${id}' of parameter 'restorePointCollection.source.id' is invalid.`);
  if (subscription.toLowerCase() !== subscriptionId.toLowerCase())
    throw invalidParameter(
      `Subscription ${subscriptionId} of the request must match the subscription ${subscription} contained in the source id.`,
    );
  const vm = call.world.state.vms[keyOf(id)];
  if (!vm) throw resourceNotFound("Microsoft.Compute/virtualMachines", nameOf(id), group);
  if (location !== vm.location)
    throw invalidParameter(
      `The restore point collection must be in the location of its VM, '${vm.location}'.`,
    );
  requireLinked(call, "Microsoft.Compute/virtualMachines/read", vm.id);
  return vm;
}

function refuseOtherSource(collection: RestorePointCollection, id: string | undefined): void {
  if (id !== undefined && keyOf(id) !== keyOf(sourceIdOf(collection)))
    throw propertyChangeNotAllowed("Changing property 'restorePointCollection.source.id' is not allowed.");
}

/** Changes tags and instant access; the source never changes. */
async function patch(call: ArmCall): Promise<ArmReply> {
  const collection = resourceOf(call, collectionType);
  const { tags, properties } = parseBody(patchBody, call.body, names);
  refuseOtherSource(collection, properties?.source?.id);
  if (tags) collection.tags = tags;
  if (properties?.instantAccess !== undefined) collection.instantAccess = properties.instantAccess;
  await call.world.store.flush();
  return { status: 200, body: collectionBody(collection) };
}

/** Refuses the deletion of a restore point while one of its disks is open. @throws ArmError */
export function refuseInUse(world: World, point: RestorePoint): void {
  const used = point.disks.find((disk) => liveGrants(world.state, disk.id, world.clock.now()).length > 0);
  if (used)
    throw diskRestorePointInUse(
      `There is an active shared access signature outstanding for disk restore point ${used.name}. Call EndGetAccess before deleting the restore point.`,
    );
}

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, collectionType, (collection) => {
    for (const point of pointsOf(call.world, collection)) refuseInUse(call.world, point);
  });
}

function list(call: ArmCall): ArmReply {
  return listResources(call, collectionType, collectionBody);
}

export const collections: ArmPart = {
  routes: routes(collectionType, {
    listAll: ["GET", inSubscription, fromOldest(list)],
    list: ["GET", inGroup, fromOldest(list)],
    get: ["GET", one, fromOldest(get)],
    createOrUpdate: ["PUT", one, fromOldest(put)],
    update: ["PATCH", one, fromOldest(patch)],
    delete: ["DELETE", one, fromOldest(remove)],
  }),
  work: {
    "restorePointCollections.delete": deleteWork(collectionType, {
      release: (world, collection) => {
        for (const point of pointsOf(world, collection)) delete world.state.restorePoints[keyOf(point.id)];
      },
    }),
  },
};
