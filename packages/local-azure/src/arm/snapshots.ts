import { randomUUID } from "node:crypto";
import { z } from "zod";
import { findTarget, liveGrants, snapshotFamily } from "../blob/target.ts";
import type { Disk, Snapshot } from "../state/model.ts";
import type { World } from "../world.ts";
import { beginGetAccess, endGetAccess } from "./access.ts";
import { snapshotBody } from "./disk-body.ts";
import {
  ArmError,
  invalidParameter,
  operationNotAllowed,
  propertyChangeNotAllowed,
  tooManyRequests,
} from "./errors.ts";
import { keyOf } from "./ids.ts";
import { inScope, page } from "./lists.ts";
import { accepted, beginOperation, operationHeaders } from "./long-running.ts";
import { groupOf, idOf, snapshotOf } from "./resource-types.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";

const one =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/snapshots/{snapshot}";
const FIVE_MINUTES = 300_000;

const putBody = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).optional(),
  sku: z.object({ name: z.string() }).optional(),
  properties: z.object({
    incremental: z.boolean().default(false),
    networkAccessPolicy: z.enum(["AllowAll", "AllowPrivate", "DenyAll"]).default("AllowAll"),
    creationData: z.object({ createOption: z.string(), sourceResourceId: z.string().optional() }),
  }),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const group = groupOf(call);
  const parsed = putBody.safeParse(call.body);
  if (!parsed.success) throw invalidParameter(`The snapshot is not valid: ${z.prettifyError(parsed.error)}`);
  const { creationData, incremental, networkAccessPolicy } = parsed.data.properties;
  const name = param(call, "snapshot");
  const id = idOf(call, "snapshots", name);
  const existing = world.state.snapshots[keyOf(id)];
  if (existing) return update(call, existing, parsed.data);
  const disk = sourceDisk(world, creationData, parsed.data.location);
  checkLimits(world, disk);
  const snapshot: Snapshot = {
    id,
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location: disk.location,
    ...(parsed.data.tags ? { tags: parsed.data.tags } : {}),
    sku: parsed.data.sku?.name ?? "Standard_LRS",
    ...(disk.osType ? { osType: disk.osType } : {}),
    ...(disk.hyperVGeneration ? { hyperVGeneration: disk.hyperVGeneration } : {}),
    sizeBytes: disk.sizeBytes,
    incremental,
    sourceResourceId: disk.id,
    sourceUniqueId: disk.uniqueId,
    familyId: snapshotFamily(disk.uniqueId),
    uniqueId: randomUUID(),
    timeCreated: world.clock.now(),
    provisioningState: "Updating",
    networkAccessPolicy,
    layer: "",
  };
  const key = keyOf(disk.id);
  const twin = await world.layers.withDisks([key], async () => {
    const before = world.state.snapshots[keyOf(id)];
    if (before) return before;
    await world.layers.freeze([key], (frozen) => {
      snapshot.layer = frozen.get(key) ?? "";
      world.state.snapshots[keyOf(id)] = snapshot;
    });
    return undefined;
  });
  if (twin) return update(call, twin, parsed.data);
  const operation = await beginOperation(call, {
    kind: "snapshots.create",
    family: "DiskOperations",
    location: disk.location,
    target: id,
  });
  return {
    status: 202,
    body: snapshotBody(world, snapshot),
    headers: operationHeaders(call, operation, "with-location"),
  };
}

async function update(call: ArmCall, snapshot: Snapshot, body: z.infer<typeof putBody>): Promise<ArmReply> {
  const { sourceResourceId } = body.properties.creationData;
  if (sourceResourceId !== undefined && keyOf(sourceResourceId) !== keyOf(snapshot.sourceResourceId))
    throw propertyChangeNotAllowed("Changing property 'creationData' is not allowed.");
  if (body.tags) snapshot.tags = body.tags;
  await call.world.store.flush();
  return { status: 200, body: snapshotBody(call.world, snapshot) };
}

function sourceDisk(
  world: World,
  data: { createOption: string; sourceResourceId?: string | undefined },
  location: string,
): Disk {
  if (data.createOption !== "Copy")
    throw invalidParameter(
      `The value '${data.createOption}' of parameter 'creationData.createOption' is not supported.`,
    );
  if (data.sourceResourceId === undefined)
    throw invalidParameter("Required parameter 'creationData.sourceResourceId' is missing (null).");
  const disk = world.state.disks[keyOf(data.sourceResourceId)];
  if (!disk) {
    throw new ArmError(
      { status: 404, code: "ResourceNotFound" },
      `The disk '${data.sourceResourceId}' was not found.`,
    );
  }
  if (disk.upload !== undefined) throw operationNotAllowed(`Disk '${disk.name}' is being uploaded.`);
  if (location.toLowerCase().replaceAll(" ", "") !== disk.location)
    throw invalidParameter(`The snapshot must be in the location of its disk, '${disk.location}'.`);
  return disk;
}

