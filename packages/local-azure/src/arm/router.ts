/** Routes of ARM: how they are declared, and which one answers a request. */
import type { AccessClaims } from "../entra/index.ts";
import type { World } from "../world.ts";

/** A request that was matched to a route, authenticated and authorized. */
export interface ArmCall {
  world: World;
  /** Values of the pattern's `{…}` segments, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  /** Parsed JSON; `{}` without a body. */
  body: unknown;
  principal: AccessClaims;
  url: URL;
}

export interface ArmReply {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

type Handler = (call: ArmCall) => Promise<ArmReply> | ArmReply;

export interface ArmRoute {
  method: string;
  /** Path with `{name}` segments. Literal segments match in any letter case, as in ARM. */
  pattern: string;
  /** Name of the call in fault rules and authorization errors: `disks.get`. */
  operation: string;
  /** The provider whose api-versions are valid. */
  api: keyof typeof apiVersions;
  handle: Handler;
}

/**
 * Oldest and newest api-version that each provider is served with. The newest are those that
 * arm-compute 25.1.1 sends; the oldest are the first with every property that is served here.
 */
export const apiVersions = {
  resources: { oldest: "2016-06-01", newest: "2025-04-01" },
  compute: { oldest: "2021-03-01", newest: "2026-04-01" },
  disks: { oldest: "2021-04-01", newest: "2026-03-02" },
  operations: { oldest: "2016-06-01", newest: "2026-04-01" },
} as const;

/** Path of Microsoft.Compute in a subscription. */
export const computeInSubscription = "/subscriptions/{subscription}/providers/Microsoft.Compute";
/** Path of Microsoft.Compute in a resource group. */
export const computeInGroup =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute";

/** Declares routes by operation: `get: ["GET", pattern, handler]` of disks is `disks.get`. */
export function routes(
  type: { name: string; api: ArmRoute["api"] },
  table: Record<string, readonly [method: string, pattern: string, handle: Handler]>,
): ArmRoute[] {
  return Object.entries(table).map(([operation, [method, pattern, handle]]) => ({
    method,
    pattern,
    operation: `${type.name}.${operation}`,
    api: type.api,
    handle,
  }));
}

/** Finds the route of a request. `allowed`: methods of the path when the method does not match. */
export function findRoute(
  table: readonly ArmRoute[],
  method: string,
  pathname: string,
): { route: ArmRoute; params: Record<string, string> } | { allowed: string[] } {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  const allowed: string[] = [];
  for (const route of table) {
    const params = matchPattern(route.pattern, segments);
    if (!params) continue;
    if (route.method === method) return { route, params };
    allowed.push(route.method);
  }
  return { allowed };
}

function matchPattern(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const wanted = pattern.split("/").filter((segment) => segment !== "");
  if (wanted.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const got = segments[index] ?? "";
    if (want.startsWith("{")) params[want.slice(1, -1)] = decodeSegment(got);
    else if (want.toLowerCase() !== got.toLowerCase()) return undefined;
  }
  return params;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Returns a parameter of the route's pattern; a missing one is a defect. */
export function param(call: ArmCall, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}`);
  return value;
}

/** The words of `$expand`, in lower case. */
export function expandOf(call: ArmCall): Set<string> {
  const words = (call.query.get("$expand") ?? "").toLowerCase().split(",");
  return new Set(words.map((word) => word.trim()));
}
