/** The JSON of a managed disk, and the properties that snapshots share. */
import type { Disk as DiskModel } from "@azure/arm-compute";
import { liveGrants } from "../../blob/target.ts";
import { isoTime } from "../../clock.ts";
import type { Disk, Snapshot } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { keyOf } from "../ids.ts";
import { diskType } from "../resource-types.ts";
import { type ArmResource, envelope } from "../wire.ts";
import { runningOwner } from "./disk-owners.ts";
import { baselineTier, iopsRange, isProvisioned, performanceOf, sizeGbOf, skuFacts } from "./disk-skus.ts";

type DiskEnvelope =
  | "id"
  | "name"
  | "type"
  | "location"
  | "tags"
  | "zones"
  | "sku"
  | "managedBy"
  | "managedByExtended"
  | "extendedLocation";
type ModelBody = ArmResource<DiskModel, DiskEnvelope>;
/** Azure's names on the wire where the SDK's differ. */
type DiskBody = Omit<ModelBody, "properties"> & {
  properties: Omit<
    ModelBody["properties"],
    "diskIopsReadWrite" | "diskIopsReadOnly" | "lastOwnershipUpdateTime"
  > & {
    diskIOPSReadWrite?: number;
    diskIOPSReadOnly?: number;
    LastOwnershipUpdateTime?: string;
  };
};

/** The `diskState` of a disk. An upload comes before open access, and open access before the VM. */
export function diskState(world: World, disk: Disk): string {
  if (disk.upload !== undefined) return disk.upload;
  if (liveGrants(world.state, disk.id, world.clock.now()).length > 0) return "ActiveSAS";
  if (disk.managedBy === undefined || !world.state.vms[keyOf(disk.managedBy)]) return "Unattached";
  return runningOwner(world, disk) === undefined ? "Reserved" : "Attached";
}

/** A disk as GET returns it. While it is being created, what its operation decides is absent. */
export function diskBody(world: World, disk: Disk): DiskBody {
  const created = disk.provisioningState !== "Creating";
  const owners = disk.managedByExtended ?? [];
  return {
    ...envelope(diskType, disk),
    ...(disk.zones && disk.zones.length > 0 ? { zones: disk.zones } : {}),
    sku: { name: disk.sku, ...(created ? { tier: skuFacts(disk.sku).tier } : {}) },
    ...(disk.managedBy === undefined ? {} : { managedBy: disk.managedBy }),
    ...(owners.length > 0 ? { managedByExtended: owners } : {}),
    ...(disk.extendedLocation ? { extendedLocation: disk.extendedLocation } : {}),
    properties: {
      ...contentProperties(disk),
      creationData: creationData(disk),
      ...chosenOf(disk),
      ...(created ? derivedOf(world, disk) : {}),
      ...(owners.length > 0 ? { shareInfo: owners.map((vmUri) => ({ vmUri })) } : {}),
    },
  };
}

function creationData(disk: Disk): NonNullable<ModelBody["properties"]["creationData"]> {
  return {
    createOption: disk.createOption,
    ...(disk.sourceResourceId === undefined ? {} : { sourceResourceId: disk.sourceResourceId }),
    ...(disk.sourceUniqueId === undefined ? {} : { sourceUniqueId: disk.sourceUniqueId }),
    ...(disk.uploadSizeBytes === undefined ? {} : { uploadSizeBytes: disk.uploadSizeBytes }),
    ...(disk.logicalSectorSize === undefined || !isProvisioned(disk.sku)
      ? {}
      : { logicalSectorSize: disk.logicalSectorSize }),
    ...(disk.performancePlus === undefined ? {} : { performancePlus: disk.performancePlus }),
  };
}

/** Properties that only a request sets. */
function chosenOf(disk: Disk): Partial<DiskBody["properties"]> {
  const { maxShares, burstingEnabled, optimizedForFrequentAttach, availabilityPolicy } = disk;
  return {
    ...(maxShares === undefined ? {} : { maxShares }),
    ...(burstingEnabled === undefined ? {} : { burstingEnabled }),
    ...(optimizedForFrequentAttach === undefined ? {} : { optimizedForFrequentAttach }),
    ...(availabilityPolicy ? { availabilityPolicy } : {}),
  };
}

/** What VMs that read only get together: of Ultra disks always, of Premium SSD v2 if it is shared. */
function readerPerformance(
  { sku, maxShares = 1, sizeBytes }: Disk,
  own: { iops: number; mbps: number },
): { iops: number; mbps: number } | undefined {
  if (!isProvisioned(sku)) return undefined;
  if (maxShares > 1) return own;
  return sku === "UltraSSD_LRS" ? { iops: iopsRange(sku, sizeGbOf(sizeBytes)).min, mbps: 13 } : undefined;
}

