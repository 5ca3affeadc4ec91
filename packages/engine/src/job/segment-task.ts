/** The task that moves one segment of a backup, a restore or a second copy, or checks a part of a recovery point. */
import {
  databaseNow,
  finishSegment,
  inTransaction,
  isSegmentOpen,
  loadSegment,
  loadWorkJob,
  notify,
  readJobFlags,
  returnSegments,
  startSegment,
  type TransferStats,
  type WorkJob,
  type WorkSegment,
} from "@kluis/db";
import { limits, type MissingRanges, type SegmentTaskName, type VerifyFound } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";
import type { TaskDefinition, TaskRun } from "../runtime/tasks.ts";
import { wakeDispatcher } from "./dispatch.ts";
import { type MetDamage, noteDamage, recordMet } from "./known-damage.ts";
import { parkTransfer, resumeTransfer } from "./parking.ts";
import { failJob, recordRetry } from "./task-failure.ts";

export interface SegmentMove {
  readonly deps: EngineDeps;
  readonly job: WorkJob;
  readonly segment: WorkSegment;
  readonly signal: AbortSignal;
}

export interface SegmentMoved {
  /** Node reference of the segment's chunk map; null for a segment of zeros and for restores. */
  readonly node: string | null;
  readonly stats: TransferStats;
  /** What Azure's list of changes omitted, when the segment confirms that list. */
  readonly omitted?: { readonly blocks: number; readonly firstOffset: number } | null;
  /** Damage of the vault that a backup met; none for restores. */
  readonly met?: MetDamage;
  /** What a verification found, and what a restore that skips damage could not read. */
  readonly found?: VerifyFound | MissingRanges;
}

export interface SegmentKind {
  readonly wakes: "backup.transfer" | "restore.advance" | "copy.run" | "verify.run";
  /** False when the job is ending and no longer needs its segments. */
  isWanted(job: WorkJob): boolean;
  /** Moves the bytes; they are durable when it returns. Running it twice, also at the same time, has the same result. */
  move(move: SegmentMove): Promise<SegmentMoved>;
}

/** How often a running segment checks whether its job still needs it. */
const WATCH_MS = 1_000;

export function segmentTaskDefinition(kind: SegmentKind): TaskDefinition<SegmentTaskName> {
  return {
    async run(run) {
      await runSegment(kind, run);
      return null;
    },
    async outage(tx, { deps, payload }, failed) {
      if (!(await isSegmentOpen(tx, payload))) return null;
      const { jobId } = payload;
      const parking = await parkTransfer(tx, deps, { ...failed, jobId, stakeOf: () => "work" });
      if (parking === null) return null;
      await returnSegments(tx, jobId, [payload]);
      // The dispatcher gives the segment out again when the pause is over.
      const pauseMs = parking.kind === "parked" ? parking.pauseMs : 0;
      const runAt = new Date(deps.clock.now().getTime() + pauseMs);
      await addTask(tx, { name: kind.wakes, payload: { jobId }, runAt });
      return { againInMs: null };
    },
    async retrying(tx, { payload }, error) {
      if (await isSegmentOpen(tx, payload)) await recordRetry(tx, payload.jobId, error);
    },
    async gaveUp(tx, { deps, payload }, error) {
      // Another worker moved the segment, or the job was planned again: this failure is not the job's.
      if (!(await isSegmentOpen(tx, payload))) return null;
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
  if (job.parkedUntil !== null && job.parkedUntil > deps.clock.now()) {
    await returnSegments(deps.db.prisma, jobId, [payload]);
    return;
  }
  const startedAt = await inTransaction(deps.db, async (tx) => {
    const at = await databaseNow(tx);
    await startSegment(tx, segment, at);
    await notify(tx, "job", { jobId });
    return at;
  });
  const unwanted = new AbortController();
  const over = new AbortController();
  const watch = watchJob({ deps, jobId, unwanted, over: over.signal });
  try {
    const moved = await kind.move({ deps, job, segment, signal: AbortSignal.any([signal, unwanted.signal]) });
    await finish(deps, kind, { job, segment, moved, startedAt });
  } catch (error) {
    await noteDamage({ deps, job }, error);
    // An ending job revokes access and removes the snapshot: errors that follow from this are not failures.
    if (!unwanted.signal.aborted && !(await isEnding(deps, jobId))) throw error;
    deps.log.info({ ...payload }, "segment dropped: its job is ending");
    await wake(deps, kind, jobId);
  } finally {
    over.abort();
    await watch;
  }
}

/** Aborts the segment when its job is canceled or fails elsewhere. */
async function watchJob(watch: {
  deps: EngineDeps;
  jobId: string;
  unwanted: AbortController;
  over: AbortSignal;
}): Promise<void> {
  const { deps, jobId, unwanted, over } = watch;
  while (!over.aborted && !unwanted.signal.aborted) {
    await deps.clock.wait(WATCH_MS, over);
    if (over.aborted) return;
    try {
      if (await isEnding(deps, jobId)) unwanted.abort(new Error("The job is ending."));
    } catch (error) {
      deps.log.warn({ error, jobId }, "job state was not read");
    }
  }
}

async function isEnding(deps: EngineDeps, jobId: string): Promise<boolean> {
  const flags = await readJobFlags(deps.db.prisma, jobId);
  return flags === null || flags.isEnding || flags.state !== "running";
}

/** Saves the result. The last segment of a job wakes the job. */
async function finish(
  deps: EngineDeps,
  kind: SegmentKind,
  done: {
    readonly job: WorkJob;
    readonly segment: WorkSegment;
    readonly moved: SegmentMoved;
    readonly startedAt: Date;
  },
): Promise<void> {
  const { job, segment, startedAt } = done;
  const { met, ...moved } = done.moved;
  const { jobId } = segment.disk;
  await inTransaction(deps.db, async (tx) => {
    const at = await databaseNow(tx);
    // A pack that this segment uses may have been removed meanwhile: it is moved again.
    if (at.getTime() - startedAt.getTime() > limits.segmentLongestMs) {
      deps.log.warn({ jobId, segment: segment.segment }, "segment dropped: it took too long");
      return;
    }
    const open = await finishSegment(tx, segment, { ...moved, at });
    if (open === null) {
      deps.log.info(
        { jobId, segment: segment.segment },
        "segment dropped: its job was planned again or ends",
      );
      return;
    }
    await resumeTransfer(tx, deps, jobId);
    await wakeDispatcher(tx, deps);
    await notify(tx, "job", { jobId });
    if (open === 0) await addTask(tx, { name: kind.wakes, payload: { jobId }, runAt: deps.clock.now() });
    if (met !== undefined) await recordMet(tx, job, met);
  });
}

async function wake(deps: EngineDeps, kind: SegmentKind, jobId: string): Promise<void> {
  await addTask(deps.db.prisma, { name: kind.wakes, payload: { jobId }, runAt: deps.clock.now() });
}
