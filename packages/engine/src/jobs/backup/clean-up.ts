/**
 * Ends a backup that failed or was canceled. Its grants, its snapshot and a manifest that it may have written are no longer wanted;
 * the reconciler removes them.
 */
import { wantOrphanRemoved } from "@kluis/db";
import { leaveToReconciler } from "../../job/leave-to-reconciler.ts";
import { manifestOrphan } from "../../job/manifest-orphan.ts";
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
