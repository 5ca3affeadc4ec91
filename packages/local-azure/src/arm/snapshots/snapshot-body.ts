/** The JSON of a snapshot. */
import type { Snapshot as SnapshotModel } from "@azure/arm-compute";
import { liveGrants } from "../../blob/target.ts";
import type { Snapshot } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { accessStateOf, copyPercent } from "../disks/background-copy.ts";
import { contentProperties } from "../disks/disk-body.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import { snapshotType } from "../resource-types.ts";
import { type ArmResource, envelope } from "../wire.ts";

type SnapshotBody = ArmResource<SnapshotModel, "id" | "name" | "type" | "location" | "tags" | "sku">;

/** A snapshot as GET returns it. While it is being created, what its operation decides is absent. */
export function snapshotBody(world: World, snapshot: Snapshot): SnapshotBody {
  const created = snapshot.provisioningState !== "Creating";
  return {
    ...envelope(snapshotType, snapshot),
    sku: {
      name: snapshot.sku,
      ...(created ? { tier: snapshot.sku.startsWith("Premium") ? "Premium" : "Standard" } : {}),
    },
    properties: {
      ...contentProperties(snapshot),
      creationData: creationData(snapshot),
      incremental: snapshot.incremental,
      ...(created ? derivedOf(world, snapshot) : {}),
    },
  };
}

function creationData(snapshot: Snapshot): NonNullable<SnapshotBody["properties"]["creationData"]> {
  const { sourceResourceId, sourceUniqueId, instantAccessDurationMinutes, provisionedBandwidthCopySpeed } =
    snapshot;
  const sectors = snapshot.logicalSectorSize;
  return {
    createOption: snapshot.createOption ?? "Copy",
    ...(sourceResourceId === "" ? {} : { sourceResourceId, sourceUniqueId }),
    ...(sectors === undefined || !isProvisioned(snapshot.sourceSku ?? "")
      ? {}
      : { logicalSectorSize: sectors }),
    ...(instantAccessDurationMinutes === undefined ? {} : { instantAccessDurationMinutes }),
    ...(provisionedBandwidthCopySpeed === undefined ? {} : { provisionedBandwidthCopySpeed }),
  };
}

function derivedOf(world: World, snapshot: Snapshot): Partial<SnapshotBody["properties"]> {
  const open = liveGrants(world.state, snapshot.id, world.clock.now()).length > 0;
  const { copy } = snapshot;
  return {
    diskState: open ? "ActiveSAS" : "Unattached",
    ...(snapshot.incremental ? { incrementalSnapshotFamilyId: snapshot.familyId } : {}),
    completionPercent: copy ? copyPercent(world, copy) : 100,
    ...(copy?.error
      ? {
          copyCompletionError: { errorCode: copy.error.errorCode, errorMessage: copy.error.errorMessage },
        }
      : {}),
    snapshotAccessState: accessStateOf(world, snapshot),
  };
}
