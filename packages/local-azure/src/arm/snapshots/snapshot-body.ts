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

/** The snapshot in the status of its operation, which has no percentage yet. */
export function snapshotOutput(world: World, snapshot: Snapshot): object {
  const { properties, ...rest } = snapshotBody(world, snapshot);
  const { completionPercent: _, ...others } = properties;
  return { ...rest, properties: others };
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
  const { copy, instantAccessDurationMinutes: instant } = snapshot;
  return {
    diskState: open ? "ActiveSAS" : "Unattached",
    ...(snapshot.incremental ? { incrementalSnapshotFamilyId: snapshot.familyId } : {}),
    // Snapshots without a background copy have neither a percentage nor a state.
    ...(copy ? { completionPercent: copyPercent(world, copy) } : {}),
    ...(copy?.error
      ? {
          copyCompletionError: { errorCode: copy.error.errorCode, errorMessage: copy.error.errorMessage },
        }
      : {}),
    ...(copy || instant !== undefined ? { snapshotAccessState: accessStateOf(world, snapshot) } : {}),
  };
}
