/** The JSON of a managed disk. */
import type { Disk as DiskModel } from "@azure/arm-compute";
import { liveGrants } from "../blob/target.ts";
import { isoTime } from "../clock.ts";
import type { Disk, Snapshot } from "../state/model.ts";
import { GIB } from "../units.ts";
import type { World } from "../world.ts";
import { keyOf } from "./ids.ts";
import { diskType } from "./resource-types.ts";
import { type ArmResource, envelope } from "./wire.ts";

type DiskBody = ArmResource<
  DiskModel,
  "id" | "name" | "type" | "location" | "tags" | "zones" | "sku" | "managedBy"
>;

/** The `diskState` of a disk. An upload comes before open access, and open access before the VM. */
export function diskState(world: World, disk: Disk): string {
  if (disk.upload !== undefined) return disk.upload;
  if (liveGrants(world.state, disk.id, world.clock.now()).length > 0) return "ActiveSAS";
  const vm = disk.managedBy === undefined ? undefined : world.state.vms[keyOf(disk.managedBy)];
  if (!vm) return "Unattached";
  return vm.power === "deallocated" ? "Reserved" : "Attached";
}

export function diskBody(world: World, disk: Disk): DiskBody {
  return {
    ...envelope(diskType, disk),
    ...(disk.zones ? { zones: disk.zones } : {}),
    sku: { name: disk.sku, tier: disk.sku.split("_")[0] ?? "" },
    ...(disk.managedBy === undefined ? {} : { managedBy: disk.managedBy }),
    properties: {
      ...contentProperties(disk),
      creationData: {
        createOption: disk.createOption,
        ...(disk.sourceResourceId === undefined ? {} : { sourceResourceId: disk.sourceResourceId }),
        ...(disk.sourceUniqueId === undefined ? {} : { sourceUniqueId: disk.sourceUniqueId }),
        ...(disk.uploadSizeBytes === undefined ? {} : { uploadSizeBytes: disk.uploadSizeBytes }),
      },
      diskState: diskState(world, disk),
      ...(disk.maxShares === undefined ? {} : { maxShares: disk.maxShares }),
      ...(disk.securityType === undefined ? {} : { securityProfile: { securityType: disk.securityType } }),
    },
  };
}

/** Properties that disks and snapshots share. */
export function contentProperties(
  content: Disk | Snapshot,
): Pick<
  DiskBody["properties"],
  | "osType"
  | "hyperVGeneration"
  | "diskSizeGB"
  | "diskSizeBytes"
  | "uniqueId"
  | "timeCreated"
  | "provisioningState"
  | "encryption"
  | "networkAccessPolicy"
  | "publicNetworkAccess"
> {
  return {
    ...(content.osType ? { osType: content.osType } : {}),
    ...(content.hyperVGeneration ? { hyperVGeneration: content.hyperVGeneration } : {}),
    diskSizeGB: Math.ceil(content.sizeBytes / GIB),
    diskSizeBytes: content.sizeBytes,
    uniqueId: content.uniqueId,
    timeCreated: isoTime(content.timeCreated),
    provisioningState: content.provisioningState,
    encryption: { type: "EncryptionAtRestWithPlatformKey" },
    networkAccessPolicy: content.networkAccessPolicy,
    publicNetworkAccess: "Enabled",
  };
}
