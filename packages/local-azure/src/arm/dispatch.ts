/** Answers requests to ARM: sign-in, roles, api-version, route, reply. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessClaims, Entra } from "../entra/index.ts";
import type { FaultFailure } from "../faults/effects.ts";
import { readBody } from "../http/body.ts";
import { type BodyChange, sendBody } from "../http/send.ts";
import { logFailure } from "../log.ts";
import type { World } from "../world.ts";
import {
  ArmError,
  authorizationFailed,
  errorBody,
  invalidRequestContent,
  invalidToken,
  subscriptionNotFound,
} from "./errors.ts";
import { armParts } from "./parts.ts";
import { type ArmCall, type ArmReply, type ArmRoute, apiVersions, findRoute } from "./router.ts";

const AUDIENCE = "https://management.azure.com";
const BODY_LIMIT = 4 * 1024 * 1024;

const routes = armParts.flatMap((part) => part.routes);

export interface ArmDeps {
  world: World;
  entra: Entra;
}

export async function dispatchArm(
  deps: ArmDeps,
  exchange: { req: IncomingMessage; res: ServerResponse; url: URL },
): Promise<void> {
  const { req, res, url } = exchange;
  const method = req.method ?? "GET";
  const found = findRoute(routes, method, url.pathname);
  const operation = "route" in found ? found.route.operation : "unknown";
  setCommonHeaders(req, res);
  const outcome = await deps.world.faults.applyToCall(
    { operation, method, path: url.pathname },
    {
      refuse: (failure) => send(res, replyOf(armErrorOf(failure))),
      drop: () => res.destroy(),
      revokeGrant: async () => undefined,
    },
  );
  if (outcome.next === "stop") return;
  let reply: ArmReply;
  try {
    const principal = await authenticate(deps, req);
    reply = await answer(deps, { ...exchange, found, principal, method });
  } catch (error) {
    if (!(error instanceof ArmError)) logFailure(`${method} ${url.pathname}`, error);
    reply = replyOf(error);
  }
  await send(res, reply, outcome.body);
}

function armErrorOf({ status, code, message, retryAfterSeconds }: FaultFailure): ArmError {
  return new ArmError(
    { status, code },
    message,
    retryAfterSeconds === undefined ? {} : { headers: { "retry-after": String(retryAfterSeconds) } },
  );
}

async function answer(
  deps: ArmDeps,
  request: {
    req: IncomingMessage;
    url: URL;
    method: string;
    principal: AccessClaims;
    found: ReturnType<typeof findRoute>;
  },
): Promise<ArmReply> {
  const { found, url, principal, method } = request;
  checkApiVersionPresent(url);
  if (!("route" in found)) throw unknownPath(url, found.allowed);
  const { route, params } = found;
  checkApiVersion(route, url);
  authorize(deps.world, { principal, params, method, operation: route.operation });
  const body = await parseBody(request.req);
  const headers = Object.fromEntries(
    Object.entries(request.req.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : value,
    ]),
  );
  const call: ArmCall = { world: deps.world, params, query: url.searchParams, headers, body, principal, url };
  return route.handle(call);
}

async function authenticate({ world, entra }: ArmDeps, req: IncomingMessage): Promise<AccessClaims> {
  const { tenantId } = world.state;
  const [, token] = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "") ?? [];
  if (token === undefined) {
    throw invalidToken(
      tenantId,
      "Authentication failed. The 'Authorization' header is missing.",
      "AuthenticationFailed",
    );
  }
  try {
    return await entra.verifyAccessToken(token, AUDIENCE);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "The token is not valid.";
    throw invalidToken(tenantId, `The access token is invalid: ${reason}`);
  }
}

/** Checks the caller's role assignments. A Reader may only read. @throws ArmError 401, 403, 404 */
function authorize(
  world: World,
  request: { principal: AccessClaims; params: Record<string, string>; method: string; operation: string },
): void {
  const { principal, params, method } = request;
  const id = params["subscription"];
  if (id === undefined) return;
  const subscription = world.state.subscriptions[id.toLowerCase()];
  if (!subscription) throw subscriptionNotFound(id);
  if (subscription.tenantId !== principal.tid) {
    throw invalidToken(
      subscription.tenantId,
      `The access token is from the wrong issuer. It must match the tenant '${subscription.tenantId}' associated with this subscription.`,
      "InvalidAuthenticationTokenTenant",
    );
  }
  const scope = `/subscriptions/${id}${params["group"] === undefined ? "" : `/resourceGroups/${params["group"]}`}`;
  const allowed = world.state.roleAssignments.some(
    (assignment) =>
      assignment.principalId === principal.oid &&
      covers(assignment.scope, scope) &&
      (assignment.role !== "Reader" || method === "GET"),
  );
  if (!allowed) throw authorizationFailed(principal.oid, `Microsoft.Compute/${request.operation}`, scope);
}

