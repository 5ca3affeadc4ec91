/** The transfer step of a backup, a restore or a second copy: waits while the dispatcher gives its segments to engines. The last one wakes the job. */
import {
  countOpenSegments,
  finishEmptyDisks,
  listJobDisks,
  listLostSegments,
  returnSegments,
  type WorkDisk,
  type WorkJob,
} from "@kluis/db";
import { KluisError, type Notice, notice, type SegmentTaskName } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { wakeDispatcher } from "./dispatch.ts";
import type { StepContext, StepResult } from "./step.ts";

/** How often the job checks its segments, in case the wake-up of the last segment is lost. */
const POLL_MS = 5_000;

/** The memory that the transfer needs. */
export interface TransferMemory {
  readonly segmentsQueued?: boolean | undefined;
}

/** Starts the segments of a job, then waits until all of them are done. */
export async function transferSegments(
  { deps, job, memory }: StepContext<TransferMemory>,
  task: SegmentTaskName,
): Promise<StepResult<TransferMemory>> {
  if (memory.segmentsQueued !== true) return startMoving(deps, job);
  const open = await countOpenSegments(deps.db.prisma, job.id);
  if (open === 0) return transferSummary(await listJobDisks(deps.db.prisma, job.id));
  const error = await returnLost(deps, job, task);
  if (error !== null) return { kind: "fail", error };
  return { kind: "wait", afterMs: POLL_MS, notice: notice("segments-left", { segments: open }) };
}

/** What a transfer that has ended says. */
function transferSummary(disks: readonly WorkDisk[]) {
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
  return { kind: "done" as const, notice: said, detail };
}

/** Makes segments without a task wait again. Returns why the job cannot continue when a task has used up its tries. */
export async function returnLost(
  deps: Pick<EngineDeps, "db" | "clock" | "log">,
  job: Pick<WorkJob, "id" | "parkedUntil">,
  task: SegmentTaskName,
): Promise<KluisError | null> {
  const lost = await listLostSegments(deps.db.prisma, job.id, task);
  const dead = lost.find(({ exhausted }) => exhausted);
  if (dead !== undefined) {
    return new KluisError("INTERNAL", {
      message: `Part ${dead.segment} of disk ${dead.diskKey} was not moved: its process died at every try.`,
      action: "Check the engine's log and the memory of its machine, then start the job again.",
      params: { disk: dead.diskKey, segment: dead.segment },
    });
  }
  if (lost.length > 0) {
    const [first] = lost;
    deps.log.warn({ jobId: job.id, segments: lost.length, first }, "segments had no task; they wait again");
    await returnSegments(deps.db.prisma, job.id, lost);
  }
  if (lost.length > 0 || job.parkedUntil !== null) await wakeDispatcher(deps.db.prisma, deps);
  return null;
}

/** Lets the dispatcher give the segments of the job to the engines. */
function startMoving(deps: EngineDeps, job: WorkJob): StepResult<TransferMemory> {
  return {
    kind: "again",
    memory: { segmentsQueued: true },
    save: async (tx) => {
      await finishEmptyDisks(tx, job.id, deps.clock.now());
      await wakeDispatcher(tx, deps);
    },
  };
}
