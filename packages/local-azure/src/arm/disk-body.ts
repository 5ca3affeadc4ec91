import type { Disk as DiskModel, Snapshot as SnapshotModel } from "@azure/arm-compute";
import { liveGrants } from "../blob/target.ts";
import { isoTime } from "../clock.ts";
import type { Disk, Snapshot } from "../state/model.ts";
import type { World } from "../world.ts";
import { keyOf } from "./ids.ts";
import type { ArmResource } from "./wire.ts";

const GIB = 1024 ** 3;
type DiskBody = ArmResource<
  DiskModel,
  "id" | "name" | "type" | "location" | "tags" | "zones" | "sku" | "managedBy"
>;
type SnapshotBody = ArmResource<SnapshotModel, "id" | "name" | "type" | "location" | "tags" | "sku">;

/** Where a disk stands: uploads, then open access, then its VM. */
export function diskState(world: World, disk: Disk): string {
  if (disk.upload !== undefined) return disk.upload;
  if (liveGrants(world.state, disk.id, world.clock.now()).length > 0) return "ActiveSAS";
  const vm = disk.managedBy === undefined ? undefined : world.state.vms[keyOf(disk.managedBy)];
  if (!vm) return "Unattached";
  return vm.power === "deallocated" ? "Reserved" : "Attached";
}

export function diskBody(world: World, disk: Disk): DiskBody {
  return {
    id: disk.id,
    name: disk.name,
    type: "Microsoft.Compute/disks",
    location: disk.location,
    ...(disk.tags ? { tags: disk.tags } : {}),
    ...(disk.zones ? { zones: disk.zones } : {}),
    sku: { name: disk.sku, tier: disk.sku.split("_")[0] ?? "" },
    ...(disk.managedBy === undefined ? {} : { managedBy: disk.managedBy }),
    properties: {
      ...(disk.osType ? { osType: disk.osType } : {}),
      ...(disk.hyperVGeneration ? { hyperVGeneration: disk.hyperVGeneration } : {}),
      creationData: {
        createOption: disk.createOption,
        ...(disk.sourceResourceId === undefined ? {} : { sourceResourceId: disk.sourceResourceId }),
        ...(disk.sourceUniqueId === undefined ? {} : { sourceUniqueId: disk.sourceUniqueId }),
        ...(disk.uploadSizeBytes === undefined ? {} : { uploadSizeBytes: disk.uploadSizeBytes }),
      },
      diskSizeGB: Math.ceil(disk.sizeBytes / GIB),
      diskSizeBytes: disk.sizeBytes,
      uniqueId: disk.uniqueId,
      timeCreated: isoTime(disk.timeCreated),
      provisioningState: disk.provisioningState,
      diskState: diskState(world, disk),
      encryption: { type: "EncryptionAtRestWithPlatformKey" },
      networkAccessPolicy: disk.networkAccessPolicy,
      publicNetworkAccess: "Enabled",
      ...(disk.maxShares === undefined ? {} : { maxShares: disk.maxShares }),
      ...(disk.securityType === undefined ? {} : { securityProfile: { securityType: disk.securityType } }),
    },
  };
}

export function snapshotBody(world: World, snapshot: Snapshot): SnapshotBody {
  const open = liveGrants(world.state, snapshot.id, world.clock.now()).length > 0;
  return {
    id: snapshot.id,
    name: snapshot.name,
    type: "Microsoft.Compute/snapshots",
    location: snapshot.location,
    ...(snapshot.tags ? { tags: snapshot.tags } : {}),
    sku: { name: snapshot.sku, tier: "Standard" },
    properties: {
      ...(snapshot.osType ? { osType: snapshot.osType } : {}),
      ...(snapshot.hyperVGeneration ? { hyperVGeneration: snapshot.hyperVGeneration } : {}),
      creationData: {
        createOption: "Copy",
        sourceResourceId: snapshot.sourceResourceId,
        sourceUniqueId: snapshot.sourceUniqueId,
      },
      diskSizeGB: Math.ceil(snapshot.sizeBytes / GIB),
      diskSizeBytes: snapshot.sizeBytes,
      uniqueId: snapshot.uniqueId,
      timeCreated: isoTime(snapshot.timeCreated),
      provisioningState: snapshot.provisioningState,
      diskState: open ? "ActiveSAS" : "Unattached",
      incremental: snapshot.incremental,
      ...(snapshot.incremental ? { incrementalSnapshotFamilyId: snapshot.familyId } : {}),
      encryption: { type: "EncryptionAtRestWithPlatformKey" },
      networkAccessPolicy: snapshot.networkAccessPolicy,
      publicNetworkAccess: "Enabled",
      completionPercent: 100,
      snapshotAccessState: "Available",
    },
  };
}
