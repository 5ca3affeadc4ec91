/** Long-running calls as `@azure/core-lro` expects them: how they begin and how clients poll. */
import { randomUUID } from "node:crypto";
import { isoTime } from "../../clock.ts";
import type { Operation } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { ArmError } from "../errors.ts";
import { regionOf } from "../ids.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, computeInSubscription, param, routes } from "../router.ts";
import { partitionOf } from "./operation-links.ts";

/** With `operationDurations: "none"`, a poll waits this long for the end: one poll instead of two. */
const SETTLE_MS = 400;
const RETRY_AFTER_SECONDS = "1";

/** The operation that a call begins. */
export interface LongRunning {
  /** Key of its work: `disks.delete`. */
  kind: string;
  family: Operation["family"];
  /** The resource that the work changes. Its location is part of the polling URL. */
  on: { id: string; location: string };
  input?: Operation["input"];
  /** Of a resource that shows the start of its operation. */
  startTime?: number;
}

/** Begins an operation and answers 202 with both polling headers: POST and DELETE. */
export async function accepted(call: ArmCall, work: LongRunning): Promise<ArmReply> {
  const operation = await begin(call, work);
  return {
    status: 202,
    headers: {
      ...beganBy(operation),
      ...identifier(call, operation),
      ...pollingHeaders(call, operation, true),
    },
  };
}

/**
 * Begins an operation and answers with the resource as it is now: PUT. Compute's 200 and 201 come
 * without `Location`; the disk provider's 202 comes with it.
 */
export async function started(
  call: ArmCall,
  work: LongRunning,
  reply: { status: 200 | 201 | 202; body: object },
): Promise<ArmReply> {
  const operation = await begin(call, work);
  const headers = {
    ...beganBy(operation),
    ...identifier(call, operation),
    ...pollingHeaders(call, operation, reply.status === 202),
  };
  return { ...reply, headers };
}

/** An operation has the id of the request that began it. Compute offers notifications, the disk provider does not. */
function beganBy({ id, family }: Operation): Record<string, string> {
  return {
    "x-ms-request-id": id,
    ...(family === "operations" ? { "azure-asyncnotification": "Enabled" } : {}),
  };
}

/** Compute names the caller, the region and a new id in each answer about an operation. */
function identifier({ principal }: ArmCall, { family, location }: Operation): Record<string, string> {
  if (family !== "operations") return {};
  const { tid, oid } = principal;
  return {
    "x-ms-operation-identifier": `tenantId=${tid},objectId=${oid}/${location}/${randomUUID()}`,
  };
}

function begin(call: ArmCall, { kind, family, on, input = {}, startTime }: LongRunning): Promise<Operation> {
  return call.world.operations.start({
    kind,
    family,
    location: on.location,
    target: on.id,
    input,
    subscriptionId: param(call, "subscription"),
    principalId: call.principal.oid,
    ...(startTime === undefined ? {} : { startTime }),
    ...(call.failOperation ? { refusal: call.failOperation } : {}),
  });
}

/** The SDK reads the result of a POST or DELETE at `Location`; a PUT's result is the resource. */
function pollingHeaders(call: ArmCall, operation: Operation, withLocation: boolean): Record<string, string> {
  const { links, clock, armPublicUrl } = call.world;
  const { id, subscriptionId, location, family } = operation;
  const base = `${armPublicUrl}/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/${location}/${family}/${id}?p=${partitionOf(subscriptionId)}`;
  const rest = `&api-version=${call.query.get("api-version") ?? ""}${links.sign(operation, call.principal, clock.now())}`;
  return {
    "azure-asyncoperation": `${base}${rest}`,
    ...(withLocation ? { location: `${base}&monitor=true${rest}` } : {}),
    "retry-after": RETRY_AFTER_SECONDS,
  };
}

export const operations: ArmPart = {
  routes: (["operations", "DiskOperations"] as const).flatMap((family) =>
    routes(
      { name: "operations", api: "operations", access: "anywhere" },
      {
        get: [
          "GET",
          `${computeInSubscription}/locations/{location}/${family}/{operation}`,
          (call) => poll(call, family),
        ],
      },
    ),
  ),
};

async function poll(call: ArmCall, family: Operation["family"]): Promise<ArmReply> {
  const { world } = call;
  const operation = world.state.operations[param(call, "operation")];
  if (
    !operation ||
    operation.family !== family ||
    operation.subscriptionId !== param(call, "subscription") ||
    regionOf(operation.location) !== regionOf(param(call, "location"))
  ) {
    throw new ArmError({ status: 404, code: "NotFound" }, "The entity was not found in this Azure location.");
  }
  refuseForeign(call, operation);
  if (world.state.settings.operationDurations === "none") await world.operations.settle(operation, SETTLE_MS);
  return call.query.get("monitor") === "true" ? monitorReply(call, operation) : statusReply(call, operation);
}

/** Only the principal who began an operation can read it, with the link that it got. @throws ArmError 403 */
function refuseForeign({ world, principal, query }: ArmCall, operation: Operation): void {
  if (world.links.isFor(operation, principal, query)) return;
  throw new ArmError(
    { status: 403, code: "AuthorizationFailed" },
    "Only the original caller of an asynchronous operation is allowed to retrieve the results. The content hash provided in the query params of the request uri does not match the expected hash.",
  );
}

/** The answer at `Azure-AsyncOperation`. */
function statusReply(call: ArmCall, operation: Operation): ArmReply {
  const { world } = call;
  const ended = world.operations.ended(operation);
  const body = {
    startTime: isoTime(operation.startTime),
    ...(ended && operation.endTime !== undefined ? { endTime: isoTime(operation.endTime) } : {}),
    status: ended ? operation.status : "InProgress",
    ...(ended ? outcome(world, operation) : {}),
    name: operation.id,
  };
  const headers = {
    ...identifier(call, operation),
    ...(ended ? {} : { "retry-after": RETRY_AFTER_SECONDS }),
  };
  return { status: 200, body, headers };
}

function outcome(world: World, operation: Operation): object {
  if (operation.status === "Failed") return { error: operation.error };
  const output = resultOf(world, operation) ?? world.operations.output(operation);
  return output === undefined ? {} : { properties: { output } };
}

/** The answer at `Location`. */
function monitorReply(call: ArmCall, operation: Operation): ArmReply {
  const { world } = call;
  if (!world.operations.ended(operation)) {
    return { status: 202, headers: pollingHeaders(call, operation, true) };
  }
  if (operation.status === "Failed") {
    const { code, message } = operation.error ?? { code: "InternalOperationError", message: "Unknown" };
    throw new ArmError({ status: 409, code }, message);
  }
  const body = resultOf(world, operation) ?? world.operations.output(operation);
  return { status: 200, ...(body === undefined ? {} : { body }) };
}

/** Access URLs are secrets: they are derived from their grant for each answer, never stored. */
function resultOf(world: World, operation: Operation): object | undefined {
  const { output } = operation;
  if (typeof output !== "object" || output === null) return undefined;
  if (!("grantId" in output) || typeof output.grantId !== "string") return output;
  const grant = world.state.grants[output.grantId];
  return grant ? { accessSAS: world.sas.url(world.baseUrl(), grant) } : {};
}
