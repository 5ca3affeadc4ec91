/** The waiting part of a transfer: hands every segment to the queue, then holds no slot; the last segment wakes the job. */
import {
  countOpenSegments,
  finishEmptyDisks,
  inTransaction,
  listJobDisks,
  listLostSegments,
  listOpenSegments,
  type Tx,
} from "@kluis/db";
import { formatBytes, KluisError } from "@kluis/domain";
import { addTask } from "../runtime/queue.ts";
import type { SegmentTaskName } from "./segment-task.ts";
import type { StepContext } from "./step.ts";

/** How often the job looks by itself, in case that nobody wakes it. */
const LOOK_AGAIN_MS = 5_000;
const TASKS_PER_TRANSACTION = 500;

export type TransferResult =
  /** Every segment is in the queue; `save` belongs into the transaction that writes this down. */
  | { readonly kind: "queued"; readonly save: (tx: Tx) => Promise<void> }
  | { readonly kind: "wait"; readonly afterMs: number; readonly message: string }
  /** A segment cannot be moved. */
  | { readonly kind: "fail"; readonly error: KluisError }
  | { readonly kind: "done"; readonly message: string; readonly detail: Readonly<Record<string, unknown>> };

type Work = Pick<StepContext<unknown>, "deps" | "job">;

/** Queues the segments of a job, then waits until all of them are done. */
export async function transferSegments(
  { deps, job }: Work,
  { queued, task }: { readonly queued: boolean; readonly task: SegmentTaskName },
): Promise<TransferResult> {
  if (!queued) return queueSegments({ deps, job }, task);
  const open = await countOpenSegments(deps.db.prisma, job.id);
  if (open > 0) {
    const error = await findLost({ deps, job }, task);
    if (error !== null) return { kind: "fail", error };
    return {
      kind: "wait",
      afterMs: LOOK_AGAIN_MS,
      message: open === 1 ? "1 segment to go." : `${open} segments to go.`,
    };
  }
  const disks = await listJobDisks(deps.db.prisma, job.id);
  const sum = (key: "readBytes" | "changedBytes" | "movedBytes" | "storedBytes"): number =>
    disks.reduce((total, disk) => total + disk.stats[key], 0);
  const [readBytes, changedBytes, movedBytes, storedBytes] = [
    sum("readBytes"),
    sum("changedBytes"),
    sum("movedBytes"),
    sum("storedBytes"),
  ];
  return {
    kind: "done",
    message: `${formatBytes(movedBytes)} moved, ${formatBytes(readBytes)} read.`,
    detail: { readBytes, changedBytes, movedBytes, storedBytes },
  };
}

/** Segments whose task is gone are queued again. @returns why the job cannot go on, when a task has used up its tries */
async function findLost({ deps, job }: Work, task: SegmentTaskName): Promise<KluisError | null> {
  const lost = await listLostSegments(deps.db.prisma, job.id, task);
  const dead = lost.find(({ exhausted }) => exhausted);
  if (dead !== undefined) {
    return new KluisError("INTERNAL", {
      message: `Part ${dead.segment} of the disk ${dead.diskKey} could not be moved: its process died at every try.`,
      action: "Look at the engine's log and at the memory of its machine, then start again.",
      params: { disk: dead.diskKey, segment: dead.segment },
    });
  }
  for (const { diskKey, segment } of lost) {
    deps.log.warn({ jobId: job.id, diskKey, segment }, "a segment had no task any more; it is queued again");
    const payload = { jobId: job.id, diskKey, segment };
    await addTask(deps.db.prisma, { name: task, payload, runAt: deps.clock.now() });
  }
  return null;
}

/**
 * Every open segment becomes a task. Large jobs are queued in several transactions; doing it again after a crash only
 * replaces waiting tasks, and a segment that two workers move at once ends the same.
 */
async function queueSegments({ deps, job }: Work, task: SegmentTaskName): Promise<TransferResult> {
  const open = await listOpenSegments(deps.db.prisma, job.id);
  for (let start = 0; start < open.length; start += TASKS_PER_TRANSACTION) {
    await inTransaction(deps.db, async (tx) => {
      for (const { diskKey, segment } of open.slice(start, start + TASKS_PER_TRANSACTION)) {
        await addTask(tx, {
          name: task,
          payload: { jobId: job.id, diskKey, segment },
          runAt: deps.clock.now(),
        });
      }
    });
  }
  return { kind: "queued", save: (tx) => finishEmptyDisks(tx, job.id, deps.clock.now()) };
}
