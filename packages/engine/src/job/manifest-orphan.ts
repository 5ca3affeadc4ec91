/** Manifests without a recovery point. */
import type { PointlessJob, wantOrphanRemoved } from "@kluis/db";

/** A manifest of a job that made no point, as the reconciler removes it. */
export function manifestOrphan(
  job: PointlessJob,
  detail: { readonly pointId: string; readonly vaultId: string },
): Omit<Parameters<typeof wantOrphanRemoved>[1], "at"> {
  const resourceId = `vaults/${detail.vaultId}/points/${detail.pointId}`;
  return { kind: "manifest", resourceId, jobId: job.id, vmId: job.vmId, reason: "job-ended", detail };
}
