/** The contract between a kind of job and the code that runs it: steps, their results, and the machine that holds them. */
import type { AzureOperation } from "@kluis/azure";
import type { Tx, WorkJob } from "@kluis/db";
import type { JobKind, JobStep, JobTaskName, KluisError, Notice, TransferStake } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { Again } from "../runtime/tasks.ts";
import type { JobEvent } from "./record.ts";

/** `M` is the job's memory: JSON with a schema, stored with the job. */
export interface StepContext<M> {
  readonly deps: EngineDeps;
  readonly job: WorkJob;
  readonly memory: M;
  readonly signal: AbortSignal;
}

interface Saves<M> {
  /** Merged into the job's memory; `undefined` removes a key. */
  readonly memory?: { readonly [K in keyof M]?: M[K] | undefined };
  /** Writes other rows in the same transaction; `at` is the time of the database. */
  readonly save?: (tx: Tx, at: Date) => Promise<void>;
  readonly events?: readonly JobEvent[];
  /** The recovery point that changes, for those who watch points. */
  readonly pointId?: string;
}

interface Done<M> extends Saves<M> {
  readonly kind: "done" | "skipped";
  /** The sentence that the timeline shows. */
  readonly notice: Notice;
  /** Further facts for the timeline. Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The step depends on work elsewhere: run it again after `afterMs`. */
interface Wait<M> extends Saves<M> {
  readonly kind: "wait";
  readonly afterMs: number;
  readonly notice: Notice;
}

/** The step made progress that must be saved before it continues immediately. */
interface Continue<M> extends Saves<M> {
  readonly kind: "again";
}

/** The job cannot succeed, however often the step runs: it cleans up and fails. */
interface Fail<M> extends Saves<M> {
  readonly kind: "fail";
  readonly error: KluisError;
  /** Further facts for the timeline. Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

export type StepResult<M> = Done<M> | Wait<M> | Continue<M> | Fail<M>;

/** A step goes as far as it can without waiting. It may be killed and run again at any point. */
export type Step<M> = (context: StepContext<M>) => Promise<StepResult<M>>;

/** `done`: the job left nothing behind and may end. `wait`: run the clean-up again. */
export type CleanUpResult<K extends JobKind, M> =
  | (Saves<M> & {
      readonly kind: "done";
      /** Steps of the timeline whose work the clean-up did, with what they show. */
      readonly finished?: Partial<Readonly<Record<JobStep<K>, Notice>>>;
    })
  | (Saves<M> & { readonly kind: "wait"; readonly afterMs: number });

/** How a job ends when it does not succeed. */
export type Ending = "failed" | "cancelled";

/** A kind of job. `steps` is total: a step name in domain's `jobSteps` without a function here does not compile. */
export interface Machine<K extends JobKind, M> {
  /** @throws KluisError INTERNAL for memory of another version */
  parse(memory: unknown): M;
  readonly steps: { readonly [S in JobStep<K>]: Step<M> };
  /** The task that runs a step. Another one hands the job over to it. */
  taskOf(step: JobStep<K>): JobTaskName;
  /** When to look again whether a step may start; null when it may. Default: it may. */
  mayStart?(deps: EngineDeps, job: WorkJob, step: JobStep<K>): Promise<Again | null>;
  /** Writes other rows in the transaction that ends a step. */
  afterStep?(
    tx: Tx,
    ended: { readonly job: WorkJob; readonly name: JobStep; readonly at: Date },
  ): Promise<void>;
  /** What an outage would cost the job now. Missing: nothing, so no outage parks it. */
  readonly stakeOf?: (job: WorkJob) => TransferStake;
  /** Whether a cancellation still has an effect. */
  isCancellable(memory: M): boolean;
  /** The job's result is durable: from here it goes forward, whatever fails it. */
  isCommitted(memory: M): boolean;
  /** What happens to a committed job that cannot go forward: it ends and cleans up, or continues until it can. */
  readonly whenStuck: "ends" | "continues";
  /** Removes what the job created. Runs until it is done; may be killed and run again at any point. */
  cleanUp(context: StepContext<M>): Promise<CleanUpResult<K, M>>;
}

interface Running {
  readonly operation: AzureOperation;
  readonly retryAfterMs: number;
}

/** Waits for an operation of Azure and remembers it, so that the next run polls instead of starting again. */
export function waitForAzure(
  { operation, retryAfterMs }: Running,
  notice: Notice,
): Wait<{ operation?: AzureOperation | undefined }> {
  return { kind: "wait", afterMs: retryAfterMs, notice, memory: { operation } };
}
