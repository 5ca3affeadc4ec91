/** Routes of ARM: how they are declared, and which one answers a request. */
import type { AccessClaims } from "../entra/index.ts";
import type { World } from "../world.ts";
import { type AzureAction, actionOf, shapeOf } from "./actions.ts";
import type { ApiList } from "./api-version-lists.ts";

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
  /** Set by a fault rule: the operation that the call begins fails with it. */
  failOperation?: { code: string; message: string };
  /** The action that the route needs, and the scope that it needs it on. */
  action: string;
  scope: string;
}

export interface ArmReply {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

type Handler = (call: ArmCall) => Promise<ArmReply> | ArmReply;

export interface ArmRoute {
  method: string;
  /**
   * Path with `{name}` segments. Literal segments match in any letter case, as in ARM. `{scope*}`
   * at the start matches the id of any scope: a subscription, a resource group or a resource.
   */
  pattern: string;
  segments: readonly string[];
  /** Name of the call in fault rules: `disks.get`. */
  operation: string;
  /** Azure's name of the permission that the call needs: `Microsoft.Compute/disks/read`. */
  action: AzureAction;
  /** The list of api-versions that are valid. */
  api: ApiList;
  /**
   * `filtered`: the handler leaves out what the caller may not read, so any role in the subscription
   * is enough. `anywhere`: a role with the action, on any scope in the subscription.
   */
  access: "checked" | "filtered" | "anywhere";
  handle: Handler;
}

/** Path of Microsoft.Compute in a subscription. */
export const computeInSubscription = "/subscriptions/{subscription}/providers/Microsoft.Compute";
/** Path of Microsoft.Compute in a resource group. */
export const computeInGroup =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute";

/** A route in a table. `action` is needed only where it does not follow from method and path. */
type RouteEntry = readonly [method: string, pattern: string, handle: Handler, action?: AzureAction];

interface DeclaredType {
  namespace: string;
  /** `virtualMachines/extensions` */
  type: string;
  api: ApiList;
}

const declared = new Map<string, DeclaredType>();

/** The resource types that have routes. */
export function declaredTypes(): DeclaredType[] {
  return [...declared.values()];
}

/** Declares routes by operation: `get: ["GET", pattern, handler]` of disks is `disks.get`. */
export function routes(
  type: { name: string; api: ApiList; access?: ArmRoute["access"] },
  table: Record<string, RouteEntry>,
): ArmRoute[] {
  return Object.entries(table).map(([operation, [method, pattern, handle, action]]) => {
    const segments = segmentsOf(pattern);
    if (method !== "POST") declare(segments, type.api);
    return {
      method,
      pattern,
      segments,
      operation: `${type.name}.${operation}`,
      action: action ?? actionOf(method, segments),
      api: type.api,
      access: type.access ?? "checked",
      handle,
    };
  });
}

function declare(segments: readonly string[], api: ApiList): void {
  const { namespace, types } = shapeOf(segments);
  // The features of a provider: their own is not a type of any provider.
  if (namespace.startsWith("{")) return;
  const type = types.join("/");
  declared.set(`${namespace}/${type}`, { namespace, type, api });
}

export function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** Finds the route of a request. `allowed`: methods of the path when the method does not match. */
export function findRoute(
  table: readonly ArmRoute[],
  method: string,
  pathname: string,
): { route: ArmRoute; params: Record<string, string> } | { allowed: string[] } {
  const segments = segmentsOf(pathname);
  const allowed: string[] = [];
  for (const route of table) {
    const params = matchPattern(route.segments, segments);
    if (!params) continue;
    // HEAD asks whether GET would find something.
    if (route.method === (method === "HEAD" ? "GET" : method)) return { route, params };
    allowed.push(route.method);
  }
  return { allowed };
}

const ANY_SCOPE = "{scope*}";

function matchPattern(
  wanted: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (wanted[0] === ANY_SCOPE) return matchScoped(wanted.slice(1), segments);
  if (wanted.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const got = segments[index] ?? "";
    if (want.startsWith("{")) params[want.slice(1, -1)] = decodeSegment(got);
    else if (want.toLowerCase() !== got.toLowerCase()) return undefined;
  }
  return params;
}

/** Matches the end of a path. The rest is the scope, with its subscription and group. */
function matchScoped(
  wanted: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const scope = segments.slice(0, Math.max(0, segments.length - wanted.length));
  const rest = matchPattern(wanted, segments.slice(scope.length));
  const [first, subscription, second, group] = scope;
  if (!rest || first?.toLowerCase() !== "subscriptions" || subscription === undefined) return undefined;
  return {
    ...rest,
    scope: `/${scope.map(decodeSegment).join("/")}`,
    subscription: decodeSegment(subscription),
    ...(second?.toLowerCase() === "resourcegroups" && group !== undefined
      ? { group: decodeSegment(group) }
      : {}),
  };
}

export function decodeSegment(segment: string): string {
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
