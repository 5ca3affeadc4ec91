/** How the changed blocks of a disk are found. Pure. */
import type { NodeRef } from "@kluis/vault";
import type { BaseDisk, SnapshotDisk } from "./memory.ts";

export interface DeltaQuestion {
  /** The disk now. */
  readonly uniqueId: string;
  readonly bytes: number;
  readonly snapshot: SnapshotDisk;
  /** The same disk in the previous recovery point; null when there is none. */
  readonly base: BaseDisk | null;
}

export type DeltaChoice =
  /** Everything that is allocated is read and moved. */
  | {
      readonly method: "full";
      readonly reason: string | null;
      readonly base: null;
      readonly baseSnapshot: null;
    }
  /** Everything that is allocated is read; what differs from the previous point is moved. */
  | {
      readonly method: "digest-comparison";
      readonly reason: string | null;
      readonly base: NodeRef;
      readonly baseSnapshot: null;
    }
  /** Azure tells what changed since the kept snapshot; only that is read. `base` null: the disk was all zeros. */
  | {
      readonly method: "changed-ranges";
      readonly reason: null;
      readonly base: NodeRef | null;
      readonly baseSnapshot: SnapshotDisk;
    };

/**
 * Chooses between the two ways to find a delta. A wrong difference would be silent corruption, so changed ranges are taken only
 * when the kept snapshot is of this very disk (unique id), of the same chain (family) and of the same size; else digests are compared.
 */
export function chooseDelta({ uniqueId, bytes, snapshot, base }: DeltaQuestion): DeltaChoice {
  if (base === null) return full(null);
  if (base.uniqueId !== uniqueId)
    return full("Another disk is attached than at the previous recovery point.");
  const refusal = baseRefusal({ bytes, snapshot, base });
  if (refusal === null && base.snapshot !== null) {
    return { method: "changed-ranges", reason: null, base: base.root, baseSnapshot: base.snapshot };
  }
  return compareOrFull(base, refusal);
}

/** The way without a kept snapshot; also what remains when Azure refuses to list changed ranges. */
export function compareOrFull(base: Pick<BaseDisk, "root">, reason: string | null): DeltaChoice {
  if (base.root === null) return full(reason);
  return { method: "digest-comparison", reason, base: base.root, baseSnapshot: null };
}

function full(reason: string | null): DeltaChoice {
  return { method: "full", reason, base: null, baseSnapshot: null };
}

function baseRefusal({
  bytes,
  snapshot,
  base,
}: {
  bytes: number;
  snapshot: SnapshotDisk;
  base: BaseDisk;
}): string | null {
  if (base.snapshot === null || base.lost !== null) return base.lost;
  if (base.bytes !== bytes) return "The disk was resized since the previous recovery point.";
  if (base.snapshot.sourceUniqueId === "" || base.snapshot.familyId === "")
    return "Azure does not say which disk and chain the kept snapshot belongs to.";
  if (base.snapshot.sourceUniqueId !== snapshot.sourceUniqueId)
    return "The kept snapshot is of another disk.";
  if (base.snapshot.familyId !== snapshot.familyId)
    return "The kept snapshot belongs to another chain of snapshots.";
  return null;
}
