/** The task that moves one segment, for backups and restores alike. */

import {
  finishSegment,
  inTransaction,
  loadSegment,
  loadWorkJob,
  notify,
  readJobFlags,
  startSegment,
  type TransferStats,
  type WorkJob,
  type WorkSegment,
} from "@kluis/db";
import type { TaskName } from "@kluis/domain";
import { toKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";
import type { TaskDefinition, TaskRun } from "../runtime/tasks.ts";
import { failJob, noteRetry } from "./task.ts";

export type SegmentTaskName = Extract<TaskName, "backup.segment" | "restore.segment">;

export interface SegmentMove {
  readonly deps: EngineDeps;
  readonly job: WorkJob;
  readonly segment: WorkSegment;
  readonly signal: AbortSignal;
}

export interface SegmentMoved {
  /** The segment's part of the chunk map; null for a segment of zeros, and for restores. */
  readonly node: string | null;
  readonly stats: TransferStats;
}

export interface SegmentKind {
  readonly wakes: "backup.advance" | "restore.advance";
  /** False when the job ends and its segments are of no use any more. */
  isWanted(job: WorkJob): boolean;
  /** Moves the bytes; durable when it returns. Doing it again, or twice at once, ends the same. */
  move(move: SegmentMove): Promise<SegmentMoved>;
}

/** How often a running segment looks whether its job still wants it. */
const LOOK_MS = 1_000;

export function segmentTaskDefinition(kind: SegmentKind): TaskDefinition<SegmentTaskName> {
  return {
    async run(run) {
      await runSegment(kind, run);
      return null;
    },
    retrying: (tx, { payload }, error) => noteRetry(tx, payload.jobId, error),
    async gaveUp(tx, { deps, payload }, error) {
      await failJob(tx, payload.jobId, error);
      await addTask(tx, { name: kind.wakes, payload: { jobId: payload.jobId }, runAt: deps.clock.now() });
      return null;
    },
  };
}

async function runSegment(
  kind: SegmentKind,
  { deps, payload, signal }: TaskRun<SegmentTaskName>,
): Promise<void> {
  const { jobId } = payload;
  const job = await loadWorkJob(deps.db.prisma, jobId);
  const segment = await loadSegment(deps.db.prisma, payload);
  if (job === null || segment === null || job.state !== "running" || !kind.isWanted(job)) return;
  if (segment.state === "done") return wake(deps, kind, jobId);
  await inTransaction(deps.db, async (tx) => {
    await startSegment(tx, segment, deps.clock.now());
    await notify(tx, "job", { jobId });
  });
  const unwanted = new AbortController();
  const watch = watchJob(deps, jobId, unwanted);
  try {
    const moved = await kind.move({ deps, job, segment, signal: AbortSignal.any([signal, unwanted.signal]) });
    await finish(deps, kind, { segment, moved });
  } catch (error) {
    // What a job takes away while it ends (access, snapshot) is no failure of the segment.
    if (!unwanted.signal.aborted && !(await isEnding(deps, jobId))) throw toKluisError(error);
    deps.log.info({ ...payload }, "segment dropped: its job ends");
    await wake(deps, kind, jobId);
  } finally {
    clearInterval(watch);
  }
}

/** Aborts the segment when its job is cancelled or fails elsewhere. */
function watchJob(deps: EngineDeps, jobId: string, unwanted: AbortController): NodeJS.Timeout {
  const look = async (): Promise<void> => {
    const flags = await readJobFlags(deps.db.prisma, jobId);
    if (flags === null || flags.ending || flags.state !== "running")
      unwanted.abort(new Error("The job ends."));
  };
  return setInterval(() => {
    look().catch((error: unknown) => deps.log.warn({ error, jobId }, "could not look at the job"));
  }, LOOK_MS);
}

async function isEnding(deps: EngineDeps, jobId: string): Promise<boolean> {
  const flags = await readJobFlags(deps.db.prisma, jobId);
  return flags === null || flags.ending || flags.state !== "running";
}

/** Writes the result down; whoever finishes a job's last segment wakes the job. */
async function finish(
  deps: EngineDeps,
  kind: SegmentKind,
  { segment, moved }: { segment: WorkSegment; moved: SegmentMoved },
): Promise<void> {
  const { jobId } = segment.disk;
  await inTransaction(deps.db, async (tx) => {
    const open = await finishSegment(tx, segment, { ...moved, at: deps.clock.now() });
    await notify(tx, "job", { jobId });
    if (open === 0) await addTask(tx, { name: kind.wakes, payload: { jobId }, runAt: deps.clock.now() });
  });
}

async function wake(deps: EngineDeps, kind: SegmentKind, jobId: string): Promise<void> {
  await addTask(deps.db.prisma, { name: kind.wakes, payload: { jobId }, runAt: deps.clock.now() });
}
