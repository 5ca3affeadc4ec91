/** What Resource Manager checks before a provider sees a request: token, subscription, version, role. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { type AccessClaims, type Entra, TokenRefused } from "../entra/index.ts";
import type { World } from "../world.ts";
import { scopeOf, shapeOf } from "./actions.ts";
import { checkApiVersion, versionsOf } from "./api-versions.ts";
import { hasRoleWithin, isAllowed, isAllowedWithin } from "./authorization/roles.ts";
import {
  ArmError,
  authorizationFailed,
  invalidToken,
  namespaceInvalid,
  providerNotFoundForVersion,
  subscriptionInvalid,
  subscriptionNotFound,
  typeNotFound,
  wrongTenant,
} from "./errors.ts";
import { regionOf, subscriptionIdOf } from "./ids.ts";
import { findTracked } from "./resource-types.ts";
import { isRegion, locations } from "./resources/locations.ts";
import { otherProviders } from "./resources/providers.ts";
import { type ArmRoute, segmentsOf } from "./router.ts";

const AUDIENCE = "https://management.azure.com";

/** @throws ArmError 400 */
export function checkApiVersionPresent(url: URL): void {
  if (url.searchParams.get("api-version")) return;
  throw new ArmError(
    { status: 400, code: "MissingApiVersionParameter" },
    "The api-version query parameter (?api-version=) is required for all requests.",
  );
}

/** The claims of the request's token. @throws ArmError 401 */
export async function authenticate(
  { world, entra }: { world: World; entra: Entra },
  req: IncomingMessage,
): Promise<AccessClaims> {
  const { tenantId } = world.state;
  const header = req.headers.authorization;
  if (header === undefined || header === "") {
    throw invalidToken(tenantId, "Authentication failed. The 'Authorization' header is missing.", {
      code: "AuthenticationFailed",
      reason: "The authentication failed because of missing 'Authorization' header.",
    });
  }
  const [, token] = /^Bearer (.+)$/i.exec(header) ?? [];
  if (token === undefined) {
    throw invalidToken(
      tenantId,
      "Authentication failed. The 'Authorization' header is provided in an invalid format.",
      { code: "AuthenticationFailedInvalidHeader" },
    );
  }
  if (world.state.revokedTokens.includes(digestOf(token)))
    throw invalidToken(tenantId, "The access token is invalid.");
  try {
    return await entra.verifyAccessToken(token, AUDIENCE);
  } catch (cause) {
    if (!(cause instanceof TokenRefused)) throw invalidToken(tenantId, "The access token is invalid.");
    throw invalidToken(tenantId, cause.message, { code: tokenCodes[cause.reason] });
  }
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** Tokens live for an hour; more revoked ones than this are not worth remembering. */
const REVOKED_LIMIT = 1000;

/** Rejects the token of a request from now on. */
export async function revokeToken({ state, store }: World, req: IncomingMessage): Promise<void> {
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "")?.[1];
  if (token === undefined) return;
  state.revokedTokens = [...state.revokedTokens, digestOf(token)].slice(-REVOKED_LIMIT);
  await store.flush();
}

const tokenCodes: Readonly<Record<TokenRefused["reason"], string>> = {
  malformed: "InvalidAuthenticationToken",
  signature: "InvalidAuthenticationToken",
  issuer: "InvalidAuthenticationToken",
  audience: "InvalidAuthenticationTokenAudience",
  expired: "ExpiredAuthenticationToken",
};

/** Refuses an unknown subscription, and one of another tenant. @throws ArmError 401, 404 */
export function checkSubscription(world: World, principal: AccessClaims, segments: readonly string[]): void {
  const [first, id] = segments;
  if (first?.toLowerCase() !== "subscriptions" || id === undefined) return;
  const subscription = world.state.subscriptions[id.toLowerCase()];
  if (!subscription && !z.guid().safeParse(id).success) throw subscriptionInvalid(id);
  if (!subscription) throw subscriptionNotFound(id);
  if (subscription.tenantId !== principal.tid) throw wrongTenant(subscription.tenantId, principal.tid);
}

const withLocation = z.object({ location: z.string() });

/** @throws ArmError 400, 404 */
export function checkRouteVersion(
  world: World,
  route: ArmRoute,
  request: { url: URL; segments: readonly string[]; body: unknown },
): void {
  const { url, segments, body } = request;
  const { namespace, types } = shapeOf(route.segments);
  const type = (route.method === "POST" ? types.slice(0, -1) : types).join("/");
  const inPath = /\/locations\/([^/]+)\//i.exec(url.pathname)?.[1];
  const inBody = withLocation.safeParse(body).data?.location;
  const known = findTracked(world.state, `/${segments.join("/")}`)?.resource.location;
  const location = known ?? inPath ?? (inBody === undefined ? undefined : regionOf(inBody));
  checkApiVersion(url.searchParams.get("api-version") ?? "", route.api, {
    name: { namespace, type },
    location,
  });
  if (inPath !== undefined && !isRegion(inPath))
    throw providerNotFoundForVersion(
      { location: inPath, version: url.searchParams.get("api-version") ?? "", type },
      { versions: versionsOf(route.api, type), locations },
    );
}

/** The action that a request needs and the scope that it needs it on, as errors word them. */
export function permissionOf(
  route: ArmRoute,
  segments: readonly string[],
): { action: string; scope: string } {
  // Resource Manager takes the type from the path, and clients differ in this one's letter case.
  const group = segments.find((segment) => segment.toLowerCase() === "resourcegroups");
  const action =
    group !== undefined && route.action.startsWith("Microsoft.Resources/subscriptions/resourceGroups")
      ? route.action.replace("/resourceGroups", `/${group}`)
      : route.action;
  return { action, scope: scopeOf(route.method, segments) };
}

/** Checks the caller's roles. @throws ArmError 403 */
export function authorize(
  world: World,
  request: {
    principal: AccessClaims;
    params: Record<string, string>;
    route: ArmRoute;
    permission: { action: string; scope: string };
  },
): void {
  const { principal, params, route, permission } = request;
  const subscription = params["subscription"];
  if (subscription === undefined) return;
  if (isAllowed(world.state, principal, permission)) return;
  const scope = subscriptionIdOf(subscription);
  if (route.access === "filtered" && hasRoleWithin(world.state, principal, scope)) return;
  if (route.access === "anywhere" && isAllowedWithin(world.state, principal, { action: route.action, scope }))
    return;
  throw authorizationFailed(principal, permission);
}

const servedProviders = [
  "Microsoft.Authorization",
  "Microsoft.Compute",
  "Microsoft.Features",
  "Microsoft.Network",
  "Microsoft.Resources",
];

/** The answer for a path without a route. */
export function unknownPath(url: URL, allowed: string[]): ArmError {
  if (allowed.length > 0) {
    return new ArmError(
      { status: 405, code: "HttpMethodNotAllowed" },
      "The HTTP method is not allowed for this resource.",
      { headers: { allow: allowed.join(", ") } },
    );
  }
  const { namespace } = shapeOf(segmentsOf(url.pathname));
  const known = [...servedProviders, ...otherProviders].some(
    (name) => name.toLowerCase() === namespace.toLowerCase(),
  );
  return known
    ? typeNotFound(namespace, url.searchParams.get("api-version") ?? "")
    : namespaceInvalid(namespace);
}
