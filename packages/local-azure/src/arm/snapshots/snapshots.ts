/** Snapshots of managed disks, full and incremental. */
import { randomUUID } from "node:crypto";
import { DATA } from "../../disks/blocks.ts";
import type { Disk, Snapshot } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { parseBody } from "../body.ts";
import { grantAccess, refuseWithAccess, revokeAccess } from "../disks/access.ts";
import { copyRuns } from "../disks/background-copy.ts";
import { changedBody, requestBody } from "../disks/disk-body.ts";
import { requireSources } from "../disks/disk-linked.ts";
import {
  plainSnapshotChanges,
  type SnapshotPatch,
  type SnapshotPut,
  snapshotChangesOf,
  snapshotPatchSchema,
  snapshotPutSchema,
} from "../disks/disk-request.ts";
import { checkNetwork } from "../disks/disk-rules.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import { checkEncryption, completeEncryption, needsKey } from "../disks/encryption.ts";
import { invalidParameter } from "../errors.ts";
import { isResourceName, keyOf, regionOf } from "../ids.ts";
import { createWork, deleteResource, deleteWork } from "../lifecycle.ts";
import { listResources } from "../lists.ts";
import { started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import { findResource, groupOf, idOf, pathsOf, resourceOf, snapshotType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { snapshotBody, snapshotOutput } from "./snapshot-body.ts";
import { changeSnapshot, refuseFixedOfSnapshot, snapshotSkuOf } from "./snapshot-changes.ts";
import { checkSnapshotLimits } from "./snapshot-limits.ts";
import { type SnapshotSource, snapshotSource } from "./snapshot-source.ts";

const { inSubscription, inGroup, one } = pathsOf(snapshotType);
const names = { parameter: "snapshot" };

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  groupOf(call);
  const name = param(call, "snapshot");
  if (!isResourceName(name)) throw invalidParameter(`The snapshot name '${name}' is invalid.`);
  const body = parseBody(snapshotPutSchema, call.body, names);
  const existing = findResource(call, snapshotType);
  if (existing) return update(call, existing, body);
  requireSources(call, { ...body.properties.creationData, ...body.properties });
  const { snapshot, source } = newSnapshot(call, body);
  if (source.disk) checkSnapshotLimits(world, source.disk, snapshot);
  const twin = await addSnapshot(world, snapshot, source);
  if (twin) return update(call, twin, body);
  const work = { kind: "snapshots.create", family: snapshotType.family, on: snapshot };
  return started(call, work, {
    status: 202,
    body: requestBody(snapshotBody(world, snapshot), body.properties),
  });
}

/** A snapshot as the body describes it, after all rules. @throws ArmError */
function newSnapshot(call: ArmCall, body: SnapshotPut): { snapshot: Snapshot; source: SnapshotSource } {
  const { world } = call;
  const { subscriptionId, group } = groupOf(call);
  const location = regionOf(body.location);
  const { incremental = false, encryption, hyperVGeneration, purchasePlan } = body.properties;
  const source = snapshotSource(world, { body, subscriptionId, location });
  const sku = snapshotSkuOf(world, body.sku?.name, {
    incremental,
    location,
    familyId: source.facts.familyId,
  });
  const {
    networkAccessPolicy = "AllowAll",
    diskAccessId,
    publicNetworkAccess,
    dataAccessAuthMode,
  } = body.properties;
  checkNetwork(world.state, { networkAccessPolicy, diskAccessId }, location);
  if (encryption)
    checkEncryption(world.state, encryption, {
      place: { subscriptionId, location },
      parameter: "snapshot.encryption",
    });
  const snapshot: Snapshot = {
    ...source.facts,
    id: idOf(call, snapshotType),
    name: param(call, "snapshot"),
    subscriptionId,
    resourceGroup: group,
    location,
    ...(body.tags ? { tags: body.tags } : {}),
    sku,
    ...plainSnapshotChanges(snapshotChangesOf(body.properties)),
    ...(hyperVGeneration ? { hyperVGeneration } : {}),
    ...(purchasePlan ? { purchasePlan } : {}),
    ...(encryption ? { encryption: completeEncryption(world.state, encryption) } : {}),
    createOption: body.properties.creationData.createOption,
    incremental,
    uniqueId: randomUUID(),
    timeCreated: world.clock.now(),
    provisioningState: "Creating",
    networkAccessPolicy,
    ...(diskAccessId === undefined ? {} : { diskAccessId }),
    ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
    ...(dataAccessAuthMode === undefined ? {} : { dataAccessAuthMode }),
    layer: "",
  };
  return { snapshot, source };
}

/** Freezes the disk and adds the snapshot, or returns the one that another call added first. */
async function addSnapshot(
  world: World,
  snapshot: Snapshot,
  source: SnapshotSource,
): Promise<Snapshot | undefined> {
  const key = keyOf(snapshot.id);
  const add = (layer: string): void => {
    snapshot.layer = layer;
    startCopy(world, snapshot, source);
    world.state.snapshots[key] = snapshot;
  };
  if (!source.disk) {
    const made = source.snapshot ? undefined : await world.layers.create();
    const twin = world.state.snapshots[key];
    if (twin && made !== undefined) await world.layers.abandon(made);
    if (twin) return twin;
    if (made !== undefined) world.state.layers[made] = {};
    add(made ?? source.snapshot?.layer ?? "");
    return undefined;
  }
  const disk = keyOf(source.disk.id);
  return world.layers.withDisks([disk], async () => {
    const twin = world.state.snapshots[key];
    if (twin) return twin;
    await world.layers.freeze([disk], (frozen) => add(frozen.get(disk) ?? ""));
    return undefined;
  });
}

/** Snapshots of provisioned disks and copies to other regions move their bytes after the operation. */
function startCopy(world: World, snapshot: Snapshot, { disk }: SnapshotSource): void {
  const inBackground = snapshot.createOption === "CopyStart" || (disk && isProvisioned(disk.sku));
  if (!inBackground) return;
  snapshot.copy = { startedAt: world.clock.now(), bytes: bytesToCopy(world, snapshot) };
}

/** Bytes since the family's newest snapshot; all data for the first one. */
function bytesToCopy(world: World, snapshot: Snapshot): number {
  const window = { offset: 0, end: snapshot.sizeBytes };
  const previous = Object.values(world.state.snapshots)
    .filter(({ familyId }) => familyId === snapshot.familyId)
    .sort((a, b) => b.timeCreated - a.timeCreated)[0];
  const changed = previous && world.layers.changedRuns(previous.layer, snapshot.layer, window);
  const runs =
    changed?.filter(({ state }) => state === DATA) ?? world.layers.dataRuns(snapshot.layer, window);
  return runs.reduce((sum, { length }) => sum + length, 0);
}

/** A PUT on an existing snapshot is an update. */
function update(call: ArmCall, snapshot: Snapshot, body: SnapshotPut): Promise<ArmReply> {
  refuseFixedOfSnapshot(snapshot, body);
  const { tags, sku } = body;
  const properties = snapshotChangesOf(body.properties);
  const patched = { ...(tags ? { tags } : {}), ...(sku ? { sku } : {}), properties };
  return change(call, snapshot, { body: patched, asked: body.properties });
}

function patch(call: ArmCall): Promise<ArmReply> {
  const body = parseBody(snapshotPatchSchema, call.body, names);
  return change(call, resourceOf(call, snapshotType), { body, asked: body.properties ?? {} });
}

function change(
  call: ArmCall,
  snapshot: Snapshot,
  { body, asked }: { body: SnapshotPatch; asked: object },
): Promise<ArmReply> {
  changeSnapshot(call.world, snapshot, body);
  if (snapshot.provisioningState !== "Creating") snapshot.provisioningState = "Updating";
  const work = { kind: "snapshots.update", family: snapshotType.family, on: snapshot };
  return started(call, work, {
    status: 202,
    body: changedBody(snapshotBody(call.world, snapshot), {
      incremental: snapshot.incremental,
      ...asked,
    }),
  });
}

/** Ends a creation or an update; both need the customer's key. */
const finish = needsKey(snapshotType, createWork(snapshotType, snapshotOutput));

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, snapshotType, (snapshot) => refuseWithAccess(call.world, "snapshot", snapshot));
}

/** A copy to another region ends with an error when its source is deleted meanwhile. */
function failCopiesFrom(world: World, source: Snapshot | Disk): void {
  for (const copy of Object.values(world.state.snapshots)) {
    if (keyOf(copy.sourceResourceId) !== keyOf(source.id) || copy.createOption !== "CopyStart") continue;
    if (!copy.copy || !copyRuns(world, copy.copy)) continue;
    const errorMessage = `The source snapshot '${source.id}' was deleted while the copy was in progress.`;
    copy.copy.error = { errorCode: "CopySourceNotFound", errorMessage, at: world.clock.now() };
  }
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
    update: ["PATCH", one, patch],
    delete: ["DELETE", one, remove],
    grantAccess: ["POST", `${one}/beginGetAccess`, (call) => grantAccess(call, snapshotOf(call))],
    revokeAccess: ["POST", `${one}/endGetAccess`, (call) => revokeAccess(call, snapshotOf(call))],
  }),
  work: {
    "snapshots.create": finish,
    "snapshots.update": finish,
    "snapshots.delete": deleteWork(snapshotType, { release: failCopiesFrom }),
  },
};
