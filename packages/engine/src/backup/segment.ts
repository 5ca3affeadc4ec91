/**
 * Moves one segment of one disk into the vault. Its result is durable in the vault before the database says so; doing it
 * again, or twice at once, gives the same part of the chunk map.
 */
import { type Grant, openSasDisk } from "@kluis/azure";
import { inTransaction, notify } from "@kluis/db";
import {
  finishSegment,
  loadSegment,
  loadWorkJob,
  readJobFlags,
  startSegment,
  type WorkJob,
  type WorkSegment,
} from "@kluis/db/engine";
import { parseNodeRef, type SegmentResult } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { endingOf } from "../job/advance.ts";
import { addTask } from "../runtime/queue.ts";
import { snapshotOf } from "../steps/access.ts";
import { backupMachine } from "./machine.ts";
import { parseMemory } from "./memory.ts";
import { ProgressReporter } from "./progress.ts";

export interface SegmentTask {
  readonly jobId: string;
  readonly diskKey: string;
  readonly segment: number;
}

/** How often a running segment looks whether its job still wants it. */
const LOOK_MS = 1_000;

export async function moveSegment(deps: EngineDeps, task: SegmentTask, signal: AbortSignal): Promise<void> {
  const job = await loadWorkJob(deps.db.prisma, task.jobId);
  const segment = await loadSegment(deps.db.prisma, task);
  if (job === null || segment === null || !isWanted(job)) return;
  if (segment.state === "done") return wake(deps, task.jobId);
  await inTransaction(deps.db, async (tx) => {
    await startSegment(tx, segment, deps.clock.now());
    await notify(tx, "job", { jobId: job.id });
  });
  const unwanted = new AbortController();
  const watch = watchJob(deps, job.id, unwanted);
  try {
    const result = await transferSegment(deps, { job, segment }, AbortSignal.any([signal, unwanted.signal]));
    await finish(deps, segment, result);
  } catch (error) {
    if (!unwanted.signal.aborted) throw error;
    deps.log.info(
      { jobId: job.id, disk: task.diskKey, segment: task.segment },
      "segment dropped: its job ends",
    );
    await wake(deps, job.id);
  } finally {
    clearInterval(watch);
  }
}

function isWanted(job: WorkJob): boolean {
  return job.state === "running" && endingOf(job, backupMachine, parseMemory(job.memory)) === null;
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

async function transferSegment(
  deps: EngineDeps,
  { job, segment }: { job: WorkJob; segment: WorkSegment },
  signal: AbortSignal,
): Promise<SegmentResult> {
  const { disk } = segment;
  const { vault, limits } = deps.vault;
  const snapshotDisk = snapshotOf(parseMemory(job.memory), { key: disk.diskKey, name: disk.name });
  const progress = new ProgressReporter(deps, segment);
  let grant: Grant = await deps.grants.get(snapshotDisk.id, signal);
  const renew = async (): Promise<Grant> => (grant = await deps.grants.renew(grant, signal));
  const source = await openSasDisk({ grant, renew, signal });
  try {
    const base =
      disk.baseNode === null
        ? null
        : await vault.segmentNode(parseNodeRef(disk.baseNode), segment.segment, signal);
    return await vault.writeSegment({
      diskBytes: disk.diskBytes,
      segment: segment.segment,
      extents: segment.extents.map(([offset, length, kind]) => ({ offset, length, kind })),
      delta: disk.deltaMethod === "changed-ranges" ? "changed-ranges" : "digest-comparison",
      base,
      source,
      signal,
      limits,
      onProgress: (totals) => progress.report(totals),
    });
  } finally {
    await progress.close();
    await source.close();
  }
}

/** Writes the result down; whoever finishes a job's last segment wakes the job. */
async function finish(deps: EngineDeps, segment: WorkSegment, { node, stats }: SegmentResult): Promise<void> {
  const { jobId } = segment.disk;
  await inTransaction(deps.db, async (tx) => {
    const { readBytes, changedBytes, movedBytes, storedBytes, chunksNew, chunksReused } = stats;
    const open = await finishSegment(tx, segment, {
      node,
      stats: { readBytes, changedBytes, movedBytes, storedBytes, chunksNew, chunksReused },
      at: deps.clock.now(),
    });
    await notify(tx, "job", { jobId });
    if (open === 0)
      await addTask(tx, { name: "backup.advance", payload: { jobId }, runAt: deps.clock.now() });
  });
}

async function wake(deps: EngineDeps, jobId: string): Promise<void> {
  await addTask(deps.db.prisma, { name: "backup.advance", payload: { jobId }, runAt: deps.clock.now() });
}
