/** The JSON of restore points and disk restore points. */
import type { DiskRestorePoint as DiskPointModel, RestorePoint as PointModel } from "@azure/arm-compute";
import { isoTime } from "../clock.ts";
import type { DiskRestorePoint, RestorePoint } from "../state/model.ts";
import type { ArmResource, Json } from "./wire.ts";

type PointEnvelope = "id" | "name" | "type";
type PointProperties = ArmResource<PointModel, PointEnvelope>["properties"];
/** `sourceMetadata` is stored as JSON, as it was when the restore point was taken. */
type PointBody = Json<Pick<PointModel, PointEnvelope>> & {
  properties: Omit<PointProperties, "sourceMetadata"> & { sourceMetadata?: object };
};

export function restorePointBody(point: RestorePoint, withInstanceView = false): PointBody {
  const reached = point.reached ?? point.requested;
  return {
    id: point.id,
    name: point.name,
    type: "Microsoft.Compute/restorePointCollections/restorePoints",
    properties: {
      provisioningState: point.provisioningState,
      timeCreated: isoTime(point.timeCreated),
      ...(reached === undefined ? {} : { consistencyMode: reached }),
      ...(point.excludeDisks.length > 0 ? { excludeDisks: point.excludeDisks.map((id) => ({ id })) } : {}),
      ...(point.sourceMetadata ? { sourceMetadata: point.sourceMetadata } : {}),
      ...(withInstanceView
        ? {
            instanceView: {
              diskRestorePoints: point.disks.map(({ id }) => ({ id, snapshotAccessState: "Available" })),
              statuses: [
                {
                  code: `ProvisioningState/${point.provisioningState.toLowerCase()}`,
                  level: point.provisioningState === "Failed" ? ("Error" as const) : ("Info" as const),
                  displayStatus: `Provisioning ${point.provisioningState.toLowerCase()}`,
                },
              ],
            },
          }
        : {}),
    },
  };
}

type DiskPointBody = ArmResource<DiskPointModel, "id" | "name" | "type">;

export function diskRestorePointBody(point: RestorePoint, disk: DiskRestorePoint): DiskPointBody {
  return {
    id: disk.id,
    name: disk.name,
    type: "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints",
    properties: {
      timeCreated: isoTime(point.timeCreated),
      sourceResourceId: disk.diskId,
      sourceUniqueId: disk.sourceUniqueId,
      familyId: disk.familyId,
      ...(disk.osType ? { osType: disk.osType } : {}),
      ...(disk.hyperVGeneration ? { hyperVGeneration: disk.hyperVGeneration } : {}),
      encryption: { type: "EncryptionAtRestWithPlatformKey" },
      networkAccessPolicy: "AllowAll",
      publicNetworkAccess: "Enabled",
      completionPercent: 100,
      sourceResourceLocation: point.location,
      logicalSectorSize: 512,
      snapshotAccessState: "Available",
    },
  };
}
