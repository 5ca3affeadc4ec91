/** Snapshots of managed disks, full and incremental. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { snapshotFamily } from "../blob/target.ts";
import { isoTime } from "../clock.ts";
import { networkAccessPolicySchema } from "../state/disk-facts.ts";
import { type Disk, type Snapshot, tagsSchema } from "../state/model.ts";
import type { World } from "../world.ts";
import { grantAccess, refuseWithAccess, revokeAccess } from "./access.ts";
import { ArmError, invalidParameter, operationNotAllowed, propertyChangeNotAllowed } from "./errors.ts";
import { keyOf, regionOf } from "./ids.ts";
import { createWork, deleteResource, deleteWork, patchTags } from "./lifecycle.ts";
import { listResources } from "./lists.ts";
import { started } from "./long-running.ts";
import type { ArmPart } from "./part.ts";
import { findResource, groupOf, idOf, pathsOf, resourceOf, snapshotType } from "./resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "./router.ts";
import { snapshotBody } from "./snapshot-body.ts";
import { tooManyRequests } from "./throttled.ts";

const { inSubscription, inGroup, one } = pathsOf(snapshotType);
const FIVE_MINUTES_MS = 300_000;

const putBody = z.object({
  location: z.string(),
  tags: tagsSchema,
  sku: z.object({ name: z.string() }).optional(),
  properties: z.object({
    incremental: z.boolean().default(false),
    networkAccessPolicy: networkAccessPolicySchema.default("AllowAll"),
    creationData: z.object({ createOption: z.string(), sourceResourceId: z.string().optional() }),
  }),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const group = groupOf(call);
  const parsed = putBody.safeParse(call.body);
  if (!parsed.success) throw invalidParameter(`The snapshot is not valid: ${z.prettifyError(parsed.error)}`);
  const { creationData, incremental, networkAccessPolicy } = parsed.data.properties;
  const existing = findResource(call, snapshotType);
  if (existing) return update(call, existing, parsed.data);
  const disk = sourceDisk(world, creationData, parsed.data.location);
  checkLimits(world, disk);
  const snapshot: Snapshot = {
    id: idOf(call, snapshotType),
    name: param(call, "snapshot"),
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
  const twin = await addSnapshot(world, snapshot);
  if (twin) return update(call, twin, parsed.data);
  const work = { kind: "snapshots.create", family: snapshotType.family, on: snapshot };
  return started(call, work, { status: 202, body: snapshotBody(world, snapshot) });
}

/** Freezes the disk and adds the snapshot, or returns the one that another call added first. */
function addSnapshot(world: World, snapshot: Snapshot): Promise<Snapshot | undefined> {
  const disk = keyOf(snapshot.sourceResourceId);
  const key = keyOf(snapshot.id);
  return world.layers.withDisks([disk], async () => {
    const twin = world.state.snapshots[key];
    if (twin) return twin;
    await world.layers.freeze([disk], (frozen) => {
      snapshot.layer = frozen.get(disk) ?? "";
      world.state.snapshots[key] = snapshot;
    });
    return undefined;
  });
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
  if (regionOf(location) !== disk.location)
    throw invalidParameter(`The snapshot must be in the location of its disk, '${disk.location}'.`);
  return disk;
}

/** Limits a disk's snapshots, total and per 5 minutes (docs: disks-incremental-snapshots). */
function checkLimits(world: World, disk: Disk): void {
  const { snapshotsPerDisk, snapshotsPerDiskPer5Minutes } = world.state.settings;
  const snapshotsOfDisk = Object.values(world.state.snapshots).filter(
    (snapshot) => snapshot.sourceUniqueId === disk.uniqueId,
  );
  if (snapshotsOfDisk.length >= snapshotsPerDisk)
    throw operationNotAllowed(
      `Disk '${disk.name}' cannot have more than ${snapshotsPerDisk} incremental snapshots.`,
    );
  const now = world.clock.now();
  const recent = snapshotsOfDisk.filter((snapshot) => snapshot.timeCreated > now - FIVE_MINUTES_MS);
  if (recent.length < snapshotsPerDiskPer5Minutes) return;
  const oldest = Math.min(...recent.map((snapshot) => snapshot.timeCreated));
  const measured = {
    operationGroup: "SnapshotCreatePerDisk5Min",
    startTime: isoTime(now - FIVE_MINUTES_MS),
    endTime: isoTime(now),
    allowedRequestCount: snapshotsPerDiskPer5Minutes,
    measuredRequestCount: recent.length + 1,
  };
  throw tooManyRequests(measured, Math.ceil((oldest + FIVE_MINUTES_MS - now) / 1000));
}

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, snapshotType, (snapshot) => refuseWithAccess(call.world, "snapshot", snapshot));
}

function list(call: ArmCall): ArmReply {
  return listResources(call, snapshotType, (snapshot) => snapshotBody(call.world, snapshot));
}

const snapshotOf = (call: ArmCall): Snapshot => resourceOf(call, snapshotType);

export const snapshots: ArmPart = {
  routes: routes(snapshotType, {
    list: ["GET", inSubscription, list],
    listByResourceGroup: ["GET", inGroup, list],
    get: ["GET", one, (call) => ({ status: 200, body: snapshotBody(call.world, snapshotOf(call)) })],
    createOrUpdate: ["PUT", one, put],
    update: [
      "PATCH",
      one,
      (call) => patchTags(call, snapshotOf(call), (item) => snapshotBody(call.world, item)),
    ],
    delete: ["DELETE", one, remove],
    grantAccess: ["POST", `${one}/beginGetAccess`, (call) => grantAccess(call, snapshotOf(call))],
    revokeAccess: ["POST", `${one}/endGetAccess`, (call) => revokeAccess(call, snapshotOf(call))],
  }),
  work: {
    "snapshots.create": createWork(snapshotType, snapshotBody),
    "snapshots.delete": deleteWork(snapshotType),
  },
};
