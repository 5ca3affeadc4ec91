/** Copies of restore points to another region: a point of a collection whose source is a collection. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { DiskRestorePoint, RestorePoint, RestorePointCollection } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { invalidValue, missingParameter } from "../body.ts";
import { notAllowed } from "../disks/disk-errors.ts";
import { operationNotAllowed, resourceNotFound } from "../errors.ts";
import { keyOf, nameOf } from "../ids.ts";
import { completionPercent, refuseBeforeCopy } from "./disk-point-copy.ts";

const parameter = "restorePoint.sourceRestorePoint";

interface Wanted {
  name: string;
  sourceId: string | undefined;
  excludeDisks: readonly string[];
  consistencyMode: string | undefined;
}

/** A new restore point that copies one of the source collection. @throws ArmError */
export function newCopy(world: World, collection: RestorePointCollection, wanted: Wanted): RestorePoint {
  if (wanted.sourceId === undefined) throw missingParameter(parameter);
  // The copy has the consistency of its source.
  if (wanted.consistencyMode !== undefined) throw notAllowed("restorePoint.consistencyMode");
  const source = sourcePoint(world, collection, wanted.sourceId);
  const excluded = new Set(wanted.excludeDisks.map(keyOf));
  const disks = source.disks.filter((disk) => !excluded.has(keyOf(disk.diskId)));
  for (const disk of disks) if (completionPercent(world, disk) < 100) refuseBeforeCopy(world, disk);
  const id = `${collection.id}/restorePoints/${wanted.name}`;
  const names = new Map(disks.map((disk) => [keyOf(disk.diskId), `${disk.diskName}_${randomUUID()}`]));
  const ids = new Map(
    disks.map((disk) => [keyOf(disk.id), `${id}/diskRestorePoints/${names.get(keyOf(disk.diskId)) ?? ""}`]),
  );
  const metadata = z.record(z.string(), z.json()).parse(source.sourceMetadata ?? {});
  return {
    id,
    name: wanted.name,
    collectionId: collection.id,
    subscriptionId: collection.subscriptionId,
    location: collection.location,
    sourceRestorePointId: source.id,
    excludeDisks: [...wanted.excludeDisks],
    // As Azure shows them: those of the source, from the start.
    timeCreated: source.timeCreated,
    ...(source.reached ? { reached: source.reached } : {}),
    diskNames: Object.fromEntries(names),
    sourceMetadata: z.record(z.string(), z.json()).parse(retarget(metadata, ids)),
    provisioningState: "Creating",
    disks: [],
  };
}

function sourcePoint(world: World, { sourceCollectionId }: RestorePointCollection, id: string): RestorePoint {
  const found = world.state.restorePoints[keyOf(id)];
  if (!found)
    throw resourceNotFound(
      "Microsoft.Compute/restorePointCollections/restorePoints",
      nameOf(id),
      groupOf(id),
    );
  if (keyOf(found.collectionId) !== keyOf(sourceCollectionId ?? "")) throw invalidValue(parameter, id);
  if (found.provisioningState !== "Succeeded")
    throw operationNotAllowed(`Restore point '${found.name}' is in state ${found.provisioningState}.`);
  return found;
}

function groupOf(id: string): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "";
}

type JsonValue = z.infer<ReturnType<typeof z.json>>;

/** The configuration with the ids of the copies, which name their sources. */
function retarget(value: JsonValue, ids: ReadonlyMap<string, string>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => retarget(item, ids));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]): [string, JsonValue][] => {
      if (name !== "diskRestorePoint") return [[name, retarget(field, ids)]];
      const before = z.looseObject({ id: z.string() }).parse(field);
      const id = ids.get(keyOf(before.id));
      if (id === undefined) return [];
      return [[name, z.json().parse({ ...before, id, sourceDiskRestorePoint: { id: before.id } })]];
    }),
  );
}

/** Ends the creation of a copy: its bytes arrive in the background. @throws ArmError */
export async function finishCopy(world: World, point: RestorePoint): Promise<void> {
  const source = world.state.restorePoints[keyOf(point.sourceRestorePointId ?? "")];
  if (!source) throw operationNotAllowed(`The source of restore point '${point.name}' was deleted.`);
  point.disks = source.disks.flatMap((disk) => copyOf(world, point, { disk, source }));
  point.snapshotTime = source.snapshotTime ?? source.timeCreated;
  point.provisioningState = "Succeeded";
  await world.store.flush();
}

function copyOf(
  world: World,
  point: RestorePoint,
  { disk, source }: { disk: DiskRestorePoint; source: RestorePoint },
): DiskRestorePoint[] {
  const name = point.diskNames?.[keyOf(disk.diskId)];
  if (name === undefined) return [];
  const { instantAccessDurationMinutes: _, ...kept } = disk;
  return [
    {
      ...kept,
      id: `${point.id}/diskRestorePoints/${name}`,
      name,
      uniqueId: randomUUID(),
      // Copies in another region are another family.
      familyId: `${disk.familyId}-${point.location}`,
      copy: { startedAt: world.clock.now(), bytes: disk.sizeBytes },
      sourceDiskRestorePointId: disk.id,
      sourceLocation: source.location,
    },
  ];
}
