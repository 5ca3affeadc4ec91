/** The configuration of a VM that a restore point keeps. */
import type { RestorePointSourceMetadata } from "@azure/arm-compute";
import type { State, Vm } from "../state/model.ts";
import { keyOf } from "./ids.ts";
import { osProfile } from "./vm-body.ts";
import { generationOf } from "./vm-instance-view.ts";
import { sizeGb } from "./vm-storage.ts";
import type { Json } from "./wire.ts";

type Storage = NonNullable<Json<RestorePointSourceMetadata>["storageProfile"]>;

/** A VM's configuration for a restore point. `points`: id of the disk restore point by disk key. */
export function sourceMetadata(
  state: State,
  vm: Vm,
  points: ReadonlyMap<string, string>,
): Json<RestorePointSourceMetadata> {
  return {
    hardwareProfile: { vmSize: vm.size },
    storageProfile: storage(state, vm, points),
    ...(vm.osDisk.createOption === "Attach" ? {} : { osProfile: osProfile(vm) }),
    ...(vm.diagnosticsProfile ? { diagnosticsProfile: vm.diagnosticsProfile } : {}),
    ...(vm.securityProfile ? { securityProfile: vm.securityProfile } : {}),
    vmId: vm.vmId,
    location: vm.location,
    hyperVGeneration: generationOf(state, vm),
    ...(vm.licenseType === undefined ? {} : { licenseType: vm.licenseType }),
    ...(vm.userData === undefined ? {} : { userData: vm.userData }),
  };
}

function storage(state: State, vm: Vm, points: ReadonlyMap<string, string>): Storage {
  const common = (
    disk: Vm["osDisk"] | Vm["dataDisks"][number],
  ): Omit<NonNullable<Storage["dataDisks"]>[number], "lun"> => {
    const record = state.disks[keyOf(disk.diskId)];
    const point = points.get(keyOf(disk.diskId));
    return {
      name: disk.name,
      caching: disk.caching,
      diskSizeGB: sizeGb(record),
      managedDisk: { id: disk.diskId, storageAccountType: record?.sku ?? "Premium_LRS" },
      ...(disk.writeAcceleratorEnabled === undefined
        ? {}
        : { writeAcceleratorEnabled: disk.writeAcceleratorEnabled }),
      ...(point === undefined ? {} : { diskRestorePoint: { id: point } }),
    };
  };
  return {
    osDisk: {
      osType: vm.osType,
      ...common(vm.osDisk),
      ...(vm.osDisk.encryptionSettings ? { encryptionSettings: vm.osDisk.encryptionSettings } : {}),
    },
    // An excluded disk is not in the metadata.
    dataDisks: vm.dataDisks
      .filter((disk) => points.has(keyOf(disk.diskId)))
      .map((disk) => ({ lun: disk.lun, ...common(disk) })),
    diskControllerType: vm.diskControllerType ?? "SCSI",
  };
}
