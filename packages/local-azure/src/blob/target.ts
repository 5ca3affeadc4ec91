/** What an access grant opens: the content of a disk, a snapshot or a disk restore point. */
import { keyOf } from "../arm/ids.ts";
import { FOOTER_SIZE, makeFooter } from "../disks/vhd.ts";
import type { AccessFacts, InheritedFacts } from "../state/disk-facts.ts";
import type { Disk, Grant, State } from "../state/model.ts";

export interface AccessTarget {
  kind: "disk" | "snapshot" | "diskRestorePoint";
  id: string;
  name: string;
  /** Data bytes, without the 512-byte footer of the blob. */
  sizeBytes: number;
  layer: string;
  /** Only targets of one family can be compared; undefined for a disk. */
  familyId: string | undefined;
  timeCreated: number;
  uniqueId: string;
  /** Number of writes, for the ETag of an upload. */
  version: number;
}

/** The family of a disk's snapshots. Derived from the disk's unique id, so it needs no record. */
export function snapshotFamily(diskUniqueId: string): string {
  return `5${diskUniqueId.slice(1)}`;
}
/** The family of a disk's disk restore points. */
export function restorePointFamily(diskUniqueId: string): string {
  return `6${diskUniqueId.slice(1)}`;
}

/** Finds a target by the id of its resource, in any letter case. */
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

/** What decides on access to a target. */
export type TargetFacts = AccessFacts &
  Pick<InheritedFacts, "encryption" | "securityType" | "logicalSectorSize"> & {
    networkAccessPolicy?: Disk["networkAccessPolicy"] | undefined;
  };

/** The facts of the resource behind a target. */
export function accessFactsOf(state: State, target: AccessTarget): TargetFacts {
  const key = keyOf(target.id);
  const [pointKey = ""] = key.split("/diskrestorepoints/");
  return (
    state.disks[key] ??
    state.snapshots[key] ??
    state.restorePoints[pointKey]?.disks.find(({ id }) => keyOf(id) === key) ??
    {}
  );
}

/** Grants of a resource that have not expired. */
export function liveGrants(state: State, id: string, now: number): Grant[] {
  const key = keyOf(id);
  return Object.values(state.grants).filter((grant) => grant.resourceId === key && grant.expiresAt > now);
}

/** The footer at the end of the blob. */
export function footerOf(target: AccessTarget): Buffer {
  return makeFooter(target.sizeBytes, target.uniqueId, target.timeCreated);
}

export function blobSize(target: AccessTarget): number {
  return target.sizeBytes + FOOTER_SIZE;
}
