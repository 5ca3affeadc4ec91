/** What a step of a job is: a plain function that goes as far as it can without waiting, and says how it ended. */
import type { Tx, WorkJob } from "@kluis/db";
import type { KluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { JobEvent } from "./record.ts";

/** `M` is the job's memory: plain JSON with a schema, kept in the database. */
export interface StepContext<M> {
  readonly deps: EngineDeps;
  readonly job: WorkJob;
  readonly memory: M;
  readonly signal: AbortSignal;
}

interface Saves<M> {
  /** Put into the job's memory; a key with `undefined` is taken out. */
  readonly memory?: { readonly [K in keyof M]?: M[K] | undefined };
  /** Further rows of the same transaction. */
  readonly save?: (tx: Tx) => Promise<void>;
  readonly events?: readonly JobEvent[];
  /** The recovery point that this concerns, for those who watch points. */
  readonly pointId?: string;
}

export type StepResult<M> =
  | (Saves<M> & {
      readonly kind: "done" | "skipped";
      /** One sentence for the timeline. */
      readonly message: string;
      readonly detail?: Readonly<Record<string, unknown>>;
    })
  /** Something has to happen elsewhere first: look again after `afterMs`. */
  | (Saves<M> & { readonly kind: "wait"; readonly afterMs: number; readonly message: string })
  /** The job cannot succeed, however often the step is tried: it cleans up and ends as failed. */
  | (Saves<M> & { readonly kind: "fail"; readonly error: KluisError })
  /** The step made progress that must be written down before it goes on at once. */
  | (Saves<M> & { readonly kind: "again" });

export type Step<M> = (context: StepContext<M>) => Promise<StepResult<M>>;

/** How a job ends when it does not succeed. */
export type Ending = "failed" | "cancelled";

/** A kind of job as a sequence of steps. */
export interface Machine<M> {
  parse(memory: unknown): M;
  readonly steps: Readonly<Record<string, Step<M>>>;
  /** Whether asking to cancel still has an effect. */
  cancellable(memory: M): boolean;
  /** The job's result is durable: from here on it only moves forward, whatever fails. */
  committed(memory: M): boolean;
  /** Removes what the job has made. `done`: nothing is left, the job may end. */
  cleanUp(context: StepContext<M>): Promise<StepResult<M>>;
}
