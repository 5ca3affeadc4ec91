/** Copies that run in the background after their operation ended: snapshots of Premium SSD v2 and Ultra disks, and CopyStart. */
import type { BackgroundCopy } from "../../state/disk-facts.ts";
import type { World } from "../../world.ts";

/** How far a copy is, in percent of the local clock. It stops where an error met it. */
export function copyPercent(world: Pick<World, "clock" | "state">, copy: BackgroundCopy): number {
  const now = copy.error?.at ?? world.clock.now();
  const perSecond = world.state.settings.backgroundCopyBytesPerSecond;
  const copied = (Math.max(0, now - copy.startedAt) / 1000) * perSecond;
  return copy.bytes === 0 ? 100 : Math.min(100, Math.floor((copied * 100) / copy.bytes));
}

export function copyRuns(world: Pick<World, "clock" | "state">, copy: BackgroundCopy | undefined): boolean {
  return copy !== undefined && copy.error === undefined && copyPercent(world, copy) < 100;
}

/** The `snapshotAccessState` of a snapshot: whether disks can be made of it, and its bytes read. */
export function accessStateOf(
  world: Pick<World, "clock" | "state">,
  snapshot: { copy?: BackgroundCopy; instantAccessDurationMinutes?: number; timeCreated: number },
): "Pending" | "Available" | "InstantAccess" | "AvailableWithInstantAccess" {
  const { copy, instantAccessDurationMinutes: minutes, timeCreated } = snapshot;
  const instant = minutes !== undefined && world.clock.now() < timeCreated + minutes * 60_000;
  const copied = copy === undefined || copyPercent(world, copy) === 100;
  if (instant) return copied ? "AvailableWithInstantAccess" : "InstantAccess";
  return copied ? "Available" : "Pending";
}
