/** Managed disks: empty, uploaded, or copied from a disk, snapshot or disk restore point. */
import { randomUUID } from "node:crypto";
import type { Disk } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { invalidValue, parseBody } from "../body.ts";
import { invalidParameter, operationNotAllowed } from "../errors.ts";
import { isResourceName, keyOf, regionOf } from "../ids.ts";
import { createWork, deleteResource, deleteWork } from "../lifecycle.ts";
import { listResources } from "../lists.ts";
import { started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import { diskType, findResource, groupOf, idOf, pathsOf, resourceOf } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { grantAccess, refuseWithAccess, revokeAccess } from "./access.ts";
import { changedBody, changedProperties, diskBody, requestBody } from "./disk-body.ts";
import { changeDisk, refuseFixed } from "./disk-changes.ts";
import { type Content, contentOf, type Wanted } from "./disk-content.ts";
import { requireSources } from "./disk-linked.ts";
import {
  changesOf,
  type DiskPatch,
  type DiskPut,
  diskPatchSchema,
  diskPutSchema,
  plainDiskChanges,
} from "./disk-request.ts";
import { checkNetwork, checkSecurity, checkTuning, checkZones, diskSkuOf } from "./disk-rules.ts";
import { baselineTier, sizeGbOf } from "./disk-skus.ts";
import { checkEncryption, completeEncryption, needsKey } from "./encryption.ts";

const { inSubscription, inGroup, one } = pathsOf(diskType);
const names = { parameter: "disk" };
const DEFAULT_SKU = "Standard_LRS";

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  groupOf(call);
  const name = param(call, "disk");
  if (!isResourceName(name)) throw invalidParameter(`The disk name '${name}' is invalid.`);
  const body = parseBody(diskPutSchema, call.body, names);
  const existing = findResource(call, diskType);
  if (existing) return update(call, existing, body);
  requireSources(call, { ...body.properties.creationData, ...body.properties });
  const wanted = wantedOf(call, body);
  // Checked before a layer is made; read again below.
  newDisk(call, wanted, "");
  const layer = await world.layers.create();
  // During the wait another call may have created the disk, or a merge replaced the source's layer.
  const twin = findResource(call, diskType);
  if (twin) {
    await world.layers.abandon(layer);
    return update(call, twin, body);
  }
  const { disk, content } = newDisk(call, wanted, layer);
  await addDisk(world, disk, content);
  const work = { kind: "disks.create", family: diskType.family, on: disk };
  return started(call, work, { status: 202, body: requestBody(diskBody(world, disk), body.properties) });
}

function wantedOf(call: ArmCall, body: DiskPut): Wanted {
  const id = idOf(call, diskType);
  const location = regionOf(body.location);
  const sku = diskSkuOf(body.sku?.name ?? DEFAULT_SKU);
  if (body.extendedLocation) throw invalidValue("disk.extendedLocation", body.extendedLocation.name);
  checkZones(body.zones, { id, sku, location });
  return { id, name: param(call, "disk"), location, sku, zones: body.zones, body };
}

/** A disk as the body describes it, after all rules. @throws ArmError */
function newDisk(call: ArmCall, wanted: Wanted, layer: string): { disk: Disk; content: Content } {
  const { world } = call;
  const { subscriptionId, group } = groupOf(call);
  const { id, name, location, sku, zones, body } = wanted;
  const { hyperVGeneration, creationData } = body.properties;
  const content = contentOf(world, wanted);
  const disk: Disk = {
    ...content.disk,
    id,
    name,
    subscriptionId,
    resourceGroup: group,
    location,
    ...(body.tags ? { tags: body.tags } : {}),
    ...(zones && zones.length > 0 ? { zones: [...zones] } : {}),
    sku,
    ...plainDiskChanges(changesOf(body.properties)),
    ...(hyperVGeneration ? { hyperVGeneration } : {}),
    ...securityOf(call, wanted, content),
    ...encryptionOf(call, wanted),
    ...accessOf(call, wanted),
    ...(creationData.performancePlus === undefined ? {} : { performancePlus: creationData.performancePlus }),
    uniqueId: randomUUID(),
    timeCreated: world.clock.now(),
    provisioningState: "Creating",
    writes: 0,
    layer,
  };
  if (disk.burstingEnabled === true) disk.burstingEnabledTime = world.clock.now();
  if (disk.tier === baselineTier(sku, sizeGbOf(disk.sizeBytes))) delete disk.tier;
  checkTuning(disk);
  return { disk, content };
}

