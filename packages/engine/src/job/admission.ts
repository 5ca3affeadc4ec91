/** Whether a job that waits in the queue may still start, and in which vault a backup does. */
import { loadPoint, mustBeConnected, requireDefaultVault, type Tx, type WorkJob } from "@kluis/db";
import { copyPointParametersSchema, KluisError, restoreDiskParametersSchema } from "@kluis/domain";

export interface Admission {
  /** Why the job must not start; it then ends as failed. */
  readonly error: KluisError | null;
  /** The vault that the job writes or reads. */
  readonly vaultId?: string;
}

/**
 * Decides when a job starts. A backup uses the vault that is the default now, any other job that of its point.
 *
 * Backups and restores are new work of a connection: none starts while it is disabled. Deletions and verifications
 * always start.
 */
export async function admit(tx: Tx, job: WorkJob): Promise<Admission> {
  try {
    if (job.kind === "restore-disk") {
      await mustBeConnected(tx, restoreDiskParametersSchema.parse(job.parameters).subscriptionId);
    }
    if (job.kind === "copy-point") {
      const { vaultId } = copyPointParametersSchema.parse(job.parameters);
      return { error: null, vaultId };
    }
    if (job.kind !== "backup") {
      const point = job.pointId === null ? null : await loadPoint(tx, job.pointId);
      return { error: null, ...(point === null ? {} : { vaultId: point.vaultId }) };
    }
    if (job.vm !== null) await mustBeConnected(tx, job.vm.subscriptionId);
    const { id } = await requireDefaultVault(tx);
    return { error: null, vaultId: id };
  } catch (error) {
    if (error instanceof KluisError && error.retry === "never") return { error };
    throw error;
  }
}
