import {
  azureResourceKinds,
  azureResourceStates,
  bytesView,
  countView,
  errorView,
  instantView,
  removalReasons,
  wantedStates,
} from "@kluis/domain";
import { z } from "zod";

/** A resource that a job made in Azure: its wanted and its actual state. */
export const resourceView = z.object({
  id: z.string(),
  kind: z.enum(azureResourceKinds),
  resourceId: z.string(),
  state: z.enum(azureResourceStates),
  wanted: z.enum(wantedStates),
  /** The disk of a restore: it belongs to its user now. */
  delivered: z.boolean(),
  createdAt: instantView,
  keepUntil: instantView.nullable(),
  /** Since when it is to be removed, and why. */
  unwantedAt: instantView.nullable(),
  reason: z.enum(removalReasons).nullable(),
  /** Refused tries to remove it, and the last refusal. */
  tries: countView,
  nextTryAt: instantView.nullable(),
  lastError: errorView.nullable(),
  removedAt: instantView.nullable(),
});
export type ResourceView = z.infer<typeof resourceView>;

/** A snapshot of a VM that is kept in Azure, or that is to be removed. */
export const vmSnapshotView = resourceView.omit({ delivered: true }).extend({
  jobId: z.string().nullable(),
  pointId: z.string().nullable(),
  /** The instant that it holds. */
  takenAt: instantView,
  /** The disk that it holds; null for a restore point, which holds all disks. */
  diskName: z.string().nullable(),
  /** The size of what it holds. Azure does not say how much it bills. */
  diskBytes: bytesView.nullable(),
});
export type VmSnapshotView = z.infer<typeof vmSnapshotView>;
