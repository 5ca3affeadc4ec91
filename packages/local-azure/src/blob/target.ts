import { keyOf } from "../arm/ids.ts";
import { FOOTER_SIZE, makeFooter } from "../disks/vhd.ts";
import type { Grant, State } from "../state/model.ts";

/** What an access grant opens: the content of a disk, a snapshot or a disk restore point. */
export interface AccessTarget {
  kind: "disk" | "snapshot" | "diskRestorePoint";
  id: string;
  name: string;
  /** Data bytes; the blob has a 512-byte footer more. */
  sizeBytes: number;
  layer: string;
  /** Disk, lineage and moment: what makes two targets comparable. */
  familyId: string | undefined;
  timeCreated: number;
  uniqueId: string;
  /** Writes so far, for the ETag of an upload. */
  version: number;
}

/** Snapshots of a disk and disk restore points of a disk are two families. Derived, so that nothing can disagree. */
export function snapshotFamily(diskUniqueId: string): string {
  return `5${diskUniqueId.slice(1)}`;
}
export function restorePointFamily(diskUniqueId: string): string {
  return `6${diskUniqueId.slice(1)}`;
}

/** Finds what an id (any case) of a disk, snapshot or disk restore point stands for. */
export function findTarget(state: State, id: string): AccessTarget | undefined {
  const key = keyOf(id);
  const disk = state.disks[key];
  if (disk) return { ...disk, kind: "disk", familyId: undefined, version: disk.writes };
  const snapshot = state.snapshots[key];
  if (snapshot) return { ...snapshot, kind: "snapshot", version: 0 };
  const [pointKey = "", rest] = key.split("/diskrestorepoints/");
  const point = rest === undefined ? undefined : state.restorePoints[pointKey];
  const found = point?.disks.find((candidate) => keyOf(candidate.id) === key);
  if (!point || !found) return undefined;
  return { ...found, kind: "diskRestorePoint", timeCreated: point.timeCreated, version: 0 };
}

/** Grants of a resource that are still good. */
export function liveGrants(state: State, id: string, now: number): Grant[] {
  const key = keyOf(id);
  return Object.values(state.grants).filter((grant) => grant.resourceId === key && grant.expiresAt > now);
}

/** The footer that the blob shows after the data. */
export function footerOf(target: AccessTarget): Buffer {
  return makeFooter(target.sizeBytes, target.uniqueId, target.timeCreated);
}

export function blobSize(target: AccessTarget): number {
  return target.sizeBytes + FOOTER_SIZE;
}
