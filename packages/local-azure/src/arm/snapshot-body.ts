/** The JSON of a snapshot. */
import type { Snapshot as SnapshotModel } from "@azure/arm-compute";
import { liveGrants } from "../blob/target.ts";
import type { Snapshot } from "../state/model.ts";
import type { World } from "../world.ts";
import { contentProperties } from "./disk-body.ts";
import { snapshotType } from "./resource-types.ts";
import { type ArmResource, envelope } from "./wire.ts";

type SnapshotBody = ArmResource<SnapshotModel, "id" | "name" | "type" | "location" | "tags" | "sku">;

export function snapshotBody(world: World, snapshot: Snapshot): SnapshotBody {
  const open = liveGrants(world.state, snapshot.id, world.clock.now()).length > 0;
  return {
    ...envelope(snapshotType, snapshot),
    sku: { name: snapshot.sku, tier: "Standard" },
    properties: {
      ...contentProperties(snapshot),
      creationData: {
        createOption: "Copy",
        sourceResourceId: snapshot.sourceResourceId,
        sourceUniqueId: snapshot.sourceUniqueId,
      },
      diskState: open ? "ActiveSAS" : "Unattached",
      incremental: snapshot.incremental,
      ...(snapshot.incremental ? { incrementalSnapshotFamilyId: snapshot.familyId } : {}),
      completionPercent: 100,
      snapshotAccessState: "Available",
    },
  };
}
