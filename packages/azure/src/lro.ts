/** Long-running operations: started once, polled from any process, never waited for inside a worker's slot. */
import type { ComputeManagementClient } from "@azure/arm-compute";
import { KluisError } from "@kluis/domain";
import { parseArmId } from "./arm-id.ts";
import { call } from "./call.ts";
import type { AzureCall } from "./calls.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { azureError, type CallName, type CallRecord, type ErrorContext } from "./errors.ts";
import type { AzureOperation, Poll } from "./operation.ts";

/** Pause without a Retry-After: below the limit of "Get Operation" (15 a minute per resource), short enough for a user. */
const defaultPollMs = 4000;
const shortestPollMs = 250;
/** After this many polls the pause grows: an operation that takes minutes must not use up the subscription's budget. */
const pollsAtFirstPace = 3;
const growth = 1.5;
const longestPollMs = 30_000;
/** Limit of an operation that is awaited. Access grants take seconds. */
const shortOperationMs = 120_000;

/** An operation that Azure never ends must not hold its job: longer than the 90 minutes that a run command may take. */
const longestOperationMs = 2 * 3_600_000;

/** @throws KluisError AZURE_FAILED, reason `never-ended`, when Azure has reported the operation as in progress for too long */
export function mustNotTakeTooLong(
  { words }: Pick<OperationKind<unknown, unknown>, "words">,
  { target, startedAt }: AzureOperation,
  azure: Pick<AzureConnection, "now">,
): void {
  if (startedAt === undefined || azure.now() - startedAt <= longestOperationMs) return;
  const hours = longestOperationMs / 3_600_000;
  throw new KluisError("AZURE_FAILED", {
    reason: "never-ended",
    message: `Azure has not ended the operation after ${hours} hours: ${words}.`,
    action: "Kluis tries again automatically. If this happens again, ask Azure Support about the resource.",
    retry: "bounded",
    params: { operation: words, target, hours },
  });
}

/** The part of the SDK's pollers that is used here. */
export interface SdkPoller<Model> {
  submitted(): Promise<void>;
  poll(options?: { abortSignal?: AbortSignal }): Promise<unknown>;
  serialize(): Promise<string>;
  readonly isDone: boolean;
  readonly result: Model | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The resource that an operation changes. */
export interface OperationTarget extends CallOptions {
  readonly azure: AzureConnection;
  /** ARM id. */
  readonly target: string;
}

/** One kind of long-running operation: everything that does not depend on the resource. */
export interface OperationKind<Model, Result> {
  readonly kind: AzureOperation["kind"];
  /** The operation in words, for errors and logs: "create the restore point". */
  readonly words: AzureCall;
  /** Makes the SDK's poller again from its serialized state. */
  readonly resume: (client: ComputeManagementClient, state: string) => SdkPoller<Model>;
  /** Makes the result from the model that Azure returned; may make calls. */
  readonly finish: (model: Model | undefined, target: OperationTarget) => Promise<Result>;
}

/** The pause before the next poll, after `polls` of them: at least what Azure names, and longer each time. */
export function pollPause(polls: number, retryAfterMs: number | null): number {
  const first = Math.max(shortestPollMs, retryAfterMs ?? defaultPollMs);
  const grown = first * growth ** Math.max(0, polls - pollsAtFirstPace);
  return Math.max(first, Math.min(longestPollMs, Math.round(grown)));
}

interface Progress<Model> {
  readonly done: boolean;
  readonly model: Model | undefined;
  readonly poller: string;
  /** Null when Azure names none. */
  readonly retryAfterMs: number | null;
}

async function progressOf<Model>(poller: SdkPoller<Model>, record: CallRecord): Promise<Progress<Model>> {
  return {
    done: poller.isDone,
    model: poller.result,
    poller: poller.isDone ? "" : await poller.serialize(),
    retryAfterMs: record.retryAfterMs,
  };
}

/** Polls an operation that was just accepted. It must not get lost, so a poll that is refused for now is not a failure. */
async function firstPoll<Model>(
  poller: SdkPoller<Model>,
  context: ErrorContext & { readonly record: CallRecord },
  options: CallOptions,
): Promise<Progress<Model>> {
  if (poller.isDone) return progressOf(poller, context.record);
  const accepted = await progressOf(poller, context.record);
  try {
    await poller.poll(abortable(options));
  } catch (thrown) {
    const error = azureError(thrown, context);
    if (error.code !== "AZURE_THROTTLED" && error.code !== "AZURE_UNREACHABLE") throw error;
    return { ...accepted, retryAfterMs: error.retryAfterMs ?? null };
  }
  return progressOf(poller, context.record);
}

/**
 * Starts a long-running operation and polls it once. Never waits: an operation that is not done returns as `running`, with a
 * state that {@link pollOperation} continues from in any process.
 */
export async function startOperation<Model, Result>(
  kind: OperationKind<Model, Result>,
  site: OperationTarget,
  begin: () => SdkPoller<Model>,
): Promise<Poll<Result>> {
  const { target } = site;
  const found = await call({ operation: kind.words, target }, async (record) => {
    const poller = begin();
    await poller.submitted();
    return firstPoll(poller, { operation: kind.words, target, record }, site);
  });
  if (found.done) return { status: "done", result: await kind.finish(found.model, site) };
  const { subscriptionId } = parseArmId(target);
  const startedAt = site.azure.now();
  const operation = { kind: kind.kind, target, subscriptionId, poller: found.poller, polls: 1, startedAt };
  return { status: "running", operation, retryAfterMs: pollPause(1, found.retryAfterMs) };
}

/**
 * Polls an operation that {@link startOperation} began once more.
 * @throws KluisError AZURE_FAILED, reason `never-ended`, when Azure has reported it as in progress for too long
 */
export async function pollOperation<Model, Result>(
  kind: OperationKind<Model, Result>,
  operation: AzureOperation,
  options: CallOptions & { readonly azure: AzureConnection },
): Promise<Poll<Result>> {
  const { target } = operation;
  const client = options.azure.compute(operation.subscriptionId);
  const found = await call({ operation: kind.words, target }, async (record) => {
    const poller = kind.resume(client, operation.poller);
    await poller.poll(abortable(options));
    return progressOf(poller, record);
  });
  if (found.done) return { status: "done", result: await kind.finish(found.model, { ...options, target }) };
  mustNotTakeTooLong(kind, operation, options.azure);
  const polls = (operation.polls ?? 0) + 1;
  const { startedAt = options.azure.now() } = operation;
  return {
    status: "running",
    operation: { ...operation, poller: found.poller, polls, startedAt },
    retryAfterMs: pollPause(polls, found.retryAfterMs),
  };
}

export type PollFunction<Result> = (
  azure: AzureConnection,
  operation: AzureOperation,
  options?: CallOptions,
) => Promise<Poll<Result>>;

/** The public poll function of a kind. */
export function pollerOf<Model, Result>(kind: OperationKind<Model, Result>): PollFunction<Result> {
  return (azure, operation, options = {}) => pollOperation(kind, operation, { azure, ...options });
}

/** Awaits an operation that takes seconds by nature (access grants), at most two minutes. */
export async function awaitShort<Model>(
  name: CallName,
  begin: (abort: { abortSignal: AbortSignal }) => PromiseLike<Model>,
  options: CallOptions = {},
): Promise<Model> {
  const limit = AbortSignal.timeout(shortOperationMs);
  const abortSignal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  return call(name, async (record) => {
    try {
      return await begin({ abortSignal });
    } finally {
      if (limit.aborted && options.signal?.aborted !== true) record.timedOut = true;
    }
  });
}
