/** Disk accesses: the private endpoints through which the bytes of disks can be reached. */
import type { DiskAccess as AccessModel } from "@azure/arm-compute";
import { z } from "zod";
import { isoTime } from "../../clock.ts";
import { extendedLocationSchema } from "../../state/disk-facts.ts";
import type { DiskAccess } from "../../state/disk-resources.ts";
import { type State, tagsSchema } from "../../state/model.ts";
import { parseBody } from "../body.ts";
import { invalidParameter, operationNotAllowed } from "../errors.ts";
import { isResourceName, keyOf, regionOf } from "../ids.ts";
import { createWork, deleteResource, deleteWork } from "../lifecycle.ts";
import { listResources } from "../lists.ts";
import { started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import { diskAccessType, findResource, groupOf, idOf, pathsOf, resourceOf } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { type ArmResource, envelope } from "../wire.ts";
import { notFound } from "./disk-errors.ts";
import {
  connectionBodies,
  connectionWork,
  deleteConnection,
  getConnection,
  listConnections,
  updateConnection,
} from "./private-endpoint-connections.ts";

const type = diskAccessType;
const { inSubscription, inGroup, one } = pathsOf(type);
const connection = `${one}/privateEndpointConnections/{connection}`;
const names = { parameter: "diskAccess" };

const readOnly = z.unknown().exactOptional();
const putSchema = z.strictObject({
  id: readOnly,
  name: readOnly,
  type: readOnly,
  systemData: readOnly,
  location: z.string(),
  tags: tagsSchema,
  extendedLocation: extendedLocationSchema.exactOptional(),
  properties: z
    .strictObject({
      privateEndpointConnections: readOnly,
      provisioningState: readOnly,
      timeCreated: readOnly,
    })
    .exactOptional(),
});
const patchSchema = z.strictObject({ tags: tagsSchema });

type AccessBody = ArmResource<AccessModel, "id" | "name" | "type" | "location" | "tags" | "extendedLocation">;
/** On the wire a connection has its `properties` again; the SDK's model lifts them. */
function accessBody(access: DiskAccess): Omit<AccessBody, "properties"> & { properties: object } {
  const connections = connectionBodies(access);
  return {
    ...envelope(type, access),
    ...(access.extendedLocation ? { extendedLocation: access.extendedLocation } : {}),
    properties: {
      ...(connections.length > 0 ? { privateEndpointConnections: connections } : {}),
      provisioningState: access.provisioningState === "Creating" ? "Updating" : access.provisioningState,
      timeCreated: isoTime(access.timeCreated),
    },
  };
}

/** The 202 of a PUT or PATCH has neither an id nor properties. */
function askedBody(access: DiskAccess): object {
  const { name, type: resourceType, location, tags } = envelope(type, access);
  return { name, type: resourceType, location, tags };
}

/** The disk access of an id in a region. @throws ArmError 404 */
export function usableAccess(state: State, id: string, location: string): DiskAccess {
  const access = state.diskAccesses[keyOf(id)];
  if (!access || access.location !== location) throw notFound(id);
  return access;
}

async function put(call: ArmCall): Promise<ArmReply> {
  const name = param(call, type.parameter);
  const group = groupOf(call);
  if (!isResourceName(name)) throw invalidParameter(`The disk access name '${name}' is invalid.`);
  const body = parseBody(putSchema, call.body, names);
  const existing = findResource(call, type);
  if (existing) return change(call, existing, body.tags);
  const access: DiskAccess = {
    id: idOf(call, type),
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location: regionOf(body.location),
    ...(body.tags ? { tags: body.tags } : {}),
    ...(body.extendedLocation ? { extendedLocation: body.extendedLocation } : {}),
    timeCreated: call.world.clock.now(),
    provisioningState: "Creating",
  };
  call.world.state.diskAccesses[keyOf(access.id)] = access;
  const work = { kind: `${type.name}.create`, family: type.family, on: access };
  return started(call, work, { status: 202, body: askedBody(access) });
}

function patch(call: ArmCall): Promise<ArmReply> {
  return change(call, resourceOf(call, type), parseBody(patchSchema, call.body, names).tags);
}

function change(call: ArmCall, access: DiskAccess, tags: DiskAccess["tags"] | undefined): Promise<ArmReply> {
  if (tags) access.tags = tags;
  access.provisioningState = "Updating";
  const work = { kind: `${type.name}.update`, family: type.family, on: access };
  return started(call, work, { status: 202, body: askedBody(access) });
}

function remove(call: ArmCall): Promise<ArmReply> {
  const { state } = call.world;
  return deleteResource(call, type, (access) => {
    const user = [...Object.values(state.disks), ...Object.values(state.snapshots)].find(
      ({ diskAccessId }) => diskAccessId !== undefined && keyOf(diskAccessId) === keyOf(access.id),
    );
    if (user)
      throw operationNotAllowed(
        `Disk access '${access.name}' cannot be deleted because it is associated with '${user.id}'.`,
      );
  });
}

const list = (call: ArmCall): ArmReply => listResources(call, type, accessBody);

function linkResources(call: ArmCall): ArmReply {
  const access = resourceOf(call, type);
  const value = [
    {
      id: `${access.id}/privateLinkResources/disks`,
      name: "disks",
      type: "Microsoft.Compute/diskAccesses/privateLinkResources",
      properties: {
        groupId: "disks",
        requiredMembers: ["diskAccess_1"],
        requiredZoneNames: ["privatelink.blob.core.windows.net"],
      },
    },
  ];
  return { status: 200, body: { value } };
}

export const diskAccesses: ArmPart = {
  routes: routes(type, {
    list: ["GET", inSubscription, list],
    listByResourceGroup: ["GET", inGroup, list],
    get: ["GET", one, (call) => ({ status: 200, body: accessBody(resourceOf(call, type)) })],
    createOrUpdate: ["PUT", one, put],
    update: ["PATCH", one, patch],
    delete: ["DELETE", one, remove],
    listPrivateEndpointConnections: ["GET", `${one}/privateEndpointConnections`, listConnections],
    getAPrivateEndpointConnection: ["GET", connection, getConnection],
    updateAPrivateEndpointConnection: ["PUT", connection, updateConnection],
    deleteAPrivateEndpointConnection: ["DELETE", connection, deleteConnection],
    getPrivateLinkResources: ["GET", `${one}/privateLinkResources`, linkResources],
  }),
  work: {
    "diskAccesses.create": createWork(type, (_, access) => accessBody(access)),
    "diskAccesses.update": createWork(type, (_, access) => accessBody(access)),
    "diskAccesses.delete": deleteWork(type),
    ...connectionWork,
  },
};
