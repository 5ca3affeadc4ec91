/** The transfer step of a backup or restore: queues every segment, then waits. The last segment wakes the job. */
import {
  countOpenSegments,
  finishEmptyDisks,
  inTransaction,
  listJobDisks,
  listLostSegments,
  listOpenSegments,
  type WorkDisk,
} from "@kluis/db";
import { KluisError, type Notice, notice } from "@kluis/domain";
import { addTask } from "../runtime/queue.ts";
import type { SegmentTaskName } from "./segment-task.ts";
import type { StepContext, StepResult } from "./step.ts";

/** How often the job checks its segments, in case the wake-up of the last segment is lost. */
const POLL_MS = 5_000;
const TASKS_PER_TRANSACTION = 500;

/** The memory that the transfer needs. */
export interface TransferMemory {
  readonly segmentsQueued?: boolean | undefined;
}

type Work = Pick<StepContext<TransferMemory>, "deps" | "job">;

/** Queues the segments of a job, then waits until all of them are done. */
export async function transferSegments(
  { deps, job, memory }: StepContext<TransferMemory>,
  task: SegmentTaskName,
): Promise<StepResult<TransferMemory>> {
  if (memory.segmentsQueued !== true) return queueSegments({ deps, job }, task);
  const open = await countOpenSegments(deps.db.prisma, job.id);
  if (open === 0) return summarize(await listJobDisks(deps.db.prisma, job.id));
  const error = await requeueLost({ deps, job }, task);
  if (error !== null) return { kind: "fail", error };
  return { kind: "wait", afterMs: POLL_MS, notice: notice("segments-left", { segments: open }) };
}

function summarize(disks: readonly WorkDisk[]): StepResult<TransferMemory> {
  const sum = (key: "readBytes" | "changedBytes" | "movedBytes" | "storedBytes"): number =>
    disks.reduce((total, disk) => total + disk.stats[key], 0);
  const [readBytes, movedBytes] = [sum("readBytes"), sum("movedBytes")];
  const said: Notice = notice("transfer-finished", { movedBytes, readBytes });
  const detail = {
    readBytes,
    changedBytes: sum("changedBytes"),
    movedBytes,
    storedBytes: sum("storedBytes"),
  };
  return { kind: "done", notice: said, detail };
}

/** Queues segments without a task again. Returns why the job cannot continue when a task has used up its tries. */
async function requeueLost({ deps, job }: Work, task: SegmentTaskName): Promise<KluisError | null> {
  const lost = await listLostSegments(deps.db.prisma, job.id, task);
  const dead = lost.find(({ exhausted }) => exhausted);
  if (dead !== undefined) {
    return new KluisError("INTERNAL", {
      message: `Part ${dead.segment} of disk ${dead.diskKey} was not moved: its process died at every try.`,
      action: "Check the engine's log and the memory of its machine, then start the job again.",
      params: { disk: dead.diskKey, segment: dead.segment },
    });
  }
  for (const { diskKey, segment } of lost) {
    deps.log.warn({ jobId: job.id, diskKey, segment }, "segment had no task; queued again");
    const payload = { jobId: job.id, diskKey, segment };
    await addTask(deps.db.prisma, { name: task, payload, runAt: deps.clock.now() });
  }
  return null;
}

/**
 * Adds a task for every open segment, in several transactions for large jobs. Safe to run again after a crash: waiting tasks
 * are replaced, and a segment that two workers move has the same result.
 */
async function queueSegments(
  { deps, job }: Work,
  task: SegmentTaskName,
): Promise<StepResult<TransferMemory>> {
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
  return {
    kind: "again",
    memory: { segmentsQueued: true },
    save: (tx) => finishEmptyDisks(tx, job.id, deps.clock.now()),
  };
}
