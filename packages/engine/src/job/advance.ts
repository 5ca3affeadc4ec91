/**
 * Runs a job, one step after the other. Keeps no state: each round loads the job, runs the next step and saves the result in one
 * transaction, so that any process can continue after this one is killed.
 */
import {
  changeStep,
  condemnJob,
  endJob,
  type JobFence,
  loadWorkJob,
  saveMemory,
  setStage,
  setStepNotice,
  startWorkJob,
  type Tx,
  type WorkJob,
} from "@kluis/db";
import {
  type ErrorCode,
  errorInfo,
  failureParams,
  isOpenJobState,
  type JobKind,
  type JobStep,
  type JobTaskName,
  KluisError,
  notice,
  noticeText,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";
import type { Again } from "../runtime/tasks.ts";
import { admit } from "./admission.ts";
import { endingOf } from "./ending.ts";
import { noteDamage } from "./known-damage.ts";
import { resumeTransfer } from "./parking.ts";
import { recordJob } from "./record.ts";
import type { CleanUpResult, Ending, Machine, Step, StepContext, StepResult } from "./step.ts";

export interface AdvanceOptions<K extends JobKind, M> {
  readonly deps: EngineDeps;
  readonly machine: Machine<K, M>;
  /** The task that runs this. It hands the job over before a step of another task. Missing: runs every step. */
  readonly task?: JobTaskName | undefined;
  readonly jobId: string;
  readonly signal: AbortSignal;
  /** Gets the job at each version that this run works on. */
  readonly onVersion?: (job: JobFence) => void;
}

/**
 * Advances a job as far as possible without waiting.
 * @returns when to call again, or null when the job has ended
 * @throws what a step throws; the job is unchanged then and can be advanced again
 * @throws JobMovedError when another engine advanced the job meanwhile; nothing of this run is stored then
 */
export async function advance<K extends JobKind, M extends object>(
  options: AdvanceOptions<K, M>,
): Promise<Again | null> {
  const { deps, machine, jobId, signal, onVersion } = options;
  for (;;) {
    signal.throwIfAborted();
    const job = await loadWorkJob(deps.db.prisma, jobId);
    if (job === null || !isOpenJobState(job.state)) return null;
    onVersion?.(job);
    if (job.state === "queued") {
      await begin(deps, job);
      continue;
    }
    const memory = machine.parse(job.memory);
    const context: StepContext<M> = { deps, job, memory, signal };
    const ending = endingOf(job, machine, memory);
    const again =
      ending === null ? await runNextStep(context, options) : await cleanUp(context, machine, ending);
    if (again !== "continue") return again;
  }
}

async function begin(deps: EngineDeps, job: WorkJob): Promise<void> {
  await recordJob(deps, {
    job,
    change: async (tx, at) => {
      const { error, ...vault } = await admit(tx, job);
      if (!(await startWorkJob(tx, job, { at, ...vault }))) return false;
      if (error !== null) await condemnJob(tx, job.id, errorInfo(error));
      return true;
    },
    events: [{ kind: "job.started", data: { trigger: job.trigger } }],
  });
}

async function runNextStep<K extends JobKind, M extends object>(
  read: StepContext<M>,
  { machine, task, onVersion }: Pick<AdvanceOptions<K, M>, "machine" | "task" | "onVersion">,
): Promise<Again | null | "continue"> {
  const { deps } = read;
  let { job } = read;
  const step = job.steps.find(({ state }) => state === "waiting" || state === "running");
  if (step === undefined || !isStepOf(machine, step.name)) {
    throw new KluisError("INTERNAL", { message: "The job has no next step.", params: { jobId: job.id } });
  }
  const { name } = step;
  const elsewhere = await handOver(read, { machine, task, name });
  if (elsewhere !== null) return elsewhere.again;
  const run = machine.steps[name];
  if (step.state === "waiting") {
    job = await recordJob(deps, {
      job,
      change: (tx, at) => changeStep(tx, job.id, { name, state: "running", at }),
    });
    onVersion?.(job);
  }
  const context = { ...read, job };
  const result = await runOrForget(context, run, onVersion);
  await saveResult(context, { name, result, machine });
  return result.kind === "wait" ? { againInMs: result.afterMs } : "continue";
}

/**
 * Decides whether the next step runs now and here. Returns null when it does; else when this task runs again, or null when
 * another task continues the job.
 */
async function handOver<K extends JobKind, M extends object>(
  { deps, job }: StepContext<M>,
  next: Pick<AdvanceOptions<K, M>, "machine" | "task"> & { readonly name: JobStep<K> },
): Promise<{ readonly again: Again | null } | null> {
  const { machine, task, name } = next;
  const now = deps.clock.now();
  const pausedUntil = job.parkedUntil !== null && job.parkedUntil > now ? job.parkedUntil : null;
  const owner = machine.taskOf(name);
  if (task !== undefined && task !== owner) {
    const payload = { jobId: job.id };
    const runAt = pausedUntil ?? now;
    await addTask(deps.db.prisma, { name: owner, payload, runAt, keepEarlier: true });
    return { again: null };
  }
  if (pausedUntil !== null) return { again: { againInMs: pausedUntil.getTime() - now.getTime() } };
  const isFresh = job.steps.find((step) => step.name === name)?.state === "waiting";
  const later = isFresh ? ((await machine.mayStart?.(deps, job, name)) ?? null) : null;
  return later === null ? null : { again: later };
}

function isStepOf<K extends JobKind, M>(machine: Machine<K, M>, name: JobStep): name is JobStep<K> {
  return Object.hasOwn(machine.steps, name);
}

/**
 * Forgets the pending operation of a step that fails: the operation would only fail again, and a new start finds what it
 * created. Throttling and outages do not mean that the operation failed, so it is kept.
 */
async function runOrForget<M extends object>(
  context: StepContext<M>,
  run: Step<M>,
  onVersion: ((job: JobFence) => void) | undefined,
): Promise<StepResult<M>> {
  try {
    return await run(context);
  } catch (error) {
    const { deps, job, memory, signal } = context;
    await noteDamage({ deps, job }, error);
    const isAboutOperation = error instanceof KluisError && !KEEPS_OPERATION.has(error.code);
    if (isAboutOperation && !signal.aborted && "operation" in memory) {
      const without = { ...memory, operation: undefined };
      onVersion?.(await recordJob(deps, { job, change: (tx) => saveMemory(tx, job.id, without) }));
    }
    throw error;
  }
}

const KEEPS_OPERATION: ReadonlySet<ErrorCode> = new Set([
  "AZURE_THROTTLED",
  "AZURE_UNREACHABLE",
  "CANCELLED",
]);

async function saveResult<K extends JobKind, M extends object>(
  context: StepContext<M>,
  outcome: {
    readonly name: JobStep;
    readonly result: StepResult<M>;
    readonly machine: Pick<Machine<K, M>, "afterStep">;
  },
): Promise<void> {
  const { deps, job } = context;
  const { name, result, machine } = outcome;
  const isOver = result.kind === "done" || result.kind === "skipped";
  await recordJob(deps, {
    job,
    change: async (tx, at) => {
      await saveParts(tx, context, { result, at });
      await saveStep(tx, { job, name, result, at });
      if (isOver) await machine.afterStep?.(tx, { job, name, at });
      if (isOver || result.kind === "again") await resumeTransfer(tx, deps, job.id);
    },
    events: [...stepEvents(name, result), ...(result.events ?? [])],
    ...(result.pointId === undefined ? {} : { pointId: result.pointId }),
  });
}

interface StepOutcome<M> {
  readonly job: WorkJob;
  readonly name: JobStep;
  readonly result: StepResult<M>;
  readonly at: Date;
}

async function saveStep<M>(tx: Tx, { job, name, result, at }: StepOutcome<M>): Promise<void> {
  switch (result.kind) {
    case "done":
    case "skipped": {
      const { kind: state, notice: said, detail } = result;
      const change = { name, state, notice: said, at };
      return changeStep(tx, job.id, { ...change, ...(detail === undefined ? {} : { detail }) });
    }
    case "wait":
      return setStepNotice(tx, { jobId: job.id, name, notice: result.notice });
    case "fail": {
      const said = notice("step-failed", failureParams(result.error));
      const { detail } = result;
      await setStepNotice(tx, { jobId: job.id, name, notice: said, ...(detail && { detail }) });
      await condemnJob(tx, job.id, errorInfo(result.error));
      return;
    }
    case "again":
      return;
    default:
      return result satisfies never;
  }
}

function stepEvents<M>(name: JobStep, result: StepResult<M>) {
  if (result.kind !== "done" && result.kind !== "skipped") return [];
  const { kind: outcome, notice: said } = result;
  const data = { step: name, outcome, message: noticeText(said), notice: said };
  return [{ kind: "job.step-finished" as const, data }];
}

async function saveParts<M extends object>(
  tx: Tx,
  { job, memory }: StepContext<M>,
  { result, at }: { readonly result: Pick<StepResult<M>, "memory" | "save">; readonly at: Date },
): Promise<void> {
  if (result.memory !== undefined) await saveMemory(tx, job.id, { ...memory, ...result.memory });
  await result.save?.(tx, at);
}

/** Cleans up after a job that failed or was canceled, and ends it when nothing is left. */
async function cleanUp<K extends JobKind, M extends object>(
  context: StepContext<M>,
  machine: Machine<K, M>,
  ending: Ending,
): Promise<Again | null> {
  const { deps, job } = context;
  const result = await cleanUpOrReport(context, machine);
  const error = job.error === null ? {} : { code: job.error.code, message: job.error.message };
  // A failed job with a deadline missed it; a canceled one did neither (`settleDeadline`).
  const missed = ending === "failed" && job.deadlineAt !== null ? { deadlineMet: false } : {};
  const isOver = result.kind === "done";
  await recordJob(deps, {
    job,
    change: async (tx, at) => {
      await saveParts(tx, context, { result, at });
      if (isOver) {
        const { finished = {} } = result;
        await endJob(tx, job.id, { state: ending, stage: ending, at, cleanedUp: finished });
      } else await setStage(tx, job.id, "cleaning-up");
    },
    events: [
      ...(result.events ?? []),
      ...(isOver ? [{ kind: `job.${ending}` as const, data: { ...error, ...missed } }] : []),
    ],
  });
  return isOver ? null : { againInMs: result.afterMs };
}

/** Retries until Azure confirms the removal. What can never succeed is logged and left to the sweeper. */
async function cleanUpOrReport<K extends JobKind, M>(
  context: StepContext<M>,
  machine: Machine<K, M>,
): Promise<CleanUpResult<K, M>> {
  try {
    return await machine.cleanUp(context);
  } catch (error) {
    if (!(error instanceof KluisError) || error.retry !== "never" || context.signal.aborted) throw error;
    context.deps.log.error({ error, jobId: context.job.id }, "clean-up failed; the sweeper continues");
    return { kind: "done" };
  }
}
