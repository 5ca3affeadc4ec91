/** What Azure checks before it attaches a data disk to a VM. */
import type { Disk, Vm } from "../../state/model.ts";
import { GIB } from "../../units.ts";
import type { World } from "../../world.ts";
import { diskState } from "../disks/disk-body.ts";
import { accessOpen } from "../disks/disk-errors.ts";
import { ownersOf } from "../disks/disk-owners.ts";
import { ArmError, badRequest, conflict, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";
import { invalidTarget } from "./vm-errors.ts";
import { capitalGroup } from "./vm-storage.ts";

/** A data disk that is about to be attached. */
export interface Attachment {
  disk: Disk;
  lun: number;
  caching: Vm["osDisk"]["caching"];
  deleteOption: Vm["osDisk"]["deleteOption"];
  createOption: "Attach" | "Empty";
  writeAcceleratorEnabled?: boolean | undefined;
}

/** LUN of a data disk: 0 to 63 (SDK: DataDisk.lun with the largest MaxDataDiskCount). */
const MAX_LUN = 63;
/** Host caching ends below 4 TiB (learn: disks-performance). */
const MAX_CACHED_GIB = 4095;

/** Checks the id of a disk that a request names. @throws ArmError 400, 404 */
export function diskToAttach(world: World, vm: Vm, id: string): Disk {
  const [, subscription] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/disks\/[^/]+$/i.exec(
      id,
    ) ?? [];
  if (subscription === undefined)
    throw invalidTarget(
      "dataDisk.managedDisk.id",
      `The value '${id}' of parameter 'dataDisk.managedDisk.id' is invalid.`,
    );
  if (subscription.toLowerCase() !== vm.subscriptionId.toLowerCase())
    throw invalidTarget(
      "dataDisk.managedDisk.id",
      `Subscription ${vm.subscriptionId} of the request must match the subscription ${subscription} contained in the managed disk id.`,
    );
  const disk = world.state.disks[keyOf(id)];
  if (!disk)
    throw new ArmError(
      { status: 404, code: "NotFound" },
      `Disk ${id.slice(id.lastIndexOf("/") + 1)} is not found.`,
    );
  return disk;
}

/** Checks disks together with those that stay on the VM. @throws ArmError 400, 409 */
export function checkAttachments(
  world: World,
  vm: Vm,
  wanted: { add: readonly Attachment[]; stay: readonly Vm["dataDisks"][number][] },
): void {
  const taken = new Map(wanted.stay.map((disk) => [disk.lun, disk.name]));
  for (const attachment of wanted.add) {
    checkOwner(vm, attachment.disk);
    checkLun(attachment, taken);
    taken.set(attachment.lun, attachment.disk.name);
    checkPlace(vm, attachment.disk);
    checkKind(vm, attachment);
    checkFree(world, attachment.disk);
  }
  checkCount(vm, wanted.add.length + wanted.stay.length);
}

export function checkCount(vm: Pick<Vm, "size">, count: number): void {
  const { maxDataDisks } = sizeOf(vm.size);
  if (count > maxDataDisks)
    throw operationNotAllowed(
      `The maximum number of data disks allowed to be attached to a VM of this size is ${maxDataDisks}.`,
    );
}

function checkLun({ lun, disk }: Attachment, taken: ReadonlyMap<number, string>): void {
  if (lun < 0 || lun > MAX_LUN)
    throw invalidTarget(
      "dataDisk.lun",
      `The value '${lun}' of parameter 'dataDisk.lun' is out of range. The value must be between '0' and '${MAX_LUN}', inclusive.`,
    );
  const other = taken.get(lun);
  if (other !== undefined)
    throw invalidTarget("dataDisk.lun", `A disk named '${other}' already uses the same LUN: ${lun}.`);
  if ([...taken.values()].some((name) => name.toLowerCase() === disk.name.toLowerCase()))
    throw invalidTarget("dataDisk.name", `A disk named '${disk.name}' already exists.`);
}

/** Region and zone of the disk and the VM. A zone-redundant disk fits any zone. */
function checkPlace(vm: Vm, disk: Disk): void {
  const refuse = (reason: string): ArmError =>
    badRequest(`Disk ${capitalGroup(disk.id)} cannot be attached to the VM because it is not in ${reason}.`);
  if (disk.location !== vm.location) throw refuse(`location '${vm.location}'`);
  const [vmZone] = vm.zones ?? [];
  const [diskZone] = disk.zones ?? [];
  if (disk.sku.endsWith("_ZRS") || vmZone === diskZone) return;
  if (vmZone !== undefined && diskZone === undefined) throw refuse(`zone '${vmZone}'`);
  if (vm.availabilitySetId !== undefined)
    throw badRequest(
      `Zonal Disk '${capitalGroup(disk.id)}' cannot be attached to resource '${vm.name}' because the resource belongs to an Availability Set and this feature is not supported.`,
    );
  throw badRequest(
    `Disk ${capitalGroup(disk.id)} cannot be attached to the VM because it is not in the same zone as the VM. VM zone: '${vmZone ?? ""}'. Disk zone: '${diskZone}'.`,
  );
}

/** Storage type, caching, sharing and security of the disk against the VM and its size. */
function checkKind(vm: Vm, { disk, caching, writeAcceleratorEnabled }: Attachment): void {
  checkStorageType(vm, disk);
  const isDirect = disk.sku === "UltraSSD_LRS" || disk.sku === "PremiumV2_LRS";
  const noCaching = (reason: string): ArmError =>
    invalidTarget("dataDisk.caching", `Only Disk CachingType 'None' is supported for ${reason}.`);
  if (caching !== "None") {
    if (disk.sizeBytes > MAX_CACHED_GIB * GIB)
      throw noCaching(`disk with size greater than ${MAX_CACHED_GIB} GB`);
    if (isDirect) throw noCaching(`disk with storage account type '${disk.sku}'`);
    if ((disk.maxShares ?? 1) > 1) throw noCaching("shared disk");
  }
  if (writeAcceleratorEnabled === true && !sizeOf(vm.size).writeAccelerator)
    throw invalidTarget(
      "dataDisk.writeAcceleratorEnabled",
      `Write Accelerator is not supported for the VM size '${vm.size}'.`,
    );
  const vmType = vm.securityProfile?.securityType ?? "Standard";
  const [diskType = "Standard"] = (disk.securityType ?? "Standard").split("_");
  if (diskType !== "Standard" && diskType !== vmType)
    throw badRequest(
      `Disk ${capitalGroup(disk.id)} with security type '${diskType}' cannot be attached to a VM with security type '${vmType}'.`,
    );
}

/** Whether a size can have a disk of a storage type. @throws ArmError 400 */
export function checkStorageType(
  vm: Pick<Vm, "size" | "additionalCapabilities">,
  disk: Pick<Disk, "sku" | "name">,
): void {
  if (disk.sku === "UltraSSD_LRS" && vm.additionalCapabilities?.ultraSSDEnabled !== true)
    throw invalidTarget(
      "managedDisk.storageAccountType",
      "StorageAccountType UltraSSD_LRS can be used only when additionalCapabilities.ultraSSDEnabled is set.",
    );
  if (disk.sku.startsWith("Premium") && !sizeOf(vm.size).premiumStorage)
    throw invalidTarget(
      "managedDisk.storageAccountType",
      `Requested operation cannot be performed because the VM size ${vm.size} does not support the storage account type ${disk.sku} of disk '${disk.name}'. Consider updating the VM to a size that supports Premium storage.`,
    );
}

/** Refuses a disk whose detach has not succeeded. @throws ArmError 409 */
export function refuseBeingDetached(vm: Vm, diskId: string): void {
  const mine = vm.dataDisks.find((disk) => keyOf(disk.diskId) === keyOf(diskId));
  if (mine?.toBeDetached !== true) return;
  throw new ArmError(
    { status: 409, code: "AttachDiskWhileBeingDetached" },
    `Cannot attach data disk '${mine.name}' to VM '${vm.name}' because the disk is currently being detached or the last detach operation failed. Please wait until the disk is completely detached and then try again or delete/detach the disk explicitly again.`,
  );
}

function checkOwner(vm: Vm, disk: Disk): void {
  refuseBeingDetached(vm, disk.id);
  const owners = ownersOf(disk).filter((id) => keyOf(id) !== keyOf(vm.id));
  const [owner] = owners;
  if (owner !== undefined && owners.length >= (disk.maxShares ?? 1))
    throw new ArmError(
      { status: 409, code: "ConflictingUserInput" },
      `Disk '${disk.id}' cannot be attached as the disk is already owned by VM '${owner}'.`,
    );
  if (ownersOf(disk).some((id) => keyOf(id) === keyOf(vm.id)))
    throw invalidTarget("dataDisk.name", `A disk named '${disk.name}' already exists.`);
}

/** An upload or open access keeps a disk from being attached (SDK: DiskState). */
function checkFree(world: World, disk: Disk): void {
  const state = diskState(world, disk);
  if (state === "ActiveSAS") throw accessOpen("disk", disk.name);
  if (state === "ReadyToUpload" || state.startsWith("Active"))
    throw conflict(
      `Disk '${disk.name}' cannot be attached to the VM because the disk is in '${state}' state. Revoke its access first.`,
    );
  if (disk.provisioningState === "Deleting")
    throw operationNotAllowed(`Disk '${disk.name}' cannot be attached because it is being deleted.`);
}
