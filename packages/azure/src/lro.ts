import type { ComputeManagementClient } from "@azure/arm-compute";
import { call } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import type { CallRecord } from "./errors.ts";
import type { AzureOperation, Poll } from "./types.ts";

/** Without a Retry-After: seldom enough for "Get Operation" (15 a minute per resource), often enough for people. */
const defaultPollMs = 4000;
const shortestPollMs = 250;

/** The part of the SDK's pollers that is used here. */
interface SdkPoller<Model> {
  submitted(): Promise<void>;
  poll(options?: { abortSignal?: AbortSignal }): Promise<unknown>;
  serialize(): Promise<string>;
  readonly isDone: boolean;
  readonly result: Model | undefined;
}

export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Step<Model, Result> {
  readonly operation: Omit<AzureOperation, "poller">;
  /** What is done, in words: "create the restore point". */
  readonly words: string;
  /** Makes the result of the model that Azure gave; may make calls of its own. */
  readonly finish: (model: Model | undefined) => Promise<Result>;
}

interface Look<Model> {
  readonly done: boolean;
  readonly model: Model | undefined;
  readonly poller: string;
  readonly retryAfterMs: number;
}

async function look<Model>(poller: SdkPoller<Model>, record: CallRecord): Promise<Look<Model>> {
  const wait = record.retryAfterMs ?? defaultPollMs;
  return {
    done: poller.isDone,
    model: poller.result,
    poller: poller.isDone ? "" : await poller.serialize(),
    retryAfterMs: Math.max(shortestPollMs, wait),
  };
}

async function conclude<Model, Result>(found: Look<Model>, step: Step<Model, Result>): Promise<Poll<Result>> {
  if (found.done) return { status: "done", result: await step.finish(found.model) };
  const operation: AzureOperation = { ...step.operation, poller: found.poller };
  return { status: "running", operation, retryAfterMs: found.retryAfterMs };
}

/**
 * Starts a long-running operation and looks at it once. Never waits: what is not done comes back as `running`, with a state
 * that {@link continueStep} goes on from in any process.
 */
export async function startStep<Model, Result>(
  begin: () => SdkPoller<Model>,
  step: Step<Model, Result>,
  options: StepOptions = {},
): Promise<Poll<Result>> {
  const found = await call({ operation: step.words, target: step.operation.target }, async (record) => {
    const poller = begin();
    await poller.submitted();
    if (!poller.isDone) await poller.poll(abortable(options));
    return look(poller, record);
  });
  return conclude(found, step);
}

/** Looks once more at an operation that {@link startStep} began; `resume` makes the SDK's poller from its kept state. */
export async function continueStep<Model, Result>(
  resume: (state: string) => SdkPoller<Model>,
  step: Step<Model, Result> & { readonly operation: AzureOperation },
  options: StepOptions = {},
): Promise<Poll<Result>> {
  const found = await call({ operation: step.words, target: step.operation.target }, async (record) => {
    const poller = resume(step.operation.poller);
    await poller.poll(abortable(options));
    return look(poller, record);
  });
  return conclude(found, step);
}

/** Waits for an operation that takes seconds by nature (access grants), at most `limitMs`. */
export async function awaitShort<Model>(
  name: { readonly operation: string; readonly target: string },
  begin: (abort: { abortSignal: AbortSignal }) => PromiseLike<Model>,
  options: StepOptions & { readonly limitMs?: number } = {},
): Promise<Model> {
  const limit = AbortSignal.timeout(options.limitMs ?? 120_000);
  const abortSignal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  return call(name, async (record) => {
    try {
      return await begin({ abortSignal });
    } finally {
      if (limit.aborted && options.signal?.aborted !== true) record.timedOut = true;
    }
  });
}

/** The subscription client of an operation in a checkpoint. */
export function clientOf(azure: AzureConnection, operation: AzureOperation): ComputeManagementClient {
  return azure.compute(operation.subscriptionId);
}
