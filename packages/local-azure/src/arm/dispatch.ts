/** Answers requests to ARM: sign-in, roles, api-version, route, reply. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Entra } from "../entra/index.ts";
import type { FaultFailure, InjectedRefusal } from "../faults/effects.ts";
import { readBody } from "../http/body.ts";
import { type BodyChange, sendBody } from "../http/send.ts";
import { logFailure } from "../log.ts";
import type { World } from "../world.ts";
import { checkLocks } from "./authorization/locks.ts";
import { charged } from "./budgets/budgeted-call.ts";
import { ArmError, errorBody, invalidRequestContent, invalidToken } from "./errors.ts";
import {
  authenticate,
  authorize,
  checkApiVersionPresent,
  checkRouteVersion,
  checkSubscription,
  permissionOf,
  revokeToken,
  unknownPath,
} from "./front-door.ts";
import { applyRefusal } from "./injected-refusals.ts";
import { armParts } from "./parts.ts";
import { checkPolicies } from "./policy/check.ts";
import { checkExists, checkGroup, checkParent, checkResource, checkWritable } from "./request-checks.ts";
import {
  type ArmCall,
  type ArmReply,
  type ArmRoute,
  decodeSegment,
  findRoute,
  segmentsOf,
} from "./router.ts";

const BODY_LIMIT = 4 * 1024 * 1024;

const routes = armParts.flatMap((part) => part.routes);

export interface ArmDeps {
  world: World;
  entra: Entra;
}

/** The resource that a long-running operation changes; undefined for other paths. */
function targetOf({ state }: World, path: string): string | undefined {
  return /operation/i.test(path) ? state.operations[path.split("/").at(-1) ?? ""]?.target : undefined;
}

export async function dispatchArm(
  deps: ArmDeps,
  exchange: { req: IncomingMessage; res: ServerResponse; url: URL },
): Promise<void> {
  const { req, res, url } = exchange;
  const method = req.method ?? "GET";
  const found = findRoute(routes, method, url.pathname);
  const operation = "route" in found ? found.route.operation : "unknown";
  setCommonHeaders(req, res, deps.world.clock.now());
  let refusal: InjectedRefusal | undefined;
  const outcome = await deps.world.faults.applyToCall(
    { operation, method, path: url.pathname, resource: targetOf(deps.world, url.pathname) },
    {
      refuse: (failure) => send(res, replyOf(armErrorOf(failure))),
      // Azure checks token and role first: the answer names them.
      refuseAs: async (injected) => {
        refusal = injected;
        return { next: "answer" };
      },
      drop: () => res.destroy(),
      revokeGrant: async () => undefined,
      rejectToken: async (revoked) => {
        const { world } = deps;
        if (revoked) await revokeToken(world, req);
        await send(res, replyOf(invalidToken(world.state.tenantId, "The access token is invalid.")));
      },
    },
  );
  if (outcome.next === "stop") return;
  let reply: ArmReply;
  try {
    reply = await answer(deps, { req, url, found, refusal });
  } catch (error) {
    if (!(error instanceof ArmError)) logFailure(`${method} ${url.pathname}`, error);
    reply = replyOf(error);
  }
  await send(res, method === "HEAD" ? withoutBody(reply) : reply, outcome.body);
}

/** HEAD answers 204 for what exists, and the status of the error for the rest. */
function withoutBody({ status, headers }: ArmReply): ArmReply {
  return { status: status === 200 ? 204 : status, ...(headers ? { headers } : {}) };
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
    found: ReturnType<typeof findRoute>;
    refusal: InjectedRefusal | undefined;
  },
): Promise<ArmReply> {
  const { refusal } = request;
  const { call, route } = await admitted(deps, request).catch(atGateway);
  return charged(call, { method: route.method, operation: route.operation }, () => {
    if (refusal) applyRefusal(call, refusal);
    return route.handle(call);
  });
}

/** Marks an error as Resource Manager's own. */
function atGateway(error: unknown): never {
  throw error instanceof ArmError ? error.with({ "x-ms-failure-cause": "gateway" }) : error;
}

/** The call that a request is, after the checks of Resource Manager in its order. @throws ArmError */
async function admitted(
  deps: ArmDeps,
  { req, url, found }: { req: IncomingMessage; url: URL; found: ReturnType<typeof findRoute> },
): Promise<{ call: ArmCall; route: ArmRoute }> {
  const { world } = deps;
  checkApiVersionPresent(url);
  const principal = await authenticate(deps, req);
  const segments = segmentsOf(url.pathname).map(decodeSegment);
  checkSubscription(world, principal, segments);
  if (!("route" in found)) throw unknownPath(url, found.allowed);
  const { route, params } = found;
  const body = await parseBody(req);
  checkRouteVersion(world, route, { url, segments, body });
  const permission = permissionOf(route, segments);
  authorize(world, { principal, params, route, permission });
  const headers = Object.fromEntries(
    Object.entries(req.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : value,
    ]),
  );
  const query = url.searchParams;
  const call: ArmCall = { world, params, query, headers, body, principal, url, ...permission };
  checkWritable(call, route);
  checkGroup(call, route);
  checkParent(call, route);
  checkExists(call, route);
  checkLocks(call, route);
  checkResource(call, route);
  checkPolicies(call, route);
  return { call, route };
}

async function parseBody(req: IncomingMessage): Promise<unknown> {
  const text = (await readBody(req, BODY_LIMIT)).toString("utf8");
  if (text.trim() === "") return {};
  const type = (req.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "" && type !== "application/json" && type !== "text/json") {
    throw new ArmError(
      { status: 415, code: "UnsupportedMediaType" },
      `The content media type '${type}' is not supported. Only 'application/json' is supported.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "the JSON is malformed";
    throw invalidRequestContent(
      `The request content was invalid and could not be deserialized: '${reason}'.`,
    );
  }
}

function setCommonHeaders(req: IncomingMessage, res: ServerResponse, now: number): void {
  const id = randomUUID();
  const clientId = req.headers["x-ms-client-request-id"];
  if (typeof clientId === "string") res.setHeader("x-ms-client-request-id", clientId);
  res.setHeader("x-ms-request-id", id);
  res.setHeader("x-ms-correlation-request-id", id);
  res.setHeader(
    "x-ms-routing-request-id",
    `WESTEUROPE:${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")}:${id}`,
  );
  res.setHeader("x-cache", "CONFIG_NOCACHE");
  res.setHeader("x-msedge-ref", edgeReference(now));
  res.setHeader("cache-control", "no-cache");
  res.setHeader("pragma", "no-cache");
  res.setHeader("expires", "-1");
  res.setHeader("strict-transport-security", "max-age=31536000; includeSubDomains");
  res.setHeader("x-content-type-options", "nosniff");
}

/** What the front door of the network adds: request, machine, time. */
function edgeReference(now: number): string {
  const request = randomUUID().replaceAll("-", "").toUpperCase();
  return `Ref A: ${request} Ref B: AMS231020512011 Ref C: ${new Date(now).toISOString().slice(0, -5)}Z`;
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
