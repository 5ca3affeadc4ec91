/** Managed disks: empty, uploaded, or copied from a disk, snapshot or disk restore point. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { findTarget } from "../blob/target.ts";
import { FOOTER_SIZE } from "../disks/vhd.ts";
import { networkAccessPolicySchema } from "../state/disk-facts.ts";
import { type Disk, osTypeSchema, tagsSchema } from "../state/model.ts";
import { GIB, MIB } from "../units.ts";
import type { World } from "../world.ts";
import { grantAccess, refuseWithAccess, revokeAccess } from "./access.ts";
import { diskBody } from "./disk-body.ts";
import { ArmError, invalidParameter, operationNotAllowed, propertyChangeNotAllowed } from "./errors.ts";
import { isResourceName, keyOf, regionOf } from "./ids.ts";
import { createWork, deleteResource, deleteWork } from "./lifecycle.ts";
import { listResources } from "./lists.ts";
import { started } from "./long-running.ts";
import type { ArmPart } from "./part.ts";
import { diskType, findResource, groupOf, idOf, pathsOf, resourceOf } from "./resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "./router.ts";

const { inSubscription, inGroup, one } = pathsOf(diskType);
/** Bounds of `uploadSizeBytes`, footer included (SDK: CreationData.uploadSizeBytes). */
const UPLOAD_MIN = 20_972_032;
const UPLOAD_MAX = 35_183_298_347_520;

const diskSizeGB = z.number().int().min(1).max(65_536).optional();
const putBody = z.object({
  location: z.string(),
  tags: tagsSchema,
  zones: z.array(z.string()).optional(),
  sku: z.object({ name: z.string() }).optional(),
  properties: z.object({
    osType: osTypeSchema.optional(),
    hyperVGeneration: z.enum(["V1", "V2"]).optional(),
    diskSizeGB,
    maxShares: z.number().int().min(1).optional(),
    networkAccessPolicy: networkAccessPolicySchema.default("AllowAll"),
    securityProfile: z.object({ securityType: z.string().optional() }).optional(),
    creationData: z.object({
      createOption: z.string(),
      sourceResourceId: z.string().optional(),
      uploadSizeBytes: z.number().optional(),
    }),
  }),
});
type PutBody = z.infer<typeof putBody>;

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const group = groupOf(call);
  const name = param(call, "disk");
  if (!isResourceName(name)) throw invalidParameter(`The disk name '${name}' is invalid.`);
  const parsed = putBody.safeParse(call.body);
  if (!parsed.success) throw invalidParameter(`The disk is not valid: ${z.prettifyError(parsed.error)}`);
  const existing = findResource(call, diskType);
  if (existing) return update(call, existing, parsed.data);
  // Checked before a layer is made; read again below.
  contentOf(world, parsed.data);
  const { osType, hyperVGeneration, maxShares, securityProfile, networkAccessPolicy } =
    parsed.data.properties;
  const layer = await world.layers.create();
  // During the wait another call may have created the disk, or a merge replaced the source's layer.
  const twin = findResource(call, diskType);
  if (twin) {
    await world.layers.abandon(layer);
    return update(call, twin, parsed.data);
  }
  const content = contentOf(world, parsed.data);
  const disk: Disk = {
    ...content.disk,
    id: idOf(call, diskType),
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location: regionOf(parsed.data.location),
    ...(parsed.data.tags ? { tags: parsed.data.tags } : {}),
    ...(parsed.data.zones ? { zones: parsed.data.zones } : {}),
    sku: parsed.data.sku?.name ?? "Standard_LRS",
    ...(osType ? { osType } : {}),
    ...(hyperVGeneration ? { hyperVGeneration } : {}),
    ...(maxShares === undefined ? {} : { maxShares }),
    ...(securityProfile?.securityType === undefined ? {} : { securityType: securityProfile.securityType }),
    networkAccessPolicy,
    uniqueId: randomUUID(),
    timeCreated: world.clock.now(),
    provisioningState: "Updating",
    writes: 0,
    layer,
  };
  await addDisk(world, disk, content);
  const work = { kind: "disks.create", family: diskType.family, on: disk };
  return started(call, work, { status: 202, body: diskBody(world, disk) });
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

interface Content {
  /** Layer that the disk starts from. */
  parent?: string;
  /** Key of the disk whose present content is copied. */
  copied?: string;
  disk: Pick<Disk, "sizeBytes" | "createOption"> & Partial<Disk>;
}

