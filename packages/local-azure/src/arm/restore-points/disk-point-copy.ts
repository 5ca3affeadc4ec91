/** The copy in the background that a disk restore point of a Premium SSD v2 or Ultra disk needs. */
import type { Disk, DiskRestorePoint, RestorePoint } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { accessStateOf, copyPercent } from "../disks/background-copy.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import { operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";

/** Of a collection with instant access (SDK: RestorePoint.instantAccessDurationMinutes). */
const DEFAULT_INSTANT_ACCESS_MINUTES = 300;

/** The fields of a new disk restore point that concern its copy. */
export function copyFields(
  world: World,
  disk: Disk,
  point: RestorePoint,
): Pick<DiskRestorePoint, "copy" | "instantAccessDurationMinutes"> {
  if (!isProvisioned(disk.sku)) return {};
  const collection = world.state.collections[keyOf(point.collectionId)];
  const minutes = point.instantAccessDurationMinutes ?? DEFAULT_INSTANT_ACCESS_MINUTES;
  return {
    copy: { startedAt: world.clock.now(), bytes: disk.sizeBytes },
    ...(collection?.instantAccess === true ? { instantAccessDurationMinutes: minutes } : {}),
  };
}

/** 0 to 100; disk restore points of other disks have no copy, and 100 at once. */
export function completionPercent(world: World, { copy }: DiskRestorePoint): number {
  return copy ? copyPercent(world, copy) : 100;
}

export function accessState(world: World, disk: DiskRestorePoint): ReturnType<typeof accessStateOf> {
  const { copy, instantAccessDurationMinutes } = disk;
  return accessStateOf(world, {
    ...(copy ? { copy } : {}),
    ...(instantAccessDurationMinutes === undefined ? {} : { instantAccessDurationMinutes }),
    timeCreated: copy?.startedAt ?? 0,
  });
}

/** Refuses to read bytes before the copy has ended; instant access is for restores. @throws ArmError */
export function refuseBeforeCopy(world: World, disk: DiskRestorePoint): void {
  const percent = completionPercent(world, disk);
  if (percent < 100)
    throw operationNotAllowed(
      `The background copy of disk restore point '${disk.name}' has not completed. Current completion percentage: ${percent}.`,
    );
}