function securityOf(call: ArmCall, wanted: Wanted, content: Content): Partial<Disk> {
  const { securityProfile, creationData, hyperVGeneration, osType } = wanted.body.properties;
  if (!securityProfile) {
    if (creationData.createOption === "UploadPreparedSecure")
      throw invalidParameter("Required parameter 'disk.securityProfile' is missing (null).");
    return {};
  }
  const { securityType, secureVMDiskEncryptionSetId } = securityProfile;
  const inherits = content.disk.securityType !== undefined && securityType === content.disk.securityType;
  if (inherits) return {};
  const { subscriptionId } = groupOf(call);
  checkSecurity(call.world.state, securityProfile, {
    place: { subscriptionId, location: wanted.location },
    createOption: creationData.createOption,
    hyperVGeneration,
    osType,
  });
  return {
    ...(securityType === undefined ? {} : { securityType }),
    ...(secureVMDiskEncryptionSetId === undefined ? {} : { secureVMDiskEncryptionSetId }),
  };
}

function encryptionOf(call: ArmCall, wanted: Wanted): Pick<Disk, "encryption"> {
  const { encryption } = wanted.body.properties;
  if (!encryption) return {};
  const { subscriptionId } = groupOf(call);
  const { state } = call.world;
  const place = { subscriptionId, location: wanted.location };
  checkEncryption(state, encryption, { place, parameter: "disk.encryption" });
  return { encryption: completeEncryption(state, encryption) };
}

function accessOf(
  call: ArmCall,
  wanted: Wanted,
): Pick<Disk, "networkAccessPolicy" | "diskAccessId" | "publicNetworkAccess" | "dataAccessAuthMode"> {
  const {
    networkAccessPolicy = "AllowAll",
    diskAccessId,
    publicNetworkAccess,
    dataAccessAuthMode,
  } = wanted.body.properties;
  checkNetwork(call.world.state, { networkAccessPolicy, diskAccessId }, wanted.location);
  return {
    networkAccessPolicy,
    ...(diskAccessId === undefined ? {} : { diskAccessId }),
    ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
    ...(dataAccessAuthMode === undefined ? {} : { dataAccessAuthMode }),
  };
}

/** Adds the disk and its layer to the state. A copy freezes its source in the same tick. */
async function addDisk(world: World, disk: Disk, { parent, copied }: Content): Promise<void> {
  const add = (below: string | undefined): void => {
    world.state.layers[disk.layer] = below === undefined ? {} : { parent: below };
    world.state.disks[keyOf(disk.id)] = disk;
  };
  if (copied === undefined) return add(parent);
  await world.layers.withDisks([copied], () =>
    world.layers.freeze([copied], (frozen) => add(frozen.get(copied))),
  );
}

/** A PUT on an existing disk is an update. */
function update(call: ArmCall, disk: Disk, body: DiskPut): Promise<ArmReply> {
  refuseFixed(disk, body);
  const { tags, sku } = body;
  const properties = changesOf(body.properties);
  const patched = { ...(tags ? { tags } : {}), ...(sku ? { sku } : {}), properties };
  return change(call, disk, { body: patched, asked: body.properties });
}

function patch(call: ArmCall): Promise<ArmReply> {
  const body = parseBody(diskPatchSchema, call.body, names);
  return change(call, resourceOf(call, diskType), { body, asked: body.properties ?? {} });
}

function change(
  call: ArmCall,
  disk: Disk,
  { body, asked }: { body: DiskPatch; asked: NonNullable<DiskPatch["properties"]> },
): Promise<ArmReply> {
  const before = diskBody(call.world, disk).properties.tier;
  changeDisk(call.world, disk, body);
  const creating = disk.provisioningState === "Creating";
  if (!creating) disk.provisioningState = "Updating";
  // The tier follows the size at the end of the operation.
  const shown = changedProperties(disk, asked, before);
  const work = { kind: "disks.update", family: diskType.family, on: disk };
  return started(call, work, { status: 202, body: changedBody(diskBody(call.world, disk), shown) });
}

/** Ends a creation or an update; both need the customer's key. */
const finish = needsKey(diskType, createWork(diskType, diskBody));

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, diskType, (disk) => {
    if (disk.managedBy !== undefined)
      throw operationNotAllowed(`Disk ${disk.name} is attached to VM ${disk.managedBy}.`);
    refuseWithAccess(call.world, "disk", disk);
  });
}

function list(call: ArmCall): ArmReply {
  return listResources(call, diskType, (disk) => diskBody(call.world, disk));
}

export const disks: ArmPart = {
  routes: routes(diskType, {
    list: ["GET", inSubscription, list],
    listByResourceGroup: ["GET", inGroup, list],
    get: ["GET", one, (call) => ({ status: 200, body: diskBody(call.world, resourceOf(call, diskType)) })],
    createOrUpdate: ["PUT", one, put],
    update: ["PATCH", one, patch],
    delete: ["DELETE", one, remove],
    grantAccess: ["POST", `${one}/beginGetAccess`, (call) => grantAccess(call, resourceOf(call, diskType))],
    revokeAccess: ["POST", `${one}/endGetAccess`, (call) => revokeAccess(call, resourceOf(call, diskType))],
  }),
  work: { "disks.create": finish, "disks.update": finish, "disks.delete": deleteWork(diskType) },
};
