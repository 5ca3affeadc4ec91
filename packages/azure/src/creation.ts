/**
 * Resources that Azure creates by an operation, and that show themselves how it ends. The operation can get lost, with the process
 * that started it or in Azure; then the resource itself is polled.
 */
import { isKluisError, type KluisError } from "@kluis/domain";
import { parseArmId } from "./arm-id.ts";
import type { AzureConnection } from "./connection.ts";
import {
  type CallOptions,
  mustNotTakeTooLong,
  type OperationKind,
  type OperationTarget,
  type PollFunction,
  pollOperation,
  pollPause,
} from "./lro.ts";
import type { AzureOperation, Poll } from "./operation.ts";

/** The part of a resource that says whether it exists as a whole. */
interface Provisioned {
  readonly provisioningState?: string;
}

/** One kind of resource: everything that does not depend on the single one. */
export interface Creation<Model extends Provisioned, Result> {
  readonly operation: OperationKind<Model, Result>;
  /** Null when Azure does not have it. */
  read(site: OperationTarget): Promise<Model | null>;
  /** Deletes what a failed creation left. */
  removeFailed(site: OperationTarget): Promise<void>;
  /** The result of a resource whose creation succeeded. */
  resultOf(model: Model, site: OperationTarget): Result | Promise<Result>;
  /** The error of a resource that failed, or that disappeared. */
  failed(target: string, how: "failed" | "lost"): KluisError;
}

/**
 * Finds what an earlier run created or is creating. Deletes what a failed one left under the name.
 * @returns null when there is nothing to continue
 */
export async function continueCreation<Model extends Provisioned, Result>(
  creation: Creation<Model, Result>,
  site: OperationTarget,
): Promise<Poll<Result> | null> {
  const present = await creation.read(site);
  if (present === null) return null;
  if (present.provisioningState === "Succeeded")
    return { status: "done", result: await creation.resultOf(present, site) };
  if (present.provisioningState === "Failed") {
    await creation.removeFailed(site);
    return null;
  }
  return resourcePoll(site.azure, { ...operationOf(creation, site), polls: 0 });
}

function operationOf<Model extends Provisioned, Result>(
  { operation: { kind } }: Creation<Model, Result>,
  { target }: OperationTarget,
): AzureOperation {
  return { kind, target, subscriptionId: parseArmId(target).subscriptionId, poller: "" };
}

/** Continues with the resource's own GET. */
function resourcePoll(azure: AzureConnection, operation: AzureOperation): Poll<never> {
  const { polls: before = 0, startedAt = azure.now() } = operation;
  const polls = before + 1;
  const next = { ...operation, poller: "", polls, startedAt };
  return { status: "running", operation: next, retryAfterMs: pollPause(polls, null) };
}

/** The public poll function of a kind of resource. */
export function creationPoller<Model extends Provisioned, Result>(
  creation: Creation<Model, Result>,
): PollFunction<Result> {
  return async (azure, operation, options = {}) => {
    if (operation.poller === "") return pollResource(creation, operation, { azure, ...options });
    try {
      return await pollOperation(creation.operation, operation, { azure, ...options });
    } catch (error) {
      // Azure drops operations after a while; the resource still shows the outcome.
      if (isKluisError(error, "AZURE_NOT_FOUND"))
        return pollResource(creation, operation, { azure, ...options });
      throw error;
    }
  };
}

async function pollResource<Model extends Provisioned, Result>(
  creation: Creation<Model, Result>,
  operation: AzureOperation,
  options: CallOptions & { readonly azure: AzureConnection },
): Promise<Poll<Result>> {
  const { target } = operation;
  const site = { ...options, target };
  const model = await creation.read(site);
  if (model === null) throw creation.failed(target, "lost");
  if (model.provisioningState === "Failed") throw creation.failed(target, "failed");
  if (model.provisioningState === "Succeeded")
    return { status: "done", result: await creation.resultOf(model, site) };
  mustNotTakeTooLong(creation.operation, operation, options.azure);
  return resourcePoll(options.azure, operation);
}
