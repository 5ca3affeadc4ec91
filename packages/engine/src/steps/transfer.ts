/** Hands every segment to the queue, then waits without holding a slot: the last segment wakes the job. */
import { inTransaction } from "@kluis/db";
import { countOpenSegments, finishEmptyDisks, listJobDisks, listOpenSegments } from "@kluis/db/engine";
import { type BackupMemory, recall } from "../backup/memory.ts";
import type { StepContext, StepResult } from "../job/step.ts";
import { addTask } from "../runtime/queue.ts";

/** How often the job looks by itself, in case that nobody wakes it. */
const LOOK_AGAIN_MS = 5_000;
const TASKS_PER_TRANSACTION = 500;

export async function transfer(context: StepContext<BackupMemory>): Promise<StepResult<BackupMemory>> {
  const { deps, job, memory } = context;
  if (memory.segmentsQueued !== true) return queueSegments(context);
  const open = await countOpenSegments(deps.db.prisma, job.id);
  if (open > 0) {
    return {
      kind: "wait",
      afterMs: LOOK_AGAIN_MS,
      message: open === 1 ? "1 segment to go." : `${open} segments to go.`,
    };
  }
  const disks = await listJobDisks(deps.db.prisma, job.id);
  const sum = (key: "readBytes" | "changedBytes" | "movedBytes" | "storedBytes"): number =>
    disks.reduce((total, disk) => total + disk.stats[key], 0);
  return {
    kind: "done",
    message: `${sum("movedBytes")} bytes moved, ${sum("readBytes")} read.`,
    detail: {
      readBytes: sum("readBytes"),
      changedBytes: sum("changedBytes"),
      movedBytes: sum("movedBytes"),
      storedBytes: sum("storedBytes"),
      startedAt: recall(memory, "transferStartedAt"),
    },
    memory: { transferEndedAt: deps.clock.now().toISOString() },
  };
}

/**
 * Every open segment becomes a task. Large jobs are queued in several transactions; doing it again after a crash only
 * replaces waiting tasks, and a segment that two workers move at once ends the same.
 */
async function queueSegments({ deps, job }: StepContext<BackupMemory>): Promise<StepResult<BackupMemory>> {
  const open = await listOpenSegments(deps.db.prisma, job.id);
  for (let start = 0; start < open.length; start += TASKS_PER_TRANSACTION) {
    await inTransaction(deps.db, async (tx) => {
      for (const { diskKey, segment } of open.slice(start, start + TASKS_PER_TRANSACTION)) {
        await addTask(tx, {
          name: "backup.segment",
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
