/** What a job or a removal did since a kill: read from the database, without the engine. */
import { z } from "zod";
import type { Parts } from "./parts.ts";

const progressSchema = z.tuple([
  z.object({
    isOpen: z.boolean(),
    isParked: z.boolean(),
    version: z.number(),
    step: z.string().nullable(),
    moved: z.number(),
    lockedBy: z.array(z.string()),
  }),
]);
export type Progress = z.infer<typeof progressSchema>[0];

export async function progressOf(parts: Parts, jobId: string): Promise<Progress> {
  const { rows } = await parts.database.db.pool.query(
    `SELECT job.state IN ('queued', 'running', 'cleaning-up') AS "isOpen", job.version,
       coalesce(job."parkedUntil" > kluis_now(), false) AS "isParked",
       (SELECT name FROM "JobStep" AS step WHERE step."jobId" = job.id AND step.state = 'running') AS step,
       (SELECT count(*)::int FROM "JobSegment" AS part JOIN "JobDisk" AS disk ON disk.id = part."jobDiskId"
         WHERE disk."jobId" = job.id AND part.state = 'done') AS moved,
       coalesce((SELECT array_agg(task.locked_by || '') FROM graphile_worker._private_jobs AS task
         WHERE task.payload->>'jobId' = job.id::text AND task.locked_by IS NOT NULL), '{}') AS "lockedBy"
     FROM "Job" AS job WHERE job.id = $1::uuid`,
    [jobId],
  );
  const [progress] = progressSchema.parse(rows);
  return progress;
}

/** Whether the job moved on: it changed, a part was moved, or after the death of a worker another one took its task. */
export async function isFurther(
  parts: Parts,
  { jobId, before, isWorkerKilled }: { jobId: string; before: Progress; isWorkerKilled: boolean },
): Promise<boolean> {
  const now = await progressOf(parts, jobId);
  const isTaken = now.lockedBy.some((id) => !before.lockedBy.includes(id));
  if (isTaken && isWorkerKilled) return true;
  return !now.isParked && (now.version > before.version || now.moved > before.moved);
}

export interface Removal {
  readonly id: string;
  readonly isClaimed: boolean;
  /** What changes when the removal continues. */
  readonly text: string;
}

/** Resources of a job whose removal is not confirmed. */
export async function removalsOf(parts: Parts, jobId: string): Promise<Removal[]> {
  const { rows } = await parts.database.db.pool.query(
    `SELECT id::text, "nextTryAt" > kluis_now() + interval '30 seconds' AS "isClaimed",
       concat_ws(' ', tries, "nextTryAt", operation) AS text
     FROM "AzureResource" WHERE "jobId" = $1::uuid AND wanted = 'removed' AND state <> 'removed'`,
    [jobId],
  );
  return z.array(z.object({ id: z.string(), isClaimed: z.boolean(), text: z.string() })).parse(rows);
}

/** Workers that reconcile. */
export async function reconcilers(parts: Parts): Promise<string[]> {
  const { rows } = await parts.database.db.pool.query(
    `SELECT task.locked_by AS id FROM graphile_worker.jobs AS task
     WHERE task_identifier = 'azure.reconcile' AND locked_by IS NOT NULL`,
  );
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
}
