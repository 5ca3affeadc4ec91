/** Fencing: a change of a job by an engine applies only to the version of the job that the engine has read. */
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** A job as an engine has read it. */
export interface JobFence {
  readonly id: string;
  readonly version: number;
}

/** Another engine changed the job since this one read it. The work of this one is out of date, and nothing of it is stored. */
export class JobMovedError extends Error {
  readonly jobId: string;

  constructor(jobId: string) {
    super(`Job ${jobId} was changed by another engine.`);
    this.name = "JobMovedError";
    this.jobId = jobId;
  }
}

const movedRows = z.array(z.object({ at: z.date() }));

/**
 * Takes the next version of a job and locks its row until the transaction ends.
 * @returns the time of the database
 * @throws JobMovedError when the job has another version
 */
export async function moveJob(tx: Tx, job: JobFence): Promise<Date> {
  const rows = await tx.$queryRaw`
    UPDATE "Job" SET version = version + 1 WHERE id = ${job.id}::uuid AND version = ${job.version}
    RETURNING kluis_now() AS at`;
  const [row] = movedRows.parse(rows);
  if (row === undefined) throw new JobMovedError(job.id);
  return row.at;
}

/**
 * Locks the row of a job until the transaction ends, for changes of other rows that belong to it.
 * @returns the time of the database
 * @throws JobMovedError when the job has another version
 */
export async function holdJob(tx: Tx, job: JobFence): Promise<Date> {
  const rows = await tx.$queryRaw`
    SELECT kluis_now() AS at FROM "Job" WHERE id = ${job.id}::uuid AND version = ${job.version}
    FOR NO KEY UPDATE`;
  const [row] = movedRows.parse(rows);
  if (row === undefined) throw new JobMovedError(job.id);
  return row.at;
}

/** Whether a job still has the version that the caller has read. */
export async function isJobAt(tx: Tx, job: JobFence): Promise<boolean> {
  return (await tx.job.count({ where: { id: job.id, version: job.version } })) === 1;
}