/** Properties that the operation derives. */
function derivedOf(world: World, disk: Disk): Partial<DiskBody["properties"]> {
  const sizeGb = sizeGbOf(disk.sizeBytes);
  const tier = disk.tier ?? baselineTier(disk.sku, sizeGb);
  const { iops, mbps } = performanceOf(disk);
  const readers = readerPerformance(disk, { iops, mbps });
  const { ownershipChangedAt: owned, burstingEnabledTime: burst } = disk;
  return {
    diskState: diskState(world, disk),
    diskIOPSReadWrite: disk.diskIOPSReadWrite ?? iops,
    diskMBpsReadWrite: disk.diskMBpsReadWrite ?? mbps,
    ...(readers ? { diskIOPSReadOnly: disk.diskIOPSReadOnly ?? readers.iops } : {}),
    ...(readers ? { diskMBpsReadOnly: disk.diskMBpsReadOnly ?? readers.mbps } : {}),
    ...(disk.sku === "UltraSSD_LRS" ? { maxShares: disk.maxShares ?? 1 } : {}),
    ...(tier === undefined ? {} : { tier }),
    ...(burst === undefined ? {} : { burstingEnabledTime: isoTime(burst) }),
    ...(owned === undefined ? {} : { LastOwnershipUpdateTime: isoTime(owned) }),
  };
}

type Shared = Pick<
  DiskBody["properties"],
  | "osType"
  | "hyperVGeneration"
  | "purchasePlan"
  | "supportedCapabilities"
  | "encryptionSettingsCollection"
  | "securityProfile"
  | "supportsHibernation"
  | "diskSizeGB"
  | "diskSizeBytes"
  | "uniqueId"
  | "timeCreated"
  | "provisioningState"
  | "encryption"
  | "networkAccessPolicy"
  | "publicNetworkAccess"
  | "diskAccessId"
  | "dataAccessAuthMode"
>;

/** Properties that disks and snapshots share. */
export function contentProperties(content: Disk | Snapshot): Shared {
  const creating = content.provisioningState === "Creating";
  const { diskAccessId, dataAccessAuthMode, supportsHibernation } = content;
  // The size of an upload is known when it has ended.
  const uploads = "upload" in content && content.upload !== undefined;
  return {
    ...(content.osType ? { osType: content.osType } : {}),
    ...(content.hyperVGeneration ? { hyperVGeneration: content.hyperVGeneration } : {}),
    ...(content.purchasePlan ? { purchasePlan: content.purchasePlan } : {}),
    ...(content.supportedCapabilities ? { supportedCapabilities: content.supportedCapabilities } : {}),
    ...(content.encryptionSettingsCollection
      ? { encryptionSettingsCollection: content.encryptionSettingsCollection }
      : {}),
    ...securityProfile(content),
    ...(supportsHibernation === undefined ? {} : { supportsHibernation }),
    ...(diskAccessId === undefined ? {} : { diskAccessId }),
    ...(dataAccessAuthMode === undefined ? {} : { dataAccessAuthMode }),
    ...(uploads ? {} : { diskSizeGB: sizeGbOf(content.sizeBytes) }),
    provisioningState: creating ? "Updating" : content.provisioningState,
    ...(creating
      ? {}
      : {
          ...(uploads ? {} : { diskSizeBytes: content.sizeBytes }),
          uniqueId: content.uniqueId,
          timeCreated: isoTime(content.timeCreated),
          encryption: content.encryption ?? { type: "EncryptionAtRestWithPlatformKey" },
          networkAccessPolicy: content.networkAccessPolicy,
          publicNetworkAccess: content.publicNetworkAccess ?? "Enabled",
        }),
  };
}

function securityProfile(content: Disk | Snapshot): Pick<Shared, "securityProfile"> {
  const { securityType, secureVMDiskEncryptionSetId } = content;
  if (securityType === undefined) return {};
  return {
    securityProfile: {
      securityType,
      ...(secureVMDiskEncryptionSetId === undefined ? {} : { secureVMDiskEncryptionSetId }),
    },
  };
}

/** The 202 of a creation: what the request has. The operation decides the rest. */
export function requestBody<T extends { properties: object }>(body: T, asked: object): object {
  return { ...body, properties: { ...asked, provisioningState: "Updating" } };
}

/** The 202 of an update: what the request changes. What the operation derives is absent. */
export function changedBody(
  {
    properties,
    sku,
    ...rest
  }: {
    sku?: { name?: string };
    properties: Partial<Pick<Shared, "osType" | "diskSizeGB" | "provisioningState">> & {
      creationData?: unknown;
    };
  },
  asked: object,
): object {
  const { osType, creationData, diskSizeGB, provisioningState } = properties;
  return {
    ...rest,
    sku: { name: sku?.name },
    properties: { osType, creationData, diskSizeGB, ...asked, provisioningState },
  };
}

/** What the 202 of a disk's update shows of the request: performance that follows from the size is not in it. */
export function changedProperties(
  disk: Disk,
  asked: { diskIOPSReadWrite?: number; diskMBpsReadWrite?: number; tier?: string },
  tierBefore: string | undefined,
): object {
  if (isProvisioned(disk.sku)) return asked;
  const { diskIOPSReadWrite: _, diskMBpsReadWrite: __, tier: wanted, ...rest } = asked;
  const tier = wanted ?? tierBefore;
  return skuFacts(disk.sku).tier === "Premium" && tier !== undefined ? { ...rest, tier } : rest;
}
