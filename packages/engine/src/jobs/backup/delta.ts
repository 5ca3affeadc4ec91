/** Chooses how to find the changed blocks of a disk. Pure. */
import { isDiskSnapshotId } from "@kluis/azure";
import type { PlanList } from "@kluis/db";
import { type DeltaMethod, type Notice, notice, type TrustDecision } from "@kluis/domain";
import type { NodeRef } from "@kluis/vault";
import type { SnapshotDisk } from "../../job/snapshot-source.ts";
import type { BaseDisk } from "./memory.ts";

export interface DeltaQuestion {
  /** Azure's unique id of the disk. */
  readonly uniqueId: string;
  readonly bytes: number;
  readonly snapshot: SnapshotDisk;
  /** The same disk in the previous recovery point; null when that has none. */
  readonly base: BaseDisk | null;
}

/** `notice`: why the changes were not listed; null when the policy keeps no snapshots. */
export type DeltaChoice =
  /** Reads and moves every allocated block. */
  | {
      readonly method: "full";
      readonly notice: Notice | null;
      readonly base: null;
      readonly baseSnapshot: null;
    }
  /** Reads every allocated block, and moves those that differ from the previous recovery point. */
  | {
      readonly method: "digest-comparison";
      readonly notice: Notice | null;
      readonly base: NodeRef;
      readonly baseSnapshot: null;
    }
  /** Reads only what Azure lists as changed since the kept snapshot. `base` is null when the disk was all zeros. */
  | {
      readonly method: "changed-ranges";
      readonly notice: null;
      readonly base: NodeRef | null;
      readonly baseSnapshot: SnapshotDisk;
    };

/**
 * Uses changed ranges only if the kept snapshot is of the same disk (unique id), the same chain (family) and the same size.
 * Otherwise compares digests: a wrong list of changes would corrupt the recovery point without an error.
 */
export function chooseDelta({ uniqueId, bytes, snapshot, base }: DeltaQuestion): DeltaChoice {
  if (base === null) return full(null);
  if (base.uniqueId !== uniqueId) return full(notice("delta-disk-replaced", {}));
  const refusal = refusalOf({ bytes, snapshot, base });
  if (refusal === null && base.snapshot !== null) {
    return { method: "changed-ranges", notice: null, base: base.root, baseSnapshot: base.snapshot };
  }
  return compareOrFull(base, refusal);
}

/** The choice without a kept snapshot, also when Azure refuses to list changed ranges. */
export function compareOrFull(base: Pick<BaseDisk, "root">, why: Notice | null): DeltaChoice {
  if (base.root === null) return full(why);
  return { method: "digest-comparison", notice: why, base: base.root, baseSnapshot: null };
}

function full(why: Notice | null): DeltaChoice {
  return { method: "full", notice: why, base: null, baseSnapshot: null };
}

function refusalOf({
  bytes,
  snapshot,
  base,
}: Omit<DeltaQuestion, "uniqueId" | "base"> & { readonly base: BaseDisk }): Notice | null {
  const kept = base.snapshot;
  if (kept === null || base.lost !== null) return base.lost;
  if (base.bytes !== bytes) return notice("delta-disk-resized", {});
  if (kept.sourceUniqueId === "" || kept.familyId === "") return notice("delta-snapshot-origin-unknown", {});
  // Azure documents differences between two snapshots of a disk, and not between one of them and a restore point.
  if (isDiskSnapshotId(kept.id) !== isDiskSnapshotId(snapshot.id))
    return notice("delta-snapshot-other-kind", {});
  if (kept.sourceUniqueId !== snapshot.sourceUniqueId) return notice("delta-snapshot-other-disk", {});
  if (kept.familyId !== snapshot.familyId) return notice("delta-snapshot-other-chain", {});
  return null;
}

/** How a disk is planned: the list that its segments come from, and how the vault finds their changed blocks. */
export interface ListChoice {
  readonly list: PlanList;
  readonly method: DeltaMethod;
  readonly notice: Notice | null;
  readonly base: NodeRef | null;
  /** The kept snapshot, when changes are listed. */
  readonly baseSnapshot: SnapshotDisk | null;
}

/** Applies the trust in Azure's lists. A list that must be confirmed is read beside all allocated ranges. */
export function trustDelta(choice: DeltaChoice, decision: TrustDecision): ListChoice {
  if (choice.method !== "changed-ranges") return { list: "allocated", ...choice };
  const compared = compareOrFull({ root: choice.base }, null);
  switch (decision) {
    case "use":
      return { list: "changed", ...choice };
    case "confirm": {
      const { baseSnapshot } = choice;
      return { list: "confirmed", ...compared, notice: notice("delta-confirming", {}), baseSnapshot };
    }
    case "compare":
      return { list: "allocated", ...compared, notice: notice("delta-lists-turned-off", {}) };
    default:
      return decision satisfies never;
  }
}