/** So many snapshots of a disk at all, and so many in five minutes (docs: disks-incremental-snapshots). */
function checkLimits(world: World, disk: Disk): void {
  const { snapshotsPerDisk, snapshotsPerDiskPer5Minutes } = world.state.settings;
  const all = Object.values(world.state.snapshots).filter(
    (snapshot) => snapshot.sourceUniqueId === disk.uniqueId,
  );
  if (all.length >= snapshotsPerDisk)
    throw operationNotAllowed(
      `Disk '${disk.name}' cannot have more than ${snapshotsPerDisk} incremental snapshots.`,
    );
  const now = world.clock.now();
  const recent = all.filter((snapshot) => snapshot.timeCreated > now - FIVE_MINUTES);
  if (recent.length < snapshotsPerDiskPer5Minutes) return;
  const oldest = Math.min(...recent.map((snapshot) => snapshot.timeCreated));
  throw tooManyRequests("SnapshotCreatePerDisk5Min", Math.ceil((oldest + FIVE_MINUTES - now) / 1000));
}

async function patch(call: ArmCall): Promise<ArmReply> {
  const snapshot = snapshotOf(call);
  const body = z.object({ tags: z.record(z.string(), z.string()).optional() }).safeParse(call.body);
  if (!body.success) throw invalidParameter("The value of parameter 'tags' is invalid.");
  if (body.data.tags) snapshot.tags = body.data.tags;
  await call.world.store.flush();
  return { status: 200, body: snapshotBody(call.world, snapshot) };
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  if (!world.state.snapshots[keyOf(idOf(call, "snapshots", param(call, "snapshot")))]) return { status: 204 };
  const snapshot = snapshotOf(call);
  if (liveGrants(world.state, snapshot.id, world.clock.now()).length > 0)
    throw operationNotAllowed(
      `Snapshot ${snapshot.name} has an active shared access signature; revoke the access first.`,
    );
  snapshot.provisioningState = "Deleting";
  const { location, id } = snapshot;
  return accepted(call, { kind: "snapshots.delete", family: "DiskOperations", location, target: id });
}

function access(call: ArmCall, begins: boolean): Promise<ArmReply> {
  const snapshot = snapshotOf(call);
  const target = findTarget(call.world.state, snapshot.id);
  if (!target) throw new Error(`Snapshot ${snapshot.id} is gone`);
  return begins
    ? beginGetAccess(call, target, snapshot.location)
    : endGetAccess(call, target, snapshot.location);
}

function list(call: ArmCall, group?: string): ArmReply {
  const scope = { subscriptionId: param(call, "subscription"), ...(group === undefined ? {} : { group }) };
  return page(call, inScope(call.world.state.snapshots, scope), (item) => snapshotBody(call.world, item));
}

const route = (
  request: { method: string; pattern: string },
  name: string,
  handle: ArmRoute["handle"],
): ArmRoute => ({
  ...request,
  operation: `snapshots.${name}`,
  api: "disks",
  handle,
});
const get = (pattern: string): { method: string; pattern: string } => ({ method: "GET", pattern });
const at = (method: string, pattern = one): { method: string; pattern: string } => ({ method, pattern });

export const snapshotRoutes: ArmRoute[] = [
  route(get("/subscriptions/{subscription}/providers/Microsoft.Compute/snapshots"), "list", (call) =>
    list(call),
  ),
  route(get(one.slice(0, one.lastIndexOf("/"))), "listByResourceGroup", (call) =>
    list(call, param(call, "group")),
  ),
  route(get(one), "get", (call) => ({ status: 200, body: snapshotBody(call.world, snapshotOf(call)) })),
  route(at("PUT"), "createOrUpdate", put),
  route(at("PATCH"), "update", patch),
  route(at("DELETE"), "delete", remove),
  route(at("POST", `${one}/beginGetAccess`), "grantAccess", (call) => access(call, true)),
  route(at("POST", `${one}/endGetAccess`), "revokeAccess", (call) => access(call, false)),
];

export function registerSnapshotWork(world: World): void {
  world.operations.register(
    "snapshots.create",
    async (operation) => {
      const snapshot = world.state.snapshots[keyOf(operation.target)];
      if (snapshot) snapshot.provisioningState = "Succeeded";
      return undefined;
    },
    (operation) => {
      const snapshot = world.state.snapshots[keyOf(operation.target)];
      if (snapshot) snapshot.provisioningState = "Failed";
    },
  );
  world.operations.register(
    "snapshots.delete",
    async (operation) => {
      delete world.state.snapshots[keyOf(operation.target)];
      await world.store.flush();
      await world.layers.collect();
      return undefined;
    },
    (operation) => {
      const kept = world.state.snapshots[keyOf(operation.target)];
      if (kept) kept.provisioningState = "Succeeded";
    },
  );
}
