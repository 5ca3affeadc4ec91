/** What Azure checks before it moves resources to another group of the subscription. */
import type { State } from "../../state/model.ts";
import { ArmError } from "../errors.ts";
import { groupId, keyOf } from "../ids.ts";
import { findTracked, type Tracked, type TrackedType } from "../resource-types.ts";

/** A resource that moves, and its id afterwards. */
export interface Moving {
  type: TrackedType;
  resource: Tracked;
  newId: string;
}

interface Detail {
  code: string;
  target: string;
  message: string;
}

/** Which move it is: Resource Manager names it in the error. */
export interface MoveRequest {
  group: string;
  time: number;
  subscriptionId: string;
  operationId: string;
}

/** Types that move here. In Azure collections do not, and snapshots only in full (move-support-resources). */
const movable = new Set([
  "virtualMachines",
  "disks",
  "availabilitySets",
  "networkInterfaces",
  "publicIPAddresses",
  "virtualNetworks",
  "networkSecurityGroups",
]);

/** The id of a resource in another group of its subscription. */
function idIn(group: string, { id, subscriptionId }: Tracked): string {
  return id.replace(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i, groupId(subscriptionId, group));
}

/**
 * Finds and checks the resources of a move.
 * @throws ArmError 409 `ResourceMoveProviderValidationFailed` with the reasons as details
 */
export function planMove(state: State, ids: readonly string[], request: MoveRequest): Moving[] {
  const found = ids.map((id) => ({ id, at: findTracked(state, id) }));
  const missing = found.filter(({ at }) => at === undefined).map(({ id }) => id);
  if (missing.length > 0)
    throw validationFailed(
      request,
      missing.map((id) => ({
        code: "MoveResourcesNotFound",
        target: id,
        message:
          "The move resources request contains resources that cannot be found. Please check details for these resource ids.",
      })),
    );
  const moving = found.flatMap(({ at }) => (at ? [{ ...at, newId: idIn(request.group, at.resource) }] : []));
  const details = [
    ...fixedTypes(moving),
    ...busy(moving),
    ...missingDependents(state, moving),
    ...taken(moving, state),
  ];
  if (details.length > 0) throw validationFailed(request, details);
  return moving;
}

function fixedTypes(moving: readonly Moving[]): Detail[] {
  return moving
    .filter(({ type }) => !movable.has(type.name))
    .map(({ type, resource }) => ({
      code: "ResourceMoveNotSupported",
      target: resource.id,
      message: `Resource move is not supported for resource types '${type.namespace}/${type.name}'.`,
    }));
}

function busy(moving: readonly Moving[]): Detail[] {
  return moving
    .filter(({ resource }) => {
      const state = "provisioningState" in resource ? resource.provisioningState : "Succeeded";
      return state !== "Succeeded" && state !== "Failed";
    })
    .map(({ resource }) => ({
      code: "MoveResourcesHavePendingOperations",
      target: resource.id,
      message:
        "The move resources request contains resources for which an operation is pending. Please check details for these resource ids. Retry your operation once the pending operations complete.",
    }));
}

/** A VM and its disks move together. */
function missingDependents(state: State, moving: readonly Moving[]): Detail[] {
  const keys = new Set(moving.map(({ resource }) => keyOf(resource.id)));
  const needed = new Set<string>();
  for (const vm of Object.values(state.vms)) {
    const disks = [vm.osDisk, ...vm.dataDisks].map(({ diskId }) => diskId);
    if (![vm.id, ...disks].some((id) => keys.has(keyOf(id)))) continue;
    for (const id of [vm.id, ...disks]) if (!keys.has(keyOf(id))) needed.add(id);
  }
  return [...needed].map((id) => ({
    code: "MissingMoveDependentResources",
    target: id,
    message:
      "The move resources request does not contain all the dependent resources. Please check error details for missing resource ids.",
  }));
}

function taken(moving: readonly Moving[], state: State): Detail[] {
  return moving
    .filter(({ type, newId }) => type.records(state)[keyOf(newId)] !== undefined)
    .map(({ newId }) => ({
      code: "ResourceAlreadyExists",
      target: newId,
      message: `The resource '${newId}' already exists in the target resource group.`,
    }));
}

/**
 * Resource Manager asks each provider once per type. What the provider answers is JSON in the message
 * (MicrosoftDocs/azure-docs#7589).
 */
function validationFailed(request: MoveRequest, details: readonly Detail[]): ArmError {
  const byType = Map.groupBy(details, ({ target }) => typeOf(target));
  const time = new Date(request.time).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return new ArmError(
    { status: 409, code: "ResourceMoveProviderValidationFailed" },
    `Resource move validation failed. Please see details. Diagnostic information: timestamp '${time}', subscription id '${request.subscriptionId}', tracking id '${request.operationId}', request correlation id '${request.operationId}'.`,
    {
      details: [...byType].map(([target, reasons]) => ({
        target,
        message: JSON.stringify({ error: { details: reasons } }),
      })),
    },
  );
}

/** `Microsoft.Compute/disks`, of an id. */
function typeOf(id: string): string {
  const [, , , , , , namespace, type] = id.split("/");
  return `${namespace}/${type}`;
}
