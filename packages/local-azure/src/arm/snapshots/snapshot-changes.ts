/** The SKU of snapshots, and what PUT on an existing snapshot and PATCH may change. */
import { liveGrants } from "../../blob/target.ts";
import type { Snapshot } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { accessOpen } from "../disks/disk-errors.ts";
import { plainSnapshotChanges, type SnapshotPatch, type SnapshotPut } from "../disks/disk-request.ts";
import { checkNetwork, skuNotAvailable } from "../disks/disk-rules.ts";
import { sizeGbOf, snapshotSkuNames } from "../disks/disk-skus.ts";
import { checkEncryption, completeEncryption } from "../disks/encryption.ts";
import { ArmError, badRequest, fixedProperty } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { hasZones } from "../resources/locations.ts";

/** The SKU of a new snapshot. Without one, an incremental snapshot has the SKU of the family's newest. @throws ArmError 400 */
export function snapshotSkuOf(
  world: World,
  wanted: string | undefined,
  snapshot: { incremental: boolean; location: string; familyId: string },
): string {
  const { incremental, location, familyId } = snapshot;
  if (wanted === undefined) {
    const family = Object.values(world.state.snapshots).filter(
      (other) => incremental && other.incremental && other.familyId === familyId,
    );
    return family.at(-1)?.sku ?? "Standard_LRS";
  }
  const sku = snapshotSkuNames.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (sku === undefined) throw skuNotAvailable(wanted);
  if (sku === "Standard_ZRS" && !hasZones(location))
    throw new ArmError(
      { status: 400, code: "InvalidParameter" },
      `SKU ${sku} is not supported for resource type Snapshot in this region.`,
      { target: "sku" },
    );
  if (sku === "Premium_LRS" && incremental)
    throw badRequest(`SKU ${sku} is not supported for incremental snapshots.`);
  return sku;
}

/** Refuses changes of what a PUT cannot change. @throws ArmError 409, 400 */
export function refuseFixedOfSnapshot(snapshot: Snapshot, body: SnapshotPut): void {
  const { creationData, incremental, hyperVGeneration } = body.properties;
  if (creationData.createOption !== (snapshot.createOption ?? "Copy")) throw fixedProperty("creationData");
  const { sourceResourceId } = creationData;
  if (sourceResourceId !== undefined && keyOf(sourceResourceId) !== keyOf(snapshot.sourceResourceId))
    throw badRequest(
      `Changing property 'sourceResourceId' is not allowed for existing disk '${snapshot.name}'.`,
    );
  if (incremental !== undefined && incremental !== snapshot.incremental) throw fixedProperty("incremental");
  if (hyperVGeneration !== undefined && hyperVGeneration !== snapshot.hyperVGeneration)
    throw fixedProperty("hyperVGeneration");
}

/** Applies the changes of a body to a snapshot, or throws what Azure answers and changes nothing. */
export function changeSnapshot(world: World, snapshot: Snapshot, body: SnapshotPatch): void {
  const changes = body.properties ?? {};
  const { incremental, location, familyId } = snapshot;
  const sku = body.sku
    ? snapshotSkuOf(world, body.sku.name, { incremental, location, familyId })
    : snapshot.sku;
  if (changes.diskSizeGB !== undefined && changes.diskSizeGB !== sizeGbOf(snapshot.sizeBytes))
    throw badRequest(`Snapshot '${snapshot.name}' cannot be resized.`);
  const { encryption } = changes;
  if (encryption) {
    const place = { subscriptionId: snapshot.subscriptionId, location };
    checkEncryption(world.state, encryption, { place, parameter: "snapshot.encryption" });
  }
  changeAccess(world, snapshot, changes);
  if (encryption) snapshot.encryption = completeEncryption(world.state, encryption);
  if (body.tags) snapshot.tags = body.tags;
  snapshot.sku = sku;
  Object.assign(snapshot, plainSnapshotChanges(changes));
}

function changeAccess(
  world: World,
  snapshot: Snapshot,
  changes: NonNullable<SnapshotPatch["properties"]>,
): void {
  const { networkAccessPolicy, diskAccessId, publicNetworkAccess, dataAccessAuthMode } = changes;
  const policy = networkAccessPolicy ?? snapshot.networkAccessPolicy;
  const access = diskAccessId ?? (policy === "AllowPrivate" ? snapshot.diskAccessId : undefined);
  const isChange =
    policy !== snapshot.networkAccessPolicy ||
    access !== snapshot.diskAccessId ||
    (publicNetworkAccess ?? snapshot.publicNetworkAccess) !== snapshot.publicNetworkAccess ||
    (dataAccessAuthMode ?? snapshot.dataAccessAuthMode) !== snapshot.dataAccessAuthMode;
  if (!isChange) return;
  checkNetwork(world.state, { networkAccessPolicy: policy, diskAccessId: access }, snapshot.location);
  if (liveGrants(world.state, snapshot.id, world.clock.now()).length > 0)
    throw accessOpen("snapshot", snapshot.name);
  snapshot.networkAccessPolicy = policy;
  if (access === undefined) delete snapshot.diskAccessId;
  else snapshot.diskAccessId = access;
  if (publicNetworkAccess !== undefined) snapshot.publicNetworkAccess = publicNetworkAccess;
  if (dataAccessAuthMode !== undefined) snapshot.dataAccessAuthMode = dataAccessAuthMode;
}
