/** Parts of jobs whose task was lost. */

import type { SegmentTaskName } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** A segment that was given to the engines and that no task will move. */
export interface LostSegment {
  readonly diskKey: string;
  readonly segment: number;
  /** True: its task has no tries left. False: it has no task. */
  readonly exhausted: boolean;
}

/**
 * Segments of a job that were given to the engines and that no task will move. Normally there are none: a failing worker queues
 * the next try before it ends.
 * But a killed process uses up a try, and an operator may empty the queue.
 * @param task the task that moves the segments; the queue's keys are those of `taskKey` (domain/jobs/job.ts)
 */
export async function listLostSegments(tx: Tx, jobId: string, task: SegmentTaskName): Promise<LostSegment[]> {
  const rows = await tx.$queryRaw`
    SELECT disk."diskKey", part.segment, queued.key IS NOT NULL AS exhausted
    FROM "JobSegment" part JOIN "JobDisk" disk ON disk.id = part."jobDiskId"
    LEFT JOIN graphile_worker.jobs queued
      ON queued.key = ${task}::text || ':' || disk."jobId"::text || ':' || disk."diskKey" || ':' || part.segment::text
    WHERE disk."jobId" = ${jobId}::uuid AND part.state IN ('handed-out', 'running')
      AND (queued.key IS NULL OR (queued.locked_at IS NULL AND queued.attempts >= queued.max_attempts))
    ORDER BY part.segment, disk."diskKey"`;
  return z.array(z.object({ diskKey: z.string(), segment: z.number(), exhausted: z.boolean() })).parse(rows);
}
