import type { AccessClaims } from "../entra/index.ts";
import type { World } from "../world.ts";

/** One ARM request that has been matched, authenticated and authorised. */
export interface ArmCall {
  world: World;
  /** Values of the pattern's `{…}` segments, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  /** Parsed JSON, `{}` without a body. */
  body: unknown;
  principal: AccessClaims;
  /** Path and query as they were asked for. */
  url: URL;
}

export interface ArmReply {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

export interface ArmRoute {
  method: string;
  /** Path with `{name}` segments; literals match in any case, as in ARM. */
  pattern: string;
  /** Name of the call, for faults and authorisation messages. */
  operation: string;
  /** Whose api-versions are valid. */
  api: keyof typeof apiVersions;
  handle: (call: ArmCall) => Promise<ArmReply> | ArmReply;
}

/**
 * Oldest and newest api-version that each provider is served with here. The newest are what arm-compute 25.1.1
 * sends; the oldest are the first with every property that this server knows.
 */
export const apiVersions = {
  resources: { oldest: "2016-06-01", newest: "2025-04-01" },
  compute: { oldest: "2021-03-01", newest: "2026-04-01" },
  disks: { oldest: "2021-04-01", newest: "2026-03-02" },
  operations: { oldest: "2016-06-01", newest: "2026-04-01" },
  skus: { oldest: "2017-09-01", newest: "2021-07-01" },
} as const;

/** Finds the route of a request. `allowed` are the methods that the path knows when the method doesn't fit. */
export function findRoute(
  routes: readonly ArmRoute[],
  method: string,
  pathname: string,
): { route: ArmRoute; params: Record<string, string> } | { allowed: string[] } {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  const allowed: string[] = [];
  for (const route of routes) {
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

/** A parameter that the route's pattern has for sure. */
export function param(call: ArmCall, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}`);
  return value;
}
