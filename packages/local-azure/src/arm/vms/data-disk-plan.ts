/** The data disks of a PUT or PATCH: the whole array that the VM will have. */
import { randomUUID } from "node:crypto";
import type { Disk, Vm } from "../../state/model.ts";
import { GIB } from "../../units.ts";
import type { World } from "../../world.ts";
import { missingParameter } from "../body.ts";
import { ArmError, fixedProperty } from "../errors.ts";
import { computeId, keyOf } from "../ids.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";
import type { DiskChange } from "./attach.ts";
import {
  type Attachment,
  checkAttachments,
  checkStorageType,
  diskToAttach,
  refuseBeingDetached,
} from "./attach-rules.ts";
import { invalidTarget, notHere } from "./vm-errors.ts";
import type { DataDiskRequest } from "./vm-request.ts";

type DataDisk = Vm["dataDisks"][number];

export interface DataDiskPlan extends DiskChange {
  /** Changes of disks that stay. */
  edit: (() => void)[];
}

/**
 * Compares the array of a request with the VM's disks: an entry that is missing is detached, a new
 * one attached. `layers`: layers for the new empty disks, in order.
 * @throws ArmError 400, 404, 409, 501
 */
export function planDataDisks(
  world: World,
  vm: Vm,
  request: { disks: readonly DataDiskRequest[]; layers: readonly string[] },
): DataDiskPlan {
  const layers = [...request.layers];
  const stay = new Set<DataDisk>();
  const plan = { attach: [] as Attachment[], detach: [] as DataDisk[], edit: [] as (() => void)[] };
  for (const wanted of request.disks) {
    const present = presentDisk(vm, wanted);
    if (present && wanted.toBeDetached !== true) {
      refuseBeingDetached(vm, present.diskId);
      stay.add(present);
      plan.edit.push(...edits(vm, present, wanted));
    } else if (!present) plan.attach.push(newAttachment(world, vm, { wanted, layer: layers.shift() }));
  }
  plan.detach = vm.dataDisks.filter((disk) => !stay.has(disk));
  checkAttachments(world, vm, { add: plan.attach, stay: [...stay] });
  return plan;
}

/** Number of disks that a request creates. */
export function newDiskCount(vm: Vm, disks: readonly DataDiskRequest[]): number {
  return disks.filter((wanted) => !presentDisk(vm, wanted) && wanted.createOption === "Empty").length;
}

function presentDisk(vm: Vm, wanted: DataDiskRequest): DataDisk | undefined {
  const id = wanted.managedDisk?.id;
  if (id !== undefined) return vm.dataDisks.find((disk) => keyOf(disk.diskId) === keyOf(id));
  return vm.dataDisks.find(
    (disk) =>
      disk.lun === wanted.lun &&
      (wanted.name === undefined || wanted.name.toLowerCase() === disk.name.toLowerCase()),
  );
}

function edits(vm: Vm, disk: DataDisk, wanted: DataDiskRequest): (() => void)[] {
  if (wanted.createOption !== disk.createOption) throw fixedProperty("dataDisk.createOption");
  if (wanted.lun !== disk.lun) throw fixedProperty("dataDisk.lun");
  if (wanted.name !== undefined && wanted.name.toLowerCase() !== disk.name.toLowerCase())
    throw fixedProperty("dataDisk.name");
  if (wanted.writeAcceleratorEnabled === true && !sizeOf(vm.size).writeAccelerator)
    throw invalidTarget(
      "dataDisk.writeAcceleratorEnabled",
      `Write Accelerator is not supported for the VM size '${vm.size}'.`,
    );
  const { caching, deleteOption, writeAcceleratorEnabled } = wanted;
  return [
    () =>
      Object.assign(disk, {
        ...(caching === undefined ? {} : { caching }),
        ...(deleteOption === undefined ? {} : { deleteOption }),
        ...(writeAcceleratorEnabled === undefined ? {} : { writeAcceleratorEnabled }),
      }),
  ];
}

function newAttachment(
  world: World,
  vm: Vm,
  { wanted, layer }: { wanted: DataDiskRequest; layer: string | undefined },
): Attachment {
  const disk =
    wanted.createOption === "Attach" ? existing(world, vm, wanted) : created(world, vm, { wanted, layer });
  return {
    disk,
    lun: wanted.lun,
    caching: wanted.caching ?? "None",
    deleteOption: wanted.deleteOption ?? "Detach",
    createOption: wanted.createOption === "Attach" ? "Attach" : "Empty",
    writeAcceleratorEnabled: wanted.writeAcceleratorEnabled,
  };
}

function existing(world: World, vm: Vm, wanted: DataDiskRequest): Disk {
  const id = wanted.managedDisk?.id;
  if (id === undefined) throw missingParameter("dataDisk.managedDisk.id");
  const disk = diskToAttach(world, vm, id);
  if (wanted.name !== undefined && wanted.name.toLowerCase() !== disk.name.toLowerCase())
    throw invalidTarget(
      "dataDisk.name",
      `The value '${wanted.name}' of parameter 'dataDisk.name' must be the name of the managed disk '${disk.name}'.`,
    );
  return disk;
}

/** A new empty disk beside the VM. It is in the state when the change begins. */
function created(
  world: World,
  vm: Vm,
  { wanted, layer }: { wanted: DataDiskRequest; layer: string | undefined },
): Disk {
  const { createOption, managedDisk, diskSizeGB } = wanted;
  if (createOption !== "Empty")
    throw notHere(`create a data disk of a VM with createOption '${createOption}'`);
  if (managedDisk?.id !== undefined)
    throw new ArmError(
      { status: 400, code: "InvalidParameterConflictingProperties" },
      "The property 'dataDisk.createOption' cannot have the value 'Empty' when property 'dataDisk.managedDisk.id' is set.",
    );
  if (diskSizeGB === undefined) throw missingParameter("dataDisk.diskSizeGB");
  if (layer === undefined) throw new Error("A new disk has no layer");
  const name = wanted.name ?? `${vm.name}_disk${vm.dataDisks.length + 2}_${randomUUID().replaceAll("-", "")}`;
  const id = computeId({ subscriptionId: vm.subscriptionId, group: vm.resourceGroup }, "disks", name);
  const sku = managedDisk?.storageAccountType ?? "Standard_LRS";
  checkStorageType(vm, { sku, name });
  if (world.state.disks[keyOf(id)])
    throw new ArmError(
      { status: 409, code: "ConflictingUserInput" },
      `The disk '${name}' already exists in resource group '${vm.resourceGroup.toUpperCase()}'. Only CreateOption.Attach is supported.`,
    );
  return {
    id,
    name,
    subscriptionId: vm.subscriptionId,
    resourceGroup: vm.resourceGroup,
    location: vm.location,
    ...(vm.zones && !sku.endsWith("_ZRS") ? { zones: vm.zones } : {}),
    sku,
    sizeBytes: diskSizeGB * GIB,
    createOption: "Empty",
    uniqueId: randomUUID(),
    timeCreated: world.clock.now(),
    provisioningState: "Succeeded",
    networkAccessPolicy: "AllowAll",
    writes: 0,
    layer,
  };
}
