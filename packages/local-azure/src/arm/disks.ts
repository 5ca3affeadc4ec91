import { randomUUID } from "node:crypto";
import { z } from "zod";
import { findTarget, liveGrants } from "../blob/target.ts";
import { FOOTER_SIZE } from "../disks/vhd.ts";
import type { Disk } from "../state/model.ts";
import type { World } from "../world.ts";
import { beginGetAccess, endGetAccess } from "./access.ts";
import { diskBody } from "./disk-body.ts";
import { ArmError, invalidParameter, operationNotAllowed, propertyChangeNotAllowed } from "./errors.ts";
import { keyOf } from "./ids.ts";
import { inScope, page } from "./lists.ts";
import { accepted, beginOperation, operationHeaders } from "./long-running.ts";
import { diskOf, groupOf, idOf } from "./resource-types.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const one = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}";
/** Bounds of `uploadSizeBytes`, footer included (SDK: CreationData.uploadSizeBytes). */
const UPLOAD_MIN = 20_972_032;
const UPLOAD_MAX = 35_183_298_347_520;

const tags = z.record(z.string(), z.string()).optional();
const putBody = z.object({
  location: z.string(),
  tags,
  zones: z.array(z.string()).optional(),
  sku: z.object({ name: z.string() }).optional(),
  properties: z.object({
    osType: z.enum(["Linux", "Windows"]).optional(),
    hyperVGeneration: z.enum(["V1", "V2"]).optional(),
    diskSizeGB: z.number().int().min(1).max(65_536).optional(),
    maxShares: z.number().int().min(1).optional(),
    networkAccessPolicy: z.enum(["AllowAll", "AllowPrivate", "DenyAll"]).default("AllowAll"),
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
  if (!/^[\w.-]{1,80}$/.test(name)) throw invalidParameter(`The disk name '${name}' is invalid.`);
  const parsed = putBody.safeParse(call.body);
  if (!parsed.success) throw invalidParameter(`The disk is not valid: ${z.prettifyError(parsed.error)}`);
  const id = idOf(call, "disks", name);
  const existing = world.state.disks[keyOf(id)];
  if (existing) return update(call, existing, parsed.data);
  contentOf(world, parsed.data);
  const { osType, hyperVGeneration, maxShares, securityProfile, networkAccessPolicy } =
    parsed.data.properties;
  const layer = await world.layers.create();
  // Looked up again after the wait: a merge may have renamed the source's layer, a twin may have been quicker.
  const twin = world.state.disks[keyOf(id)];
  if (twin) {
    await world.layers.abandon(layer);
    return update(call, twin, parsed.data);
  }
  const content = contentOf(world, parsed.data);
  const disk: Disk = {
    ...content.disk,
    id,
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location: parsed.data.location.toLowerCase().replaceAll(" ", ""),
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
  const appear = (parent: string | undefined): void => {
    world.state.layers[layer] = parent === undefined ? {} : { parent };
    world.state.disks[keyOf(id)] = disk;
  };
  const source = content.copied;
  if (source === undefined) appear(content.parent);
  else
    await world.layers.withDisks([source], () => world.layers.freeze([source], (f) => appear(f.get(source))));
  return begin(call, disk);
}

async function begin(call: ArmCall, disk: Disk): Promise<ArmReply> {
  const operation = await beginOperation(call, {
    kind: "disks.create",
    family: "DiskOperations",
    location: disk.location,
    target: disk.id,
  });
  return {
    status: 202,
    body: diskBody(call.world, disk),
    headers: operationHeaders(call, operation, "with-location"),
  };
}

/** `parent`: the layer it begins with; `copied`: key of the disk whose content at this moment it takes. */
type Content = {
  parent?: string;
  copied?: string;
  disk: Pick<Disk, "sizeBytes" | "createOption"> & Partial<Disk>;
};

/** What a new disk holds, by its createOption. */
function contentOf(world: World, body: PutBody): Content {
  const { createOption, sourceResourceId, uploadSizeBytes } = body.properties.creationData;
  const { diskSizeGB } = body.properties;
  switch (createOption) {
    case "Empty":
      if (diskSizeGB === undefined)
        throw invalidParameter("Required parameter 'disk.diskSizeGB' is missing (null).");
      return { disk: { sizeBytes: diskSizeGB * GIB, createOption } };
    case "Upload":
      return { disk: uploadDisk(uploadSizeBytes) };
    case "Copy":
    case "Restore":
      return copyOf(world, { createOption, sourceResourceId, diskSizeGB });
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
  const { createOption, sourceResourceId, diskSizeGB } = wanted;
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
  const sizeBytes =
    diskSizeGB === undefined ? target.sizeBytes : Math.max(target.sizeBytes, diskSizeGB * GIB);
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
  tags,
  properties: z.object({ diskSizeGB: z.number().int().min(1).max(65_536).optional() }).optional(),
});

async function change(call: ArmCall, disk: Disk, body: z.infer<typeof patchBody>): Promise<ArmReply> {
  const size = (body.properties?.diskSizeGB ?? 0) * GIB;
  if (size > 0 && size < disk.sizeBytes && Math.ceil(disk.sizeBytes / GIB) * GIB !== size)
    throw operationNotAllowed("Disk cannot be resized to smaller size.");
  if (size > disk.sizeBytes) disk.sizeBytes = size;
  if (body.tags) disk.tags = body.tags;
  await call.world.store.flush();
  return { status: 200, body: diskBody(call.world, disk) };
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  if (!world.state.disks[keyOf(idOf(call, "disks", param(call, "disk")))]) return { status: 204 };
  const disk = diskOf(call);
  if (disk.managedBy !== undefined)
    throw operationNotAllowed(`Disk ${disk.name} is attached to VM ${disk.managedBy}.`);
  if (liveGrants(world.state, disk.id, world.clock.now()).length > 0)
    throw operationNotAllowed(
      `Disk ${disk.name} has an active shared access signature; revoke the access first.`,
    );
  disk.provisioningState = "Deleting";
  return accepted(call, {
    kind: "disks.delete",
    family: "DiskOperations",
    location: disk.location,
    target: disk.id,
  });
}

function access(call: ArmCall, begins: boolean): Promise<ArmReply> {
  const disk = diskOf(call);
  const target = findTarget(call.world.state, disk.id);
  if (!target) throw new Error(`Disk ${disk.id} is gone`);
  return begins ? beginGetAccess(call, target, disk.location) : endGetAccess(call, target, disk.location);
}

function list(call: ArmCall, group?: string): ArmReply {
  const scope = { subscriptionId: param(call, "subscription"), ...(group === undefined ? {} : { group }) };
  return page(call, inScope(call.world.state.disks, scope), (disk) => diskBody(call.world, disk));
}

const route = (
  request: { method: string; pattern: string },
  name: string,
  handle: ArmRoute["handle"],
): ArmRoute => ({
  ...request,
  operation: `disks.${name}`,
  api: "disks",
  handle,
});
const get = (pattern: string): { method: string; pattern: string } => ({ method: "GET", pattern });
const at = (method: string, pattern = one): { method: string; pattern: string } => ({ method, pattern });

export const diskRoutes: ArmRoute[] = [
  route(get("/subscriptions/{subscription}/providers/Microsoft.Compute/disks"), "list", (call) => list(call)),
  route(get(one.slice(0, one.lastIndexOf("/"))), "listByResourceGroup", (call) =>
    list(call, param(call, "group")),
  ),
  route(get(one), "get", (call) => ({ status: 200, body: diskBody(call.world, diskOf(call)) })),
  route(at("PUT"), "createOrUpdate", put),
  route(at("PATCH"), "update", (call) => {
    const body = patchBody.safeParse(call.body);
    if (!body.success) throw invalidParameter("The request body is invalid.");
    return change(call, diskOf(call), body.data);
  }),
  route(at("DELETE"), "delete", remove),
  route(at("POST", `${one}/beginGetAccess`), "grantAccess", (call) => access(call, true)),
  route(at("POST", `${one}/endGetAccess`), "revokeAccess", (call) => access(call, false)),
];

export function registerDiskWork(world: World): void {
  world.operations.register(
    "disks.create",
    async (operation) => {
      const disk = world.state.disks[keyOf(operation.target)];
      if (disk) disk.provisioningState = "Succeeded";
      return undefined;
    },
    (operation) => {
      const disk = world.state.disks[keyOf(operation.target)];
      if (disk) disk.provisioningState = "Failed";
    },
  );
  world.operations.register(
    "disks.delete",
    async (operation) => {
      delete world.state.disks[keyOf(operation.target)];
      await world.store.flush();
      await world.layers.collect();
      return undefined;
    },
    (operation) => {
      const kept = world.state.disks[keyOf(operation.target)];
      if (kept) kept.provisioningState = "Succeeded";
    },
  );
}
