/**
 * Carries a job from step to step. Nothing here remembers anything: every call loads the job, does the next step, and writes
 * down what came of it in one transaction, so a process that is killed anywhere is followed by one that goes on from there.
 */
import {
  changeStep,
  condemnJob,
  endJob,
  loadWorkJob,
  saveMemory,
  setStage,
  setStepMessage,
  startWorkJob,
  type Tx,
  type WorkJob,
} from "@kluis/db";
import { type ErrorCode, errorInfo, KluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { recordJob } from "./record.ts";
import type { Ending, Machine, Step, StepContext, StepResult } from "./step.ts";

/** Call again after this time. */
export interface Again {
  readonly againInMs: number;
}

export interface AdvanceOptions<M> {
  readonly deps: EngineDeps;
  readonly machine: Machine<M>;
  readonly jobId: string;
  readonly signal: AbortSignal;
}

/**
 * Brings a job as far as it can go without waiting.
 * @returns when to call again, or null when the job has ended
 * @throws what a step throws; the job is unchanged then and may be advanced again
 */
export async function advance<M extends object>(options: AdvanceOptions<M>): Promise<Again | null> {
  const { deps, machine, jobId, signal } = options;
  for (;;) {
    signal.throwIfAborted();
    const job = await loadWorkJob(deps.db.prisma, jobId);
    if (job === null || !isOpen(job)) return null;
    if (job.state === "queued") {
      await begin(deps, job);
      continue;
    }
    const memory = machine.parse(job.memory);
    const context: StepContext<M> = { deps, job, memory, signal };
    const ending = endingOf(job, machine, memory);
    const again = ending === null ? await nextStep(context, machine) : await wayOut(context, machine, ending);
    if (again !== "continue") return again;
  }
}

function isOpen(job: WorkJob): boolean {
  return job.state === "queued" || job.state === "running";
}

async function begin(deps: EngineDeps, job: WorkJob): Promise<void> {
  await recordJob(deps, {
    job,
    change: (tx) => startWorkJob(tx, job, deps.clock.now()),
    events: [{ kind: "job.started", data: { trigger: job.trigger } }],
  });
}

/** Failed goes before cancelled: a person who cancels a failing job still wants to know why it failed. */
export function endingOf<M>(
  job: Pick<WorkJob, "error" | "cancelAskedAt">,
  machine: Machine<M>,
  memory: M,
): Ending | null {
  if (machine.committed(memory)) return null;
  if (job.error !== null) return "failed";
  return job.cancelAskedAt !== null && machine.cancellable(memory) ? "cancelled" : null;
}

async function nextStep<M extends object>(
  context: StepContext<M>,
  machine: Machine<M>,
): Promise<Again | null | "continue"> {
  const { deps, job } = context;
  const step = job.steps.find(({ state }) => state === "waiting" || state === "running");
  const run = step === undefined ? undefined : machine.steps[step.name];
  if (step === undefined || run === undefined) {
    throw new KluisError("INTERNAL", {
      message: `The job has no step that could be next.`,
      params: { jobId: job.id },
    });
  }
  const { name } = step;
  if (step.state === "waiting") {
    await recordJob(deps, {
      job,
      change: (tx) => changeStep(tx, job.id, { name, state: "running", at: deps.clock.now() }),
    });
  }
  const result = await runOrForget(context, run);
  await saveResult(context, name, result);
  return result.kind === "wait" ? { againInMs: result.afterMs } : "continue";
}

/**
 * A step that fails forgets the operation it waited for: an operation that has failed would only fail again, and starting anew
 * meets whatever the operation has made. Throttling and outages say nothing about the operation.
 */
async function runOrForget<M extends object>(context: StepContext<M>, run: Step<M>): Promise<StepResult<M>> {
  try {
    return await run(context);
  } catch (error) {
    const { deps, job, memory, signal } = context;
    const about = error instanceof KluisError && !KEEPS_OPERATION.has(error.code);
    if (about && !signal.aborted && "operation" in memory) {
      await saveMemory(deps.db.prisma, job.id, { ...memory, operation: undefined });
    }
    throw error;
  }
}

const KEEPS_OPERATION: ReadonlySet<ErrorCode> = new Set([
  "AZURE_THROTTLED",
  "AZURE_UNREACHABLE",
  "CANCELLED",
]);

async function saveResult<M extends object>(
  context: StepContext<M>,
  name: string,
  result: StepResult<M>,
): Promise<void> {
  const { deps, job } = context;
  const ended = result.kind === "done" || result.kind === "skipped";
  const finished = ended
    ? [
        {
          kind: "job.step-finished" as const,
          data: { step: name, outcome: result.kind, message: result.message },
        },
      ]
    : [];
  await recordJob(deps, {
    job,
    change: async (tx) => {
      await saveParts(tx, context, result);
      if (ended) {
        const { message, detail } = result;
        await changeStep(tx, job.id, {
          name,
          state: result.kind,
          message,
          at: deps.clock.now(),
          ...(detail === undefined ? {} : { detail }),
        });
      } else if (result.kind === "wait") {
        await setStepMessage(tx, { jobId: job.id, name, message: result.message });
      } else if (result.kind === "fail") {
        await setStepMessage(tx, { jobId: job.id, name, message: result.error.message });
        await condemnJob(tx, job.id, errorInfo(result.error));
      }
    },
    events: [...finished, ...(result.events ?? [])],
    ...(result.pointId === undefined ? {} : { pointId: result.pointId }),
  });
}

async function saveParts<M extends object>(
  tx: Tx,
  { job, memory }: StepContext<M>,
  result: StepResult<M>,
): Promise<void> {
  if (result.memory !== undefined) await saveMemory(tx, job.id, { ...memory, ...result.memory });
  await result.save?.(tx);
}

/** Cleans up after a job that failed or was cancelled, and ends it when nothing is left. */
async function wayOut<M extends object>(
  context: StepContext<M>,
  machine: Machine<M>,
  ending: Ending,
): Promise<Again | null | "continue"> {
  const { deps, job } = context;
  const result = await cleanUpOrReport(context, machine);
  const at = deps.clock.now();
  const over = result.kind === "done" || result.kind === "skipped";
  const error = job.error === null ? {} : { code: job.error.code, message: job.error.message };
  await recordJob(deps, {
    job,
    change: async (tx) => {
      await saveParts(tx, context, result);
      if (over) await endJob(tx, job.id, { state: ending, stage: ending, at });
      else await setStage(tx, job.id, "cleaning-up");
    },
    events: [...(result.events ?? []), ...(over ? [{ kind: `job.${ending}` as const, data: error }] : [])],
  });
  if (over) return null;
  return result.kind === "wait" ? { againInMs: result.afterMs } : "continue";
}

/** Cleaning up goes on until Azure confirms it; only what can never succeed is left to the sweeper, and logged. */
async function cleanUpOrReport<M>(context: StepContext<M>, machine: Machine<M>): Promise<StepResult<M>> {
  try {
    return await machine.cleanUp(context);
  } catch (error) {
    if (!(error instanceof KluisError) || error.retry !== "never" || context.signal.aborted) throw error;
    context.deps.log.error({ error, jobId: context.job.id }, "cleaning up failed; the sweeper takes over");
    return { kind: "done", message: error.message };
  }
}
