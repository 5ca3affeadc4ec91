/** What the end of a job leaves to the reconciler. A job removes nothing from Azure itself. */
import { type Tx, type WorkJob, wantRemoved } from "@kluis/db";
import type { AzureResourceKind, RemovalReason } from "@kluis/domain";

export interface LeftByJob {
  readonly job: Pick<WorkJob, "id">;
  readonly reason: RemovalReason;
  readonly kinds?: readonly AzureResourceKind[];
  readonly at: Date;
}

/** Says that nothing needs what the job made: grants, snapshots, and disks that it did not deliver. */
export async function leaveToReconciler(tx: Tx, { job, reason, kinds, at }: LeftByJob): Promise<void> {
  await wantRemoved(tx, { where: { jobId: job.id }, reason, at, ...(kinds === undefined ? {} : { kinds }) });
}
