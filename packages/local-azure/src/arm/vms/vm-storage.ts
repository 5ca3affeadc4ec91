/** The storage profile of a VM's JSON. */
import type { DataDisk, StorageProfile } from "@azure/arm-compute";
import type { Disk, State, Vm } from "../../state/model.ts";
import { GIB } from "../../units.ts";
import { keyOf } from "../ids.ts";
import type { Json } from "../wire.ts";

type ManagedDisk = NonNullable<NonNullable<Json<StorageProfile>["osDisk"]>["managedDisk"]>;

/** Azure writes the group of a disk's id in capitals in lists. */
export type IdStyle = (id: string) => string;

export const sameId: IdStyle = (id) => id;
export const capitalGroup: IdStyle = (id) =>
  id.replace(/\/resourceGroups\/([^/]+)/i, (_, group: string) => `/resourceGroups/${group.toUpperCase()}`);

export function storageProfile(state: State, vm: Vm, style: IdStyle = sameId): Json<StorageProfile> {
  const osDisk = state.disks[keyOf(vm.osDisk.diskId)];
  return {
    ...(vm.imageReference ? { imageReference: vm.imageReference } : {}),
    osDisk: {
      osType: vm.osType,
      name: vm.osDisk.name,
      createOption: vm.osDisk.createOption,
      caching: vm.osDisk.caching,
      ...writeAccelerator(vm.osDisk),
      ...(vm.osDisk.encryptionSettings ? { encryptionSettings: vm.osDisk.encryptionSettings } : {}),
      ...(vm.osDisk.diffDiskSettings ? { diffDiskSettings: vm.osDisk.diffDiskSettings } : {}),
      managedDisk: managedDisk(vm, osDisk, style(vm.osDisk.diskId)),
      deleteOption: vm.osDisk.deleteOption,
      ...allocatedSize(vm, osDisk),
    },
    dataDisks: vm.dataDisks.map((attached) => dataDisk(state, vm, { attached, style })),
    diskControllerType: vm.diskControllerType ?? "SCSI",
  };
}

function dataDisk(
  state: State,
  vm: Vm,
  { attached, style }: { attached: Vm["dataDisks"][number]; style: IdStyle },
): Json<DataDisk> {
  const disk = state.disks[keyOf(attached.diskId)];
  const performance = {
    ...(disk?.diskIOPSReadWrite === undefined ? {} : { diskIOPSReadWrite: disk.diskIOPSReadWrite }),
    ...(disk?.diskMBpsReadWrite === undefined ? {} : { diskMBpsReadWrite: disk.diskMBpsReadWrite }),
  };
  return {
    lun: attached.lun,
    name: attached.name,
    createOption: attached.createOption,
    caching: attached.caching,
    ...writeAccelerator(attached),
    managedDisk: managedDisk(vm, disk, style(attached.diskId)),
    deleteOption: attached.deleteOption,
    ...allocatedSize(vm, disk),
    toBeDetached: attached.toBeDetached ?? false,
    ...performance,
  };
}

function writeAccelerator(disk: { writeAcceleratorEnabled?: boolean | undefined }): {
  writeAcceleratorEnabled?: boolean;
} {
  return disk.writeAcceleratorEnabled === undefined
    ? {}
    : { writeAcceleratorEnabled: disk.writeAcceleratorEnabled };
}

/** A deallocated VM's model has neither size nor type of a disk: Azure reads both at allocation. */
function allocatedSize(vm: Vm, disk: Disk | undefined): { diskSizeGB?: number } {
  return vm.power === "deallocated" || !disk ? {} : { diskSizeGB: sizeGb(disk) };
}

export function sizeGb(disk: Disk | undefined): number {
  return Math.ceil((disk?.sizeBytes ?? 0) / GIB);
}

function managedDisk(vm: Vm, disk: Disk | undefined, id: string): ManagedDisk {
  const { encryption } = disk ?? {};
  return {
    id,
    ...(vm.power === "deallocated" ? {} : { storageAccountType: disk?.sku ?? "Premium_LRS" }),
    ...(encryption?.diskEncryptionSetId === undefined
      ? {}
      : { diskEncryptionSet: { id: encryption.diskEncryptionSetId } }),
    ...confidential(disk),
  };
}

/** How the disk of a confidential VM is encrypted, in the VM's words. */
function confidential(disk: Disk | undefined): Pick<ManagedDisk, "securityProfile"> {
  const type = disk?.securityType ?? "";
  if (!type.startsWith("ConfidentialVM_")) return {};
  const securityEncryptionType = type.includes("NonPersistedTPM")
    ? "NonPersistedTPM"
    : type.includes("VMGuestStateOnly")
      ? "VMGuestStateOnly"
      : "DiskWithVMGuestState";
  return {
    securityProfile: {
      securityEncryptionType,
      ...(disk?.secureVMDiskEncryptionSetId === undefined
        ? {}
        : { diskEncryptionSet: { id: disk.secureVMDiskEncryptionSetId } }),
    },
  };
}
