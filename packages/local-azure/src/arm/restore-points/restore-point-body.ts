/** The JSON of restore points and disk restore points. */
import type { DiskRestorePoint as DiskPointModel, RestorePoint as PointModel } from "@azure/arm-compute";
import { isoTime } from "../../clock.ts";
import type { DiskRestorePoint, RestorePoint } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import type { ArmResource, Json } from "../wire.ts";
import { accessState, completionPercent } from "./disk-point-copy.ts";
import { withoutDiskPoints } from "./source-metadata.ts";

/** Points come without a type. */
type PointEnvelope = "id" | "name";
type PointProperties = ArmResource<PointModel, PointEnvelope>["properties"];
/** `sourceMetadata` is stored as JSON, as it was when the operation began. */
type PointBody = Json<Pick<PointModel, PointEnvelope>> & {
  properties: Omit<PointProperties, "sourceMetadata"> & { sourceMetadata?: object };
};

export function restorePointBody(world: World, point: RestorePoint, withInstanceView = false): PointBody {
  const consistencyMode = point.reached ?? point.requested;
  const { excludeDisks, sourceMetadata, provisioningState, instantAccessDurationMinutes } = point;
  return {
    id: point.id,
    name: point.name,
    properties: {
      ...(excludeDisks.length > 0 ? { excludeDisks: excludeDisks.map((id) => ({ id })) } : {}),
      // Disk restore points are named when they exist.
      ...(sourceMetadata
        ? { sourceMetadata: point.disks.length > 0 ? sourceMetadata : withoutDiskPoints(sourceMetadata) }
        : {}),
      ...(point.sourceRestorePointId === undefined
        ? {}
        : { sourceRestorePoint: { id: point.sourceRestorePointId } }),
      provisioningState,
      ...(consistencyMode === undefined ? {} : { consistencyMode }),
      timeCreated: isoTime(point.timeCreated),
      ...(instantAccessDurationMinutes === undefined ? {} : { instantAccessDurationMinutes }),
      ...(withInstanceView ? { instanceView: instanceView(world, point) } : {}),
    },
  };
}

type InstanceView = NonNullable<PointProperties["instanceView"]>;

/** Of a point with copies, only the disks that replicate are in it. */
function instanceView(world: World, point: RestorePoint): InstanceView {
  const copies = point.disks.filter(({ copy }) => copy);
  const shown = copies.length > 0 ? copies : point.disks;
  return {
    diskRestorePoints: shown.map((disk) => ({
      id: disk.id,
      ...(disk.copy && isProvisioned(disk.sku) ? { snapshotAccessState: accessState(world, disk) } : {}),
      replicationStatus: {
        status: replicationStatus(replicationState(world, disk)),
        completionPercent: completionPercent(world, disk),
      },
    })),
    statuses: [statusOf(world, point)],
  };
}

function statusOf(world: World, point: RestorePoint): NonNullable<InstanceView["statuses"]>[number] {
  if (point.disks.length > 0) {
    const copying = point.disks.some((disk) => replicationState(world, disk) === "Replicating");
    return replicationStatus(copying ? "Replicating" : "Succeeded");
  }
  const word = point.provisioningState.toLowerCase();
  return {
    code: `ProvisioningState/${word}`,
    level: point.provisioningState === "Failed" ? "Error" : "Info",
    displayStatus: `Provisioning ${word}`,
  };
}

type ReplicationState = "Succeeded" | "Replicating";

function replicationStatus(state: ReplicationState): {
  code: string;
  level: "Info";
  displayStatus: ReplicationState;
} {
  return { code: `ReplicationState/${state.toLowerCase()}`, level: "Info", displayStatus: state };
}

function replicationState(world: World, disk: DiskRestorePoint): ReplicationState {
  return completionPercent(world, disk) < 100 ? "Replicating" : "Succeeded";
}

type DiskPointBody = ArmResource<DiskPointModel, "id" | "name" | "type">;

export function diskRestorePointBody(
  world: World,
  point: RestorePoint,
  disk: DiskRestorePoint,
): DiskPointBody {
  return {
    id: disk.id,
    name: disk.name,
    type: "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints",
    properties: {
      timeCreated: isoTime(point.snapshotTime ?? point.timeCreated),
      sourceResourceId: disk.diskId,
      sourceUniqueId: disk.sourceUniqueId,
      familyId: disk.familyId,
      ...(disk.sourceLocation === undefined ? {} : { sourceResourceLocation: disk.sourceLocation }),
      ...(disk.osType ? { osType: disk.osType } : {}),
      ...(disk.hyperVGeneration ? { hyperVGeneration: disk.hyperVGeneration } : {}),
      ...(disk.purchasePlan ? { purchasePlan: withoutUndefined(disk.purchasePlan) } : {}),
      ...(disk.supportedCapabilities
        ? { supportedCapabilities: withoutUndefined(disk.supportedCapabilities) }
        : {}),
      ...(disk.supportsHibernation === undefined ? {} : { supportsHibernation: disk.supportsHibernation }),
      encryption: {
        type: disk.encryption?.type ?? "EncryptionAtRestWithPlatformKey",
        ...(disk.encryption?.diskEncryptionSetId === undefined
          ? {}
          : { diskEncryptionSetId: disk.encryption.diskEncryptionSetId }),
      },
      ...securityOf(disk),
      networkAccessPolicy: disk.networkAccessPolicy ?? "AllowAll",
      publicNetworkAccess: disk.publicNetworkAccess ?? "Enabled",
      ...(disk.diskAccessId === undefined ? {} : { diskAccessId: disk.diskAccessId }),
      completionPercent: completionPercent(world, disk),
      replicationState: replicationState(world, disk),
      logicalSectorSize: disk.logicalSectorSize ?? 512,
      snapshotAccessState: accessState(world, disk),
    },
  };
}

function securityOf({
  securityType,
  secureVMDiskEncryptionSetId,
}: DiskRestorePoint): Pick<DiskPointBody["properties"], "securityProfile"> {
  if (securityType === undefined) return {};
  return {
    securityProfile: {
      securityType,
      ...(secureVMDiskEncryptionSetId === undefined ? {} : { secureVMDiskEncryptionSetId }),
    },
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Zod's optional fields may be undefined; the wire's are absent. */
function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
