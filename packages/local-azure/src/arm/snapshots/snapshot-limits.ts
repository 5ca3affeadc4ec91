/** Limits of snapshots: per disk, per disk and five minutes, and of background copies (docs: disks-incremental-snapshots). */
import { isoTime } from "../../clock.ts";
import type { Disk, Snapshot } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { tooManyRequests } from "../budgets/throttled.ts";
import { copyRuns } from "../disks/background-copy.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import { operationNotAllowed } from "../errors.ts";

const FIVE_MINUTES_MS = 300_000;

/** Checks whether a disk may have one more snapshot now. @throws ArmError 409, 429 */
export function checkSnapshotLimits(world: World, disk: Disk, wanted: Pick<Snapshot, "incremental">): void {
  const { snapshotsPerDisk, snapshotsPerDiskPer5Minutes } = world.state.settings;
  const ofDisk = Object.values(world.state.snapshots).filter(
    (snapshot) => snapshot.sourceUniqueId === disk.uniqueId,
  );
  if (wanted.incremental && ofDisk.filter(({ incremental }) => incremental).length >= snapshotsPerDisk)
    throw operationNotAllowed(
      `Disk '${disk.name}' cannot have more than ${snapshotsPerDisk} incremental snapshots.`,
    );
  if (isProvisioned(disk.sku)) checkCopies(world, disk, ofDisk);
  const now = world.clock.now();
  const recent = ofDisk.filter((snapshot) => snapshot.timeCreated > now - FIVE_MINUTES_MS);
  if (recent.length < snapshotsPerDiskPer5Minutes) return;
  const oldest = Math.min(...recent.map((snapshot) => snapshot.timeCreated));
  const measured = {
    operationGroup: "SnapshotCreatePerDisk5Min",
    startTime: isoTime(now - FIVE_MINUTES_MS),
    endTime: isoTime(now),
    allowedRequestCount: snapshotsPerDiskPer5Minutes,
    measuredRequestCount: recent.length + 1,
  };
  throw tooManyRequests(measured, Math.ceil((oldest + FIVE_MINUTES_MS - now) / 1000));
}

function checkCopies(world: World, disk: Disk, ofDisk: readonly Snapshot[]): void {
  const { backgroundCopiesPerDisk, backgroundCopiesPerSubscription } = world.state.settings;
  const runs = ({ copy }: Snapshot): boolean => copyRuns(world, copy);
  if (ofDisk.filter(runs).length >= backgroundCopiesPerDisk)
    throw operationNotAllowed(
      `Disk '${disk.name}' cannot have more than ${backgroundCopiesPerDisk} snapshots with a background copy in progress.`,
    );
  const inSubscription = Object.values(world.state.snapshots).filter(
    (snapshot) =>
      snapshot.subscriptionId.toLowerCase() === disk.subscriptionId.toLowerCase() && runs(snapshot),
  );
  if (inSubscription.length >= backgroundCopiesPerSubscription)
    throw operationNotAllowed(
      `The subscription cannot have more than ${backgroundCopiesPerSubscription} snapshots with a background copy in progress.`,
    );
}
