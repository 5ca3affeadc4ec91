/** The JSON of a VM: model, instance view, and the configuration that restore points keep. */
import type {
  RestorePointSourceMetadata,
  VirtualMachine,
  VirtualMachineInstanceView,
} from "@azure/arm-compute";
import { isoTime } from "../clock.ts";
import type { State, Vm } from "../state/model.ts";
import { GIB } from "../units.ts";
import { extensionInstanceView, status } from "./extension-body.ts";
import { keyOf } from "./ids.ts";
import { vmType } from "./resource-types.ts";
import { type ArmResource, envelope, type Json } from "./wire.ts";

type VmEnvelope = "id" | "name" | "type" | "location" | "tags" | "zones";
type VmBody = ArmResource<VirtualMachine, VmEnvelope>;
/** A VM as GET returns it. `expand` adds `instanceview` and `userdata`. */
export function vmBody(state: State, vm: Vm, expand: ReadonlySet<string> = new Set()): VmBody {
  return {
    ...envelope(vmType, vm),
    ...(vm.zones ? { zones: vm.zones } : {}),
    properties: {
      vmId: vm.vmId,
      provisioningState: vm.provisioningState,
      timeCreated: isoTime(vm.timeCreated),
      hardwareProfile: { vmSize: vm.size },
      storageProfile: storageProfile(state, vm),
      osProfile: osProfile(vm),
      networkProfile: {
        networkInterfaces: vm.networkInterfaces.map((id) => ({ id, properties: { primary: true } })),
      },
      ...(vm.licenseType === undefined ? {} : { licenseType: vm.licenseType }),
      ...(expand.has("instanceview") ? { instanceView: instanceView(vm) } : {}),
      ...(expand.has("userdata") && vm.userData !== undefined ? { userData: vm.userData } : {}),
    },
  };
}

function osProfile(vm: Vm): NonNullable<VmBody["properties"]["osProfile"]> {
  return {
    computerName: vm.computerName,
    adminUsername: vm.adminUsername,
    ...(vm.osType === "Windows"
      ? { windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: true } }
      : { linuxConfiguration: { disablePasswordAuthentication: true, provisionVMAgent: true } }),
    allowExtensionOperations: true,
  };
}

function managedDisk(state: State, diskId: string): { id: string; storageAccountType: string } {
  return { id: diskId, storageAccountType: state.disks[keyOf(diskId)]?.sku ?? "Premium_LRS" };
}

function sizeGb(state: State, diskId: string): number {
  return Math.ceil((state.disks[keyOf(diskId)]?.sizeBytes ?? 0) / GIB);
}

function storageProfile(state: State, vm: Vm): NonNullable<VmBody["properties"]["storageProfile"]> {
  return {
    ...(vm.imageReference ? { imageReference: vm.imageReference } : {}),
    osDisk: {
      osType: vm.osType,
      name: vm.osDisk.name,
      createOption: vm.osDisk.createOption,
      caching: vm.osDisk.caching,
      deleteOption: vm.osDisk.deleteOption,
      managedDisk: managedDisk(state, vm.osDisk.diskId),
      diskSizeGB: sizeGb(state, vm.osDisk.diskId),
    },
    dataDisks: vm.dataDisks.map((disk) => ({
      lun: disk.lun,
      name: disk.name,
      createOption: disk.createOption,
      caching: disk.caching,
      deleteOption: disk.deleteOption,
      managedDisk: managedDisk(state, disk.diskId),
      diskSizeGB: sizeGb(state, disk.diskId),
      toBeDetached: false,
    })),
    diskControllerType: "SCSI",
  };
}

/** A VM's configuration for a restore point. `points`: id of the disk restore point by disk key. */
export function sourceMetadata(
  state: State,
  vm: Vm,
  points: ReadonlyMap<string, string>,
): Json<RestorePointSourceMetadata> {
  const diskOf = (diskId: string): { id: string } | undefined => {
    const id = points.get(keyOf(diskId));
    return id === undefined ? undefined : { id };
  };
  return {
    hardwareProfile: { vmSize: vm.size },
    storageProfile: {
      osDisk: {
        osType: vm.osType,
        name: vm.osDisk.name,
        caching: vm.osDisk.caching,
        diskSizeGB: sizeGb(state, vm.osDisk.diskId),
        managedDisk: managedDisk(state, vm.osDisk.diskId),
        ...withPoint(diskOf(vm.osDisk.diskId)),
      },
      dataDisks: vm.dataDisks.flatMap((disk) => {
        const point = diskOf(disk.diskId);
        if (!point) return [];
        return {
          lun: disk.lun,
          name: disk.name,
          caching: disk.caching,
          diskSizeGB: sizeGb(state, disk.diskId),
          managedDisk: managedDisk(state, disk.diskId),
          diskRestorePoint: point,
        };
      }),
      diskControllerType: "SCSI",
    },
    osProfile: osProfile(vm),
    vmId: vm.vmId,
    location: vm.location,
    hyperVGeneration: "V2",
    ...(vm.licenseType === undefined ? {} : { licenseType: vm.licenseType }),
    ...(vm.userData === undefined ? {} : { userData: vm.userData }),
  };
}

function withPoint(point: { id: string } | undefined): { diskRestorePoint?: { id: string } } {
  return point ? { diskRestorePoint: point } : {};
}

/** The run-time state of a VM: power, agent, extensions. */
export function instanceView(vm: Vm): Json<VirtualMachineInstanceView> {
  const running = vm.power === "running";
  const ready = running && vm.guest.agent.status === "Ready";
  return {
    ...(ready
      ? { computerName: vm.computerName, osName: vm.guest.osName, osVersion: vm.guest.osVersion }
      : {}),
    hyperVGeneration: "V2",
    vmAgent: {
      vmAgentVersion: ready ? vm.guest.agent.version : "Unknown",
      statuses: [
        ready
          ? {
              ...status("ProvisioningState/succeeded", "Ready"),
              message: "GuestAgent is running and processing the extensions.",
            }
          : {
              ...status("ProvisioningState/Unavailable", "Not Ready"),
              message: "VM status blob is found but not yet populated.",
            },
      ],
      extensionHandlers: Object.values(vm.extensions).map((extension) => ({
        type: `${extension.publisher}.${extension.type}`,
        typeHandlerVersion: extension.typeHandlerVersion,
        status: status("ProvisioningState/succeeded", "Ready"),
      })),
    },
    disks: [vm.osDisk, ...vm.dataDisks].map((disk) => ({
      name: disk.name,
      statuses: [status("ProvisioningState/succeeded", "Provisioning succeeded")],
    })),
    extensions: Object.values(vm.extensions).map(extensionInstanceView),
    statuses: [
      status(
        `ProvisioningState/${vm.provisioningState.toLowerCase()}`,
        `Provisioning ${vm.provisioningState.toLowerCase()}`,
      ),
      status(`PowerState/${vm.power}`, `VM ${vm.power}`),
    ],
  };
}
