/** What PUT on an existing disk and PATCH may change, and when. */

import { liveGrants } from "../../blob/target.ts";
import type { Disk } from "../../state/model.ts";
import { GIB } from "../../units.ts";
import type { World } from "../../world.ts";
import { ArmError, badRequest, fixedProperty, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { copyRuns } from "./background-copy.ts";
import { accessOpen } from "./disk-errors.ts";
import { runningOwner } from "./disk-owners.ts";
import { type DiskChanges, type DiskPatch, type DiskPut, plainDiskChanges } from "./disk-request.ts";
import { checkNetwork, checkSize, checkTuning, checkZones, diskSkuOf } from "./disk-rules.ts";
import { baselineTier, isProvisioned, performanceOf, sizeGbOf, skuFacts } from "./disk-skus.ts";
import { checkEncryption, completeEncryption, type Encryption } from "./encryption.ts";

/** Disks up to this size cannot grow beyond it while a VM runs (docs: expand-disks). */
const ONLINE_GROWTH_GB = 4095;

/** Applies the changes of a body to a disk, or throws what Azure answers and changes nothing. */
export function changeDisk(world: World, disk: Disk, body: DiskPatch): void {
  const next: Disk = { ...disk };
  const changes = withoutDerived(disk, body.properties ?? {});
  if (body.tags) next.tags = body.tags;
  if (body.sku) changeSku(world, next, body.sku.name);
  if (changes.diskSizeGB !== undefined) changeSize(world, next, changes.diskSizeGB);
  changeNetwork(world, next, changes);
  changeEncryption(world, next, changes.encryption);
  changeOthers(world, next, changes);
  checkTuning(next);
  forget(disk, next);
  Object.assign(disk, next);
}

/** Refuses changes of what a PUT cannot change. @throws ArmError 409, 400 */
export function refuseFixed(disk: Disk, body: DiskPut): void {
  const { creationData, hyperVGeneration, securityProfile } = body.properties;
  if (creationData.createOption !== disk.createOption) throw fixedProperty("creationData");
  for (const name of ["sourceResourceId", "sourceUri"] as const) {
    const present = name === "sourceResourceId" ? disk.sourceResourceId : undefined;
    const wanted = creationData[name];
    if (wanted !== undefined && keyOf(wanted) !== keyOf(present ?? ""))
      throw badRequest(`Changing property '${name}' is not allowed for existing disk '${disk.name}'.`);
  }
  for (const name of ["uploadSizeBytes", "logicalSectorSize", "performancePlus"] as const)
    if (creationData[name] !== undefined && creationData[name] !== disk[name])
      throw fixedProperty("creationData");
  if (hyperVGeneration !== undefined && hyperVGeneration !== disk.hyperVGeneration)
    throw fixedProperty("hyperVGeneration");
  if (securityProfile?.securityType !== undefined && securityProfile.securityType !== disk.securityType)
    throw fixedProperty("securityProfile.securityType");
  if (body.zones !== undefined && body.zones.join() !== (disk.zones ?? []).join())
    throw fixedProperty("zones");
}

function changeSku(world: World, disk: Disk, name: string): void {
  const sku = diskSkuOf(name);
  if (sku === disk.sku) return;
  const from = skuFacts(disk.sku);
  const to = skuFacts(sku);
  if (from.provisioned || to.provisioned)
    throw badRequest(`Changing the SKU of disk '${disk.name}' from ${disk.sku} to ${sku} is not supported.`);
  if (from.zoneRedundant !== to.zoneRedundant)
    throw badRequest(`Changing the SKU of disk '${disk.name}' from ${disk.sku} to ${sku} is not supported.`);
  const vm = runningOwner(world, disk);
  if (vm !== undefined)
    throw operationNotAllowed(
      `Cannot change the storage account type of disk ${disk.name} while it is attached to running VM ${vm}.`,
    );
  checkZones(disk.zones, { id: disk.id, sku, location: disk.location });
  disk.sku = sku;
}

function changeSize(world: World, disk: Disk, sizeGb: number): void {
  const presentGb = sizeGbOf(disk.sizeBytes);
  if (sizeGb === presentGb) return;
  checkSize(disk.sku, sizeGb);
  if (sizeGb < presentGb)
    throw badRequest(
      `The disk/snapshot resource with id ${disk.id} cannot be resized down. Reducing disk/snapshot size is not supported in Azure to prevent data loss. If you do need to reduce the size of the disk, please create new snapshot/disks with the appropriate size. More information is available at https://aka.ms/AzureDisksFAQ`,
    );
  if (disk.upload !== undefined) throw operationNotAllowed(`Disk '${disk.name}' is being uploaded.`);
  refuseWithOpenAccess(world, disk);
  const vm = runningOwner(world, disk);
  if (vm !== undefined && !growsOnline(world, disk, { presentGb, sizeGb }))
    throw new ArmError(
      { status: 409, code: "OperationNotAllowed" },
      `Cannot resize disk ${disk.name} while it is attached to running VM ${vm}. Resizing a disk of an Azure Virtual Machine requires the virtual machine to be deallocated. Please stop your VM and retry the operation.`,
    );
  endCopiesOf(world, disk);
  disk.sizeBytes = sizeGb * GIB;
}

/** Background copies that run fail when their Premium SSD v2 or Ultra disk grows (docs: disks-incremental-snapshots). */
function endCopiesOf(world: World, disk: Disk): void {
  for (const { copy, sourceUniqueId } of Object.values(world.state.snapshots)) {
    if (!copy || sourceUniqueId !== disk.uniqueId || !copyRuns(world, copy)) continue;
    const errorMessage = `The source disk '${disk.id}' was resized while the copy was in progress.`;
    copy.error = { errorCode: "CopySourceNotFound", errorMessage, at: world.clock.now() };
  }
}

/** A data disk that is not shared grows while its VM runs, below 4 TiB (docs: expand-disks). */
function growsOnline(world: World, disk: Disk, size: { presentGb: number; sizeGb: number }): boolean {
  const vm = world.state.vms[keyOf(disk.managedBy ?? "")];
  const isOsDisk = vm !== undefined && keyOf(vm.osDisk.diskId) === keyOf(disk.id);
  const crosses = size.presentGb <= ONLINE_GROWTH_GB && size.sizeGb > ONLINE_GROWTH_GB;
  return !isOsDisk && (disk.maxShares ?? 1) === 1 && (isProvisioned(disk.sku) || !crosses);
}

function refuseWithOpenAccess(world: World, disk: Disk): void {
  if (liveGrants(world.state, disk.id, world.clock.now()).length > 0) throw accessOpen("disk", disk.name);
}

function changeNetwork(world: World, disk: Disk, changes: DiskChanges): void {
  const { networkAccessPolicy, diskAccessId, publicNetworkAccess, dataAccessAuthMode } = changes;
  const policy = networkAccessPolicy ?? disk.networkAccessPolicy;
  const access = diskAccessId ?? (policy === "AllowPrivate" ? disk.diskAccessId : undefined);
  const isChange =
    policy !== disk.networkAccessPolicy ||
    access !== disk.diskAccessId ||
    (publicNetworkAccess ?? disk.publicNetworkAccess) !== disk.publicNetworkAccess ||
    (dataAccessAuthMode ?? disk.dataAccessAuthMode) !== disk.dataAccessAuthMode;
  if (!isChange) return;
  checkNetwork(world.state, { networkAccessPolicy: policy, diskAccessId: access }, disk.location);
  refuseWithOpenAccess(world, disk);
  disk.networkAccessPolicy = policy;
  if (access === undefined) delete disk.diskAccessId;
  else disk.diskAccessId = access;
  if (publicNetworkAccess !== undefined) disk.publicNetworkAccess = publicNetworkAccess;
  if (dataAccessAuthMode !== undefined) disk.dataAccessAuthMode = dataAccessAuthMode;
}

const DOUBLE = "EncryptionAtRestWithPlatformAndCustomerKeys";
const PLATFORM = "EncryptionAtRestWithPlatformKey";

function changeEncryption(world: World, disk: Disk, wanted: DiskChanges["encryption"]): void {
  if (!wanted) return;
  const present: Encryption = disk.encryption ?? { type: PLATFORM };
  const next = completeEncryption(world.state, {
    ...wanted,
    ...(wanted.type === present.type && wanted.diskEncryptionSetId === undefined ? present : {}),
  });
  const sameSet = keyOf(next.diskEncryptionSetId ?? "") === keyOf(present.diskEncryptionSetId ?? "");
  if (sameSet && (next.type ?? PLATFORM) === present.type) return;
  const place = { subscriptionId: disk.subscriptionId, location: disk.location };
  checkEncryption(world.state, next, { place, parameter: "disk.encryption" });
  const vm = runningOwner(world, disk);
  if (vm !== undefined)
    throw operationNotAllowed(
      `Cannot change Encryption Setting of disk ${disk.name} while it is attached to running VM ${vm}.`,
    );
  const isFixed = (type: string | undefined): boolean => type === DOUBLE;
  if ((present.type ?? PLATFORM) !== PLATFORM && (next.type ?? PLATFORM) === PLATFORM)
    throw badRequest(
      `Encryption of disk '${disk.name}' cannot be changed from ${present.type} to ${PLATFORM}.`,
    );
  if (isFixed(present.type) !== isFixed(next.type))
    throw badRequest(
      `Encryption of disk '${disk.name}' cannot be changed from ${present.type} to ${next.type}.`,
    );
  if (disk.encryptionSettingsCollection?.enabled === true)
    throw badRequest(
      `Disk '${disk.name}' is encrypted with Azure Disk Encryption and cannot be encrypted with a customer-managed key.`,
    );
  disk.encryption = next;
}

function changeOthers(world: World, disk: Disk, changes: DiskChanges): void {
  const { maxShares, burstingEnabled } = changes;
  if (maxShares !== undefined && maxShares !== (disk.maxShares ?? 1)) {
    if (disk.managedBy !== undefined)
      throw operationNotAllowed(
        `Cannot change MaxShares of disk ${disk.name} while it is attached to VM ${disk.managedBy}.`,
      );
  }
  if (burstingEnabled === true && disk.burstingEnabled !== true) disk.burstingEnabledTime = world.clock.now();
  Object.assign(disk, plainDiskChanges(changes));
}

/** Without performance and tier that the client read and sends back: they follow from the size. */
function withoutDerived(disk: Disk, changes: DiskChanges): DiskChanges {
  if (isProvisioned(disk.sku)) return changes;
  const sizeGb = sizeGbOf(disk.sizeBytes);
  const { iops, mbps } = performanceOf(disk);
  const { diskIOPSReadWrite, diskMBpsReadWrite, tier, ...rest } = changes;
  return {
    ...rest,
    ...(diskIOPSReadWrite === undefined || diskIOPSReadWrite === iops ? {} : { diskIOPSReadWrite }),
    ...(diskMBpsReadWrite === undefined || diskMBpsReadWrite === mbps ? {} : { diskMBpsReadWrite }),
    ...(tier === undefined || (tier === baselineTier(disk.sku, sizeGb) && disk.tier === undefined)
      ? {}
      : { tier }),
  };
}

/** Object.assign keeps members that the new state no longer has. */
function forget(disk: Disk, next: Disk): void {
  if (next.diskAccessId === undefined) delete disk.diskAccessId;
  // A tier that the disk has by its size again is not a choice.
  if (next.tier === baselineTier(next.sku, sizeGbOf(next.sizeBytes))) {
    delete next.tier;
    delete disk.tier;
  }
}
