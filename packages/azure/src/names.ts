/** Names and tags of everything that Kluis creates in Azure. */
import { createHash } from "node:crypto";
import { armKey, namesOf } from "./arm-id.ts";
import type { DiskSnapshotRequest, RestorePointRequest } from "./types.ts";

/** Tags of every resource that Kluis creates; the sweeper selects by them. */
export const installationTag = "kluis-installation";
export const jobTag = "kluis-job";
const vmTag = "kluis-vm";
const prefix = "kluis-";

/** Tags of a resource that belongs to a job. */
export function jobTags(job: {
  readonly installationId: string;
  readonly jobId: string;
}): Record<string, string> {
  return { [installationTag]: job.installationId, [jobTag]: job.jobId };
}

export function collectionTags(request: RestorePointRequest): Record<string, string> {
  return {
    [installationTag]: request.installationId,
    [vmTag]: namesOf<1>(request.vmId, "virtualMachines").names[0],
  };
}

/** The job that a restore point belongs to, read from its name; null for a restore point of another product. */
export function jobOfRestorePoint(name: string): string | null {
  if (!name.toLowerCase().startsWith(prefix)) return null;
  return name.slice(prefix.length).replace(/-t[0-9]{1,3}$/i, "");
}

/**
 * Ids of the restore point of a try and of its collection: one collection per VM and installation, in the VM's own resource
 * group. They derive from the request alone, so a repeated request finds what it created before. A later try of a job has its
 * own name: a lock may forbid the removal of the restore point that failed.
 */
export function restorePointIds(request: RestorePointRequest): {
  readonly collectionId: string;
  readonly restorePointId: string;
} {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(request.vmId, "virtualMachines");
  const digest = createHash("sha256")
    .update(`${request.installationId}|${armKey(request.vmId)}`)
    .digest("hex");
  const collection = `${prefix}${names[0].slice(0, 56)}-${digest.slice(0, 12)}`;
  const collectionId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/restorePointCollections/${collection}`;
  const point = `${prefix}${request.jobId}${request.attempt === 0 ? "" : `-t${request.attempt}`}`;
  return { collectionId, restorePointId: `${collectionId}/restorePoints/${point}` };
}

/** Tags of the snapshot of a disk. */
export function snapshotTags(request: DiskSnapshotRequest): Record<string, string> {
  return { ...jobTags(request), [vmTag]: namesOf<1>(request.vmId, "virtualMachines").names[0] };
}

/**
 * Id of the snapshot of one disk, in the resource group of the VM. Each try of a job has other names: the snapshot of an
 * earlier try may be of another instant, or of another disk.
 */
export function diskSnapshotId({ vmId, jobId, attempt, slot }: DiskSnapshotRequest): string {
  const { subscriptionId, resourceGroup } = namesOf<1>(vmId, "virtualMachines");
  const name = `${prefix}${jobId}-${attempt}-${slot}`;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/snapshots/${name}`;
}

/** Whether an id is of the snapshot of one disk; the others that Kluis reads are disks of restore points. */
export function isDiskSnapshotId(id: string): boolean {
  return /\/providers\/microsoft\.compute\/snapshots\/[^/]+$/i.test(id);
}
