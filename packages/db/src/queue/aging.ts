/** Tasks of low priority that wait for long: one at a time runs before all others, so that a full queue never stops them. */
import { AGED_AFTER_MS, agingTasks } from "@kluis/domain";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

/** Before every task that moves data. */
const RAISED = -1;

/**
 * Raises the task that has been due the longest, when that is long and no raised one is waiting or running. One slot of one engine
 * is the most that raised tasks take.
 * @returns the number of raised tasks
 */
export async function raiseAgedTask(tx: Tx): Promise<number> {
  return tx.$executeRaw`
    SELECT graphile_worker.reschedule_jobs(ARRAY[aged.id], priority => ${RAISED}::int)
    FROM (SELECT id FROM graphile_worker.jobs
      WHERE task_identifier IN (${wordsSql(agingTasks)}) AND locked_at IS NULL AND attempts < max_attempts
        AND run_at < now() - ${AGED_AFTER_MS}::float8 * interval '1 ms'
        AND NOT EXISTS (SELECT FROM graphile_worker.jobs raised
          WHERE raised.task_identifier IN (${wordsSql(agingTasks)}) AND raised.priority = ${RAISED}::int
            AND raised.attempts < raised.max_attempts)
      ORDER BY run_at, id LIMIT 1) aged`;
}