function covers(assigned: string, scope: string): boolean {
  const outer = assigned.toLowerCase().replace(/\/$/, "");
  const inner = scope.toLowerCase();
  return inner === outer || inner.startsWith(`${outer}/`);
}

function checkApiVersionPresent(url: URL): void {
  if (url.searchParams.get("api-version")) return;
  throw new ArmError(
    { status: 400, code: "MissingApiVersionParameter" },
    "The api-version query parameter (?api-version=) is required for all requests.",
  );
}

function checkApiVersion(route: ArmRoute, url: URL): void {
  const version = url.searchParams.get("api-version") ?? "";
  const { oldest, newest } = apiVersions[route.api];
  const date = /^(\d{4}-\d{2}-\d{2})(-preview)?$/.exec(version)?.[1];
  if (date !== undefined && date >= oldest && date <= newest) return;
  throw new ArmError(
    { status: 400, code: "NoRegisteredProviderFound" },
    `No registered resource provider found for API version '${version}'. The supported api-versions are '${oldest}' to '${newest}'.`,
  );
}

function unknownPath(url: URL, allowed: string[]): ArmError {
  if (allowed.length > 0) {
    return new ArmError(
      { status: 405, code: "HttpMethodNotAllowed" },
      "The HTTP method is not allowed for this resource.",
      { headers: { allow: allowed.join(", ") } },
    );
  }
  return new ArmError(
    { status: 404, code: "InvalidResourceType" },
    `The resource type could not be found for the path '${url.pathname}', or the local Azure does not have it.`,
  );
}

async function parseBody(req: IncomingMessage): Promise<unknown> {
  const text = (await readBody(req, BODY_LIMIT)).toString("utf8");
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequestContent("The request content was invalid and could not be deserialized.");
  }
}

let remaining = 11_999;

function setCommonHeaders(req: IncomingMessage, res: ServerResponse): void {
  const id = randomUUID();
  const clientId = req.headers["x-ms-client-request-id"];
  if (typeof clientId === "string") res.setHeader("x-ms-client-request-id", clientId);
  res.setHeader("x-ms-request-id", id);
  res.setHeader("x-ms-correlation-request-id", id);
  res.setHeader(
    "x-ms-routing-request-id",
    `LOCAL:${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}:${id}`,
  );
  res.setHeader("cache-control", "no-cache");
  // Informational: the limits that apply are settings and faults.
  remaining = remaining > 1 ? remaining - 1 : 11_999;
  const kind = req.method === "GET" ? "reads" : req.method === "DELETE" ? "deletes" : "writes";
  res.setHeader(`x-ms-ratelimit-remaining-subscription-${kind}`, String(remaining));
}

function replyOf(error: unknown): ArmReply {
  const known =
    error instanceof ArmError
      ? error
      : new ArmError({ status: 500, code: "InternalServerError" }, "Encountered internal server error.");
  return { status: known.status, body: errorBody(known), headers: known.headers };
}

async function send(res: ServerResponse, reply: ArmReply, change?: BodyChange): Promise<void> {
  res.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.setHeader(name, value);
  const bytes = reply.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(reply.body));
  if (reply.body !== undefined) res.setHeader("content-type", "application/json; charset=utf-8");
  if (reply.status === 204) {
    res.end();
    return;
  }
  await sendBody(res, bytes, change);
}
