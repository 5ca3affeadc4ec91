/** Request budgets: token buckets of ARM's front door and of the Compute provider, moved by the clock. */
import { type Clock, isoTime } from "../../clock.ts";
import type { Settings } from "../../state/model.ts";
import type { ArmError } from "../errors.ts";
import { type FrontDoorKind, frontDoor, GLOBAL_FACTOR, type Policy, policies } from "./budget-policies.ts";
import { subscriptionThrottled, tooManyRequests } from "./throttled.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Fractions of tokens are not exact: a wait of exactly one refill must give one token. */
const ROUNDING = 1e-6;
/** Beyond this many, the bucket that was used longest ago is forgotten. */
const MOST_BUCKETS = 10_000;

/** A request that is about to be served. */
export interface BudgetedCall {
  subscriptionId: string;
  principalId: string;
  method: string;
  /** Name of the call: `restorePoints.create`. */
  operation: string;
  /** The VM, collection or disk that the call is about, as a key. */
  resource: string;
  /** A restore point to create: the key of its VM, or of the collection that it is copied to. */
  point?: { of: string; kind: keyof typeof pointPolicies };
}

/** What a request was charged. */
export interface Charge {
  /** Takes the token of a restore point that was accepted. */
  accepted(): void;
  /** The headers with the tokens that remained when the request was charged. */
  headers(): Record<string, string>;
}

interface Bucket {
  /** The header or the policy that names it. */
  name: string;
  key: string;
  size: number;
  perMs: number;
}

const kinds: Readonly<Record<string, FrontDoorKind>> = { GET: "reads", HEAD: "reads", DELETE: "deletes" };
const singular: Readonly<Record<FrontDoorKind, string>> = {
  reads: "read",
  writes: "write",
  deletes: "delete",
};

/** Buckets are in memory: a restart fills them. */
export class Budgets {
  readonly #clock: Clock;
  readonly #settings: () => Settings;
  /** Tokens in use at a time; they return with the refill. */
  readonly #used = new Map<string, { tokens: number; at: number }>();

  constructor(deps: { clock: Clock; settings: () => Settings }) {
    this.#clock = deps.clock;
    this.#settings = deps.settings;
  }

  /** Charges a request. With `budgets: "off"` nothing is refused but restore points per hour. @throws ArmError 429 */
  charge(call: BudgetedCall): Charge {
    const kind = kinds[call.method] ?? "writes";
    const door = doorBuckets(call, kind);
    const provider = (policies[call.operation] ?? []).map((policy) => providerBucket(call, policy));
    const hourly = this.#hourly(call);
    // The policy of copies has no public source.
    const shown = call.point?.kind === "copy" ? [] : hourly;
    const off = this.#settings().budgets === "off";
    const empty = off ? undefined : door.find((bucket) => this.#left(bucket) < 1);
    if (empty)
      throw subscriptionThrottled({ ...call, kind: singular[kind] }, this.#waitSeconds(empty)).with(
        this.#doorHeaders(door),
      );
    this.#take(door);
    const refused = this.#refusal([...(off ? [] : provider), ...hourly]);
    const doorHeaders = this.#doorHeaders(door);
    if (refused) throw refused.with({ ...doorHeaders, ...remainingHeader(this.#remaining(provider)) });
    this.#take(provider);
    // As of now: the handler's time would refill them.
    const remaining = this.#remaining(provider);
    return {
      accepted: () => this.#take(hourly),
      headers: () => ({
        ...doorHeaders,
        ...remainingHeader([...remaining, ...this.#remaining(shown)]),
      }),
    };
  }

  /** The budget of a VM's restore points, or of the copies to a collection. */
  #hourly({ point }: BudgetedCall): Bucket[] {
    if (!point) return [];
    const { restorePointsPerVmPerHour: size, restorePointRefill } = this.#settings();
    const name = pointPolicies[point.kind];
    return [{ name, key: `${name} ${point.of}`, size, perMs: (size / HOUR_MS) * restorePointRefill }];
  }

  #refusal(buckets: readonly Bucket[]): ArmError | undefined {
    const empty = buckets.find((bucket) => this.#left(bucket) < 1);
    if (!empty) return undefined;
    const now = this.#clock.now();
    const measured = {
      operationGroup: empty.name,
      startTime: isoTime(now - empty.size / empty.perMs),
      endTime: isoTime(now),
      allowedRequestCount: empty.size,
      measuredRequestCount: empty.size + 1,
    };
    return tooManyRequests(measured, this.#waitSeconds(empty));
  }

  #inUse({ key, perMs }: Bucket): number {
    const used = this.#used.get(key);
    return used ? Math.max(0, used.tokens - (this.#clock.now() - used.at) * perMs) : 0;
  }

  #left(bucket: Bucket): number {
    return Math.floor(bucket.size - this.#inUse(bucket) + ROUNDING);
  }

  #take(buckets: readonly Bucket[]): void {
    for (const bucket of buckets) {
      const tokens = Math.min(bucket.size, this.#inUse(bucket) + 1);
      // Added again at the end: the first in the map is the one that was used longest ago.
      this.#used.delete(bucket.key);
      this.#used.set(bucket.key, { tokens, at: this.#clock.now() });
    }
    for (const key of this.#used.keys()) {
      if (this.#used.size <= MOST_BUCKETS) break;
      this.#used.delete(key);
    }
  }

  #waitSeconds(bucket: Bucket): number {
    const seconds = (this.#inUse(bucket) - bucket.size + 1) / bucket.perMs / 1000;
    return Math.max(1, Math.ceil(seconds - ROUNDING));
  }

  #doorHeaders(door: readonly Bucket[]): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const bucket of door)
      headers[`x-ms-ratelimit-remaining-${bucket.name}`] = String(Math.max(0, this.#left(bucket)));
    return headers;
  }

  #remaining(buckets: readonly Bucket[]): string[] {
    return buckets.map((bucket) => `Microsoft.Compute/${bucket.name};${Math.max(0, this.#left(bucket))}`);
  }
}

function remainingHeader(policies: readonly string[]): Record<string, string> {
  return policies.length === 0 ? {} : { "x-ms-ratelimit-remaining-resource": policies.join(",") };
}

/** Names of the hourly policies. */
const pointPolicies = {
  application: "CreateApplicationConsistentRestorePoint",
  crash: "CreateCrashConsistentRestorePoint",
  copy: "CopyRestorePoint",
} as const;

function doorBuckets(call: BudgetedCall, kind: FrontDoorKind): Bucket[] {
  const { bucket, perSecond } = frontDoor[kind];
  const perMs = perSecond / 1000;
  const subscription = call.subscriptionId.toLowerCase();
  const own = { key: `${kind} ${subscription} ${call.principalId}`, size: bucket, perMs };
  // Requests outside a subscription count for the tenant.
  if (subscription === "") return [{ ...own, name: `tenant-${kind}` }];
  return [
    { ...own, name: `subscription-${kind}` },
    {
      name: `subscription-global-${kind}`,
      key: `${kind} ${subscription}`,
      size: bucket * GLOBAL_FACTOR,
      perMs: perMs * GLOBAL_FACTOR,
    },
  ];
}

function providerBucket(call: BudgetedCall, { name, scope, bucket, perMinute }: Policy): Bucket {
  const whose = scope === "resource" ? call.resource : call.subscriptionId.toLowerCase();
  return { name, key: `${name} ${whose}`, size: bucket, perMs: perMinute / MINUTE_MS };
}
