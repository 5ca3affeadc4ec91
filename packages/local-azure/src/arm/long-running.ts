import { isoTime } from "../clock.ts";
import type { Operation } from "../state/model.ts";
import type { World } from "../world.ts";
import { ArmError } from "./errors.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";

/** How long a poll may wait for an operation that is about to end. */
const SETTLE_MS = 400;
const RETRY_AFTER_SECONDS = "1";

/** What differs between long-running calls. */
export interface LongRunning {
  kind: string;
  family: Operation["family"];
  location: string;
  target: string;
  input?: Operation["input"];
}

/** Begins the operation of a call on behalf of its caller. */
export function beginOperation(call: ArmCall, { input = {}, ...rest }: LongRunning): Promise<Operation> {
  return call.world.operations.start({
    ...rest,
    input,
    subscriptionId: param(call, "subscription"),
    principalId: call.principal.oid,
  });
}

/**
 * Headers by which a client follows an operation. PUT gets only `Azure-AsyncOperation` (the result is the resource
 * itself); POST and DELETE get `Location` as well, without which the SDK finds no result.
 */
export function operationHeaders(
  call: ArmCall,
  operation: Operation,
  location: "with-location" | "without-location",
): Record<string, string> {
  const version = call.query.get("api-version") ?? "";
  const base = `${call.world.armPublicUrl}/subscriptions/${operation.subscriptionId}/providers/Microsoft.Compute/locations/${operation.location}/${operation.family}/${operation.id}`;
  return {
    "azure-asyncoperation": `${base}?api-version=${version}`,
    ...(location === "with-location" ? { location: `${base}?monitor=true&api-version=${version}` } : {}),
    "retry-after": RETRY_AFTER_SECONDS,
  };
}

/** 202 with both headers. */
export async function accepted(call: ArmCall, work: LongRunning): Promise<ArmReply> {
  const operation = await beginOperation(call, work);
  return { status: 202, headers: operationHeaders(call, operation, "with-location") };
}

const pollPattern = (family: string): string =>
  `/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/${family}/{operation}`;

export const operationRoutes: ArmRoute[] = (["operations", "DiskOperations"] as const).map((family) => ({
  method: "GET",
  pattern: pollPattern(family),
  operation: "operations.get",
  api: "operations",
  handle: (call) => poll(call, family),
}));

async function poll(call: ArmCall, family: Operation["family"]): Promise<ArmReply> {
  const { world } = call;
  const operation = world.state.operations[param(call, "operation")];
  if (!operation || operation.family !== family || operation.subscriptionId !== param(call, "subscription")) {
    throw new ArmError(
      { status: 404, code: "NotFound" },
      `The operation '${param(call, "operation")}' was not found.`,
    );
  }
  await world.operations.settle(operation, SETTLE_MS);
  return call.query.get("monitor") === "true" ? monitorReply(call, operation) : statusReply(call, operation);
}

function statusReply({ world }: ArmCall, operation: Operation): ArmReply {
  const ended = world.operations.ended(operation);
  const body = {
    startTime: isoTime(operation.startTime),
    ...(ended && operation.endTime !== undefined ? { endTime: isoTime(operation.endTime) } : {}),
    status: ended ? operation.status : "InProgress",
    ...(ended ? outcome(world, operation) : {}),
    name: operation.id,
  };
  return { status: 200, body, ...(ended ? {} : { headers: { "retry-after": RETRY_AFTER_SECONDS } }) };
}

function outcome(world: World, operation: Operation): object {
  if (operation.status === "Failed") return { error: operation.error };
  const output = resultOf(world, operation);
  return output === undefined ? {} : { properties: { output } };
}

function monitorReply(call: ArmCall, operation: Operation): ArmReply {
  const { world } = call;
  if (!world.operations.ended(operation)) {
    return { status: 202, headers: operationHeaders(call, operation, "with-location") };
  }
  if (operation.status === "Failed") {
    const { code, message } = operation.error ?? { code: "InternalOperationError", message: "Unknown" };
    throw new ArmError({ status: 409, code }, message);
  }
  const body = resultOf(world, operation);
  return { status: 200, ...(body === undefined ? {} : { body }) };
}

/** Access URLs are secrets and are made again from their grant each time rather than stored. */
function resultOf(world: World, operation: Operation): object | undefined {
  const { output } = operation;
  if (typeof output !== "object" || output === null) return undefined;
  if (!("grantId" in output) || typeof output.grantId !== "string") return output;
  const grant = world.state.grants[output.grantId];
  return grant ? { accessSAS: world.sas.url(world.baseUrl(), grant) } : {};
}
