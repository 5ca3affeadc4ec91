/** Canceling jobs, and waiting for tasks of the queue. */
import { type Clock, type JobKind, jobTask, openJobStates } from "@kluis/domain";
import { notify } from "../events/listen.ts";
import { enqueue } from "../queue/enqueue.ts";
import type { Tx } from "../tx.ts";

/**
 * Requests a job to stop and wakes its task, which stops at its next safe point. The caller appends
 * the ledger event.
 * @returns `asked` by this call, `asked-before`, or `ended`: there is nothing left to stop
 */
export async function askJobToCancel(
  tx: Tx,
  job: { readonly id: string; readonly kind: JobKind },
  clock: Clock,
): Promise<"asked" | "asked-before" | "ended"> {
  const asked = await tx.job.updateMany({
    where: { id: job.id, state: { in: [...openJobStates] }, cancelAskedAt: null },
    data: { cancelAskedAt: clock.now() },
  });
  if (asked.count === 0) {
    const open = await tx.job.count({ where: { id: job.id, state: { in: [...openJobStates] } } });
    return open === 1 ? "asked-before" : "ended";
  }
  await enqueue(tx, jobTask[job.kind], { jobId: job.id });
  await notify(tx, "job", { jobId: job.id });
  return "asked";
}

/** Whether a task still waits or runs; `taskId` is the queue's number, from `enqueue`. */
export async function queuedTaskExists(tx: Tx, taskId: string): Promise<boolean> {
  const rows: unknown[] = await tx.$queryRaw`SELECT 1 FROM graphile_worker.jobs WHERE id = ${taskId}::bigint`;
  return rows.length === 1;
}
