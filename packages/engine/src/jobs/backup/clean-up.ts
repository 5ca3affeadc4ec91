/**
 * Ends a backup that failed or was canceled. Its grants, its snapshot and a manifest that it may have written are no longer wanted;
 * the reconciler removes them.
 */
import { type PointlessJob, wantOrphanRemoved } from "@kluis/db";
import { leaveToReconciler } from "../../job/leave-to-reconciler.ts";
import type { CleanUpResult, StepContext } from "../../job/step.ts";
import { vaultIdOf } from "../../job/vault-of.ts";
import { type BackupMemory, withoutUserData } from "./memory.ts";

export async function cleanUp(
  context: StepContext<BackupMemory>,
): Promise<CleanUpResult<"backup", BackupMemory>> {
  const { job, memory } = context;
  const { pointId, sealedAt } = memory;
  const manifest =
    sealedAt === undefined || pointId === undefined ? null : { pointId, vaultId: vaultIdOf(job) };
  return {
    kind: "done",
    memory: { ...withoutUserData(memory), operation: undefined },
    save: async (tx, at) => {
      await leaveToReconciler(tx, { job, reason: "job-ended", at });
      if (manifest === null) return;
      const owner = { id: job.id, vmId: job.vm?.id ?? null };
      await wantOrphanRemoved(tx, { ...manifestOrphan(owner, manifest), at });
    },
  };
}

/** A manifest of a job that made no point, as the reconciler removes it. */
export function manifestOrphan(
  job: PointlessJob,
  detail: { readonly pointId: string; readonly vaultId: string },
): Omit<Parameters<typeof wantOrphanRemoved>[1], "at"> {
  const resourceId = `vaults/${detail.vaultId}/points/${detail.pointId}`;
  return { kind: "manifest", resourceId, jobId: job.id, vmId: job.vmId, reason: "job-ended", detail };
}
