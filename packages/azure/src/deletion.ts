/** Resources that Azure deletes by an operation, and refuses to delete while someone reads them. */
import { isKluisError } from "@kluis/domain";
import { missingAsNull } from "./call.ts";
import type { AzureConnection } from "./connection.ts";
import {
  type CallOptions,
  type OperationKind,
  type OperationTarget,
  type PollFunction,
  pollOperation,
  type SdkPoller,
  startOperation,
} from "./lro.ts";
import type { Poll } from "./operation.ts";

/** One kind of resource: everything that does not depend on the single one. */
export interface Deletion {
  readonly operation: OperationKind<unknown, null>;
  readonly begin: (site: OperationTarget) => SdkPoller<unknown>;
  /** Whether Azure refused because of open read access. */
  readonly isBeingRead: (error: unknown) => boolean;
  /** Ends all read access. */
  readonly revoke: (site: OperationTarget) => Promise<void>;
}

export interface DeletionFunctions {
  /** Deletes the resource; revokes open read access first. A missing one is success. */
  readonly start: (azure: AzureConnection, resourceId: string, options?: CallOptions) => Promise<Poll<null>>;
  /** Polls a deletion; starts it again when Azure dropped it or a reader blocked it. */
  readonly poll: PollFunction<null>;
}

export function deletionOf(deletion: Deletion): DeletionFunctions {
  const { operation: kind, isBeingRead } = deletion;
  const start: DeletionFunctions["start"] = async (azure, resourceId, options = {}) => {
    const site = { azure, target: resourceId, ...options };
    try {
      return await begin(deletion, site);
    } catch (error) {
      if (!isBeingRead(error)) throw error;
      await deletion.revoke(site);
      return begin(deletion, site);
    }
  };
  return {
    start,
    async poll(azure, operation, options = {}) {
      try {
        return await pollOperation(kind, operation, { azure, ...options });
      } catch (error) {
        if (!isKluisError(error, "AZURE_NOT_FOUND") && !isBeingRead(error)) throw error;
        return start(azure, operation.target, options);
      }
    },
  };
}

async function begin(deletion: Deletion, site: OperationTarget): Promise<Poll<null>> {
  const started = startOperation(deletion.operation, site, () => deletion.begin(site));
  return (await missingAsNull(started)) ?? { status: "done", result: null };
}