/** The content of a new disk, by its createOption. @throws ArmError */
function contentOf(world: World, body: PutBody): Content {
  const { createOption, sourceResourceId, uploadSizeBytes } = body.properties.creationData;
  const size = body.properties.diskSizeGB;
  switch (createOption) {
    case "Empty":
      if (size === undefined)
        throw invalidParameter("Required parameter 'disk.diskSizeGB' is missing (null).");
      return { disk: { sizeBytes: size * GIB, createOption } };
    case "Upload":
      return { disk: uploadDisk(uploadSizeBytes) };
    case "Copy":
    case "Restore":
      return copyOf(world, { createOption, sourceResourceId, diskSizeGB: size });
    default:
      throw invalidParameter(
        `The value '${createOption}' of parameter 'creationData.createOption' is not supported.`,
      );
  }
}

function uploadDisk(uploadSizeBytes: number | undefined): Content["disk"] {
  if (
    uploadSizeBytes === undefined ||
    !Number.isSafeInteger(uploadSizeBytes) ||
    uploadSizeBytes < UPLOAD_MIN ||
    uploadSizeBytes > UPLOAD_MAX
  ) {
    throw invalidParameter(
      `The value '${uploadSizeBytes}' of parameter 'creationData.uploadSizeBytes' is out of range. The value must be between '${UPLOAD_MIN}' and '${UPLOAD_MAX}', inclusive, with 512 bytes for the VHD footer.`,
    );
  }
  const sizeBytes = uploadSizeBytes - FOOTER_SIZE;
  if (sizeBytes % MIB !== 0)
    throw invalidParameter(
      "The size of the uploaded data (uploadSizeBytes - 512) must be a whole number of MiB.",
    );
  return { sizeBytes, createOption: "Upload", uploadSizeBytes, upload: "ReadyToUpload" };
}

function copyOf(
  world: World,
  wanted: {
    createOption: "Copy" | "Restore";
    sourceResourceId: string | undefined;
    diskSizeGB: number | undefined;
  },
): Content {
  const { createOption, sourceResourceId } = wanted;
  if (sourceResourceId === undefined)
    throw invalidParameter("Required parameter 'creationData.sourceResourceId' is missing (null).");
  const target = findTarget(world.state, sourceResourceId);
  if (!target)
    throw new ArmError(
      { status: 404, code: "ResourceNotFound" },
      `The source '${sourceResourceId}' was not found.`,
    );
  if ((createOption === "Restore") !== (target.kind === "diskRestorePoint"))
    throw invalidParameter(`'${createOption}' cannot create a disk from a ${target.kind}.`);
  const sizeBytes = Math.max(target.sizeBytes, (wanted.diskSizeGB ?? 0) * GIB);
  const source = { sourceResourceId: target.id, sourceUniqueId: target.uniqueId };
  const disk = { sizeBytes, createOption, ...source };
  if (target.kind !== "disk") return { parent: target.layer, disk };
  if (world.state.disks[keyOf(target.id)]?.upload !== undefined)
    throw operationNotAllowed(`Disk '${target.name}' is being uploaded.`);
  return { copied: keyOf(target.id), disk };
}

async function update(call: ArmCall, disk: Disk, body: PutBody): Promise<ArmReply> {
  if (body.properties.creationData.createOption !== disk.createOption)
    throw propertyChangeNotAllowed("Changing property 'creationData' is not allowed.");
  return change(call, disk, body);
}

const patchBody = z.object({
  tags: tagsSchema,
  properties: z.object({ diskSizeGB }).optional(),
});

function patch(call: ArmCall): Promise<ArmReply> {
  const body = patchBody.safeParse(call.body);
  if (!body.success) throw invalidParameter("The request body is invalid.");
  return change(call, resourceOf(call, diskType), body.data);
}

async function change(call: ArmCall, disk: Disk, body: z.infer<typeof patchBody>): Promise<ArmReply> {
  const size = (body.properties?.diskSizeGB ?? 0) * GIB;
  if (size > 0 && size < disk.sizeBytes && Math.ceil(disk.sizeBytes / GIB) * GIB !== size)
    throw operationNotAllowed("Disk cannot be resized to smaller size.");
  if (size > disk.sizeBytes) disk.sizeBytes = size;
  if (body.tags) disk.tags = body.tags;
  await call.world.store.flush();
  return { status: 200, body: diskBody(call.world, disk) };
}

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, diskType, (disk) => {
    if (disk.managedBy !== undefined)
      throw operationNotAllowed(`Disk ${disk.name} is attached to VM ${disk.managedBy}.`);
    refuseWithAccess(call.world, "Disk", disk);
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
  work: { "disks.create": createWork(diskType, diskBody), "disks.delete": deleteWork(diskType) },
};
