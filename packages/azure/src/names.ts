import { createHash } from "node:crypto";
import { armKey, namesOf } from "./arm-id.ts";
import type { RestorePointRequest } from "./types.ts";

/** Tags on everything that Kluis creates in Azure; the sweeper goes by them. */
export const installationTag = "kluis-installation";
export const jobTag = "kluis-job";
const vmTag = "kluis-vm";
const prefix = "kluis-";

/** Tags of something made for a job. */
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

/** The job that a restore point was made for, read from its name; null for one that is not ours. */
export function jobOfRestorePoint(name: string): string | null {
  return name.toLowerCase().startsWith(prefix) ? name.slice(prefix.length) : null;
}

/**
 * Ids of a job's restore point and of the collection that it lies in: one collection per VM and installation, in the VM's
 * own resource group. They derive from the request alone, so that a repeated request meets what it made before.
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
  return { collectionId, restorePointId: `${collectionId}/restorePoints/${prefix}${request.jobId}` };
}
