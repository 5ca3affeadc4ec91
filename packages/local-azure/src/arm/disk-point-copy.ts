/** The copy in the background that a disk restore point of a Premium SSD v2 or Ultra disk needs. */
import type { SnapshotAccessState } from "@azure/arm-compute";
import type { Disk, DiskRestorePoint, RestorePoint } from "../state/model.ts";
import type { World } from "../world.ts";
import { operationNotAllowed } from "./errors.ts";
import { isDirectDrive } from "./restore-point-support.ts";

/** Not documented by Azure: a copy of 1 TiB takes about an hour. */
const COPY_BYTES_PER_MS = 300_000;
const MINUTE_MS = 60_000;
const DEFAULT_INSTANT_ACCESS_MINUTES = 300;

/** The fields of a new disk restore point that concern its copy. */
export function copyFields(
  world: World,
  disk: Disk,
  point: RestorePoint,
): Pick<DiskRestorePoint, "copy" | "instantAccessUntil"> {
  if (!isDirectDrive(disk)) return {};
  const startedAt = world.clock.now();
  const collection = world.state.collections[point.collectionId.toLowerCase()];
  const minutes = point.instantAccessDurationMinutes ?? DEFAULT_INSTANT_ACCESS_MINUTES;
  return {
    copy: { startedAt, bytes: disk.sizeBytes },
    ...(collection?.instantAccess === true ? { instantAccessUntil: startedAt + minutes * MINUTE_MS } : {}),
  };
}

/** 0 to 100; disk restore points of other disks have no copy, and 100 at once. */
export function completionPercent(world: World, { copy }: DiskRestorePoint): number {
  if (!copy) return 100;
  const copied = (world.clock.now() - copy.startedAt) * COPY_BYTES_PER_MS;
  return Math.min(100, Math.floor((copied * 100) / Math.max(copy.bytes, 1)));
}

export function accessState(world: World, disk: DiskRestorePoint): SnapshotAccessState {
  const copied = completionPercent(world, disk) === 100;
  const instant = (disk.instantAccessUntil ?? 0) > world.clock.now();
  if (instant) return copied ? "AvailableWithInstantAccess" : "InstantAccess";
  return copied ? "Available" : "Pending";
}

/** Refuses to read bytes before the copy has ended; instant access is for restores. @throws ArmError */
export function refuseBeforeCopy(world: World, disk: DiskRestorePoint): void {
  const percent = completionPercent(world, disk);
  if (percent < 100)
    throw operationNotAllowed(
      `The background copy of disk restore point '${disk.name}' has not completed: ${percent} percent. Try again when completionPercent is 100.`,
    );
}
