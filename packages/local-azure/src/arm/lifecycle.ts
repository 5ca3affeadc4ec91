/** Steps that all resource types share: finish a creation, delete. */
import type { Operation, State } from "../state/model.ts";
import type { World } from "../world.ts";
import { forgetScope } from "./authorization/scopes.ts";
import { keyOf } from "./ids.ts";
import { accepted } from "./operations/long-running.ts";
import type { Work } from "./part.ts";
import { findResource, type ResourceType } from "./resource-types.ts";
import type { ArmCall, ArmReply } from "./router.ts";

interface Managed {
  id: string;
  location: string;
  provisioningState: "Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed";
}

/** Answers a DELETE: 204 without the resource, else 202. `check` throws to refuse it. */
export async function deleteResource<T extends Managed>(
  call: ArmCall,
  type: ResourceType<T>,
  check: (resource: T) => void,
): Promise<ArmReply> {
  const resource = findResource(call, type);
  if (!resource) return { status: 204 };
  check(resource);
  resource.provisioningState = "Deleting";
  return accepted(call, { kind: `${type.name}.delete`, family: type.family, on: resource });
}

interface Records<T> {
  records(state: State): Record<string, T>;
}

/**
 * Work that ends a creation whose resource is in the state already. `body`: the resource as the status of
 * the operation shows it, for providers that send it there.
 */
export function createWork<T extends Managed>(
  type: Records<T>,
  body?: (world: World, resource: T) => object,
): Work {
  const end = (world: World, operation: Operation, state: Managed["provisioningState"]): void => {
    const resource = type.records(world.state)[keyOf(operation.target)];
    if (resource) resource.provisioningState = state;
  };
  return {
    run: async (world, operation) => {
      end(world, operation, "Succeeded");
      return undefined;
    },
    output: (world, operation) => {
      const resource = type.records(world.state)[keyOf(operation.target)];
      return resource && body?.(world, resource);
    },
    failed: (world, operation) => end(world, operation, "Failed"),
  };
}

/** Work that removes a resource and the disk content that only it used. */
export function deleteWork<T extends Managed>(
  type: Records<T>,
  options: {
    /** Changes other records in the same tick as the removal. */
    release?: (world: World, resource: T) => void;
    /** State of the resource after a deletion that failed; default Succeeded. */
    kept?: (resource: T) => Managed["provisioningState"];
  } = {},
): Work {
  return {
    run: async (world, operation) => {
      const records = type.records(world.state);
      const key = keyOf(operation.target);
      const resource = records[key];
      if (resource) options.release?.(world, resource);
      delete records[key];
      forgetScope(world.state, operation.target);
      await world.store.flush();
      await world.layers.collect();
      return undefined;
    },
    failed: (world, operation) => {
      const resource = type.records(world.state)[keyOf(operation.target)];
      if (resource) resource.provisioningState = options.kept?.(resource) ?? "Succeeded";
    },
  };
}
