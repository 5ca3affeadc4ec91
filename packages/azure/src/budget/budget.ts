/**
 * The budget of a connection's requests. Takes tokens before a request is sent, and learns from Azure's answers. A process
 * leases tokens from the shared store, so that most requests need no access to the store.
 */
import type { BucketKey, BudgetStore } from "@kluis/domain";
import { type BudgetAnswer, type BudgetRefusal, refusalOf, remainingOf } from "./answer.ts";
import { type Bucket, type BudgetCall, bucketsOf, resourceOfCall } from "./buckets.ts";
import { RefusedResources, type ResourceUse } from "./refused-resources.ts";

export interface RequestBudget {
  /** 0: the request may be sent. Otherwise the wait in milliseconds: nothing was taken. */
  take(call: BudgetCall): Promise<number>;
  /** Learns from the answer to a request. */
  answered(call: BudgetCall, answer: BudgetAnswer): Promise<void>;
}

/** Unused tokens of a lease are lost after this time, so that a process that stopped holds none. */
const leaseMs = 10_000;
/** Largest part of a bucket in one lease: the others must find some. */
const largestPart = 1 / 20;
/** Azure's count corrects the shared one when it is this low, at most once per period. */
const lowPart = 1 / 4;
const correctEveryMs = 5000;

interface Held {
  tokens: number;
  readonly want: number;
  readonly endsAt: number;
}

interface BudgetOptions {
  readonly store: BudgetStore;
  readonly principal: string;
  readonly now?: () => number;
}

export class LeasedBudget implements RequestBudget {
  readonly #store: BudgetStore;
  readonly #principal: string;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  readonly #empty = new Map<string, { readonly from: number; readonly until: number }>();
  readonly #correctedAt = new Map<string, number>();
  readonly #pending = new Map<string, Promise<void>>();
  readonly #resources = new RefusedResources();

  constructor({ store, principal, now = Date.now }: BudgetOptions) {
    this.#store = store;
    this.#principal = principal;
    this.#now = now;
  }

  async take(call: BudgetCall): Promise<number> {
    for (const use of this.#uses(call)) {
      const waitMs = this.#resources.waitOf(use, this.#now());
      if (waitMs > 0) return waitMs;
    }
    const taken: Held[] = [];
    for (const bucket of bucketsOf(call)) {
      const found = await this.#takeOne(this.#key(call, bucket), bucket);
      if (typeof found === "number") {
        for (const held of taken) held.tokens += 1;
        return found;
      }
      taken.push(found);
    }
    return 0;
  }

  async answered(call: BudgetCall, answer: BudgetAnswer): Promise<void> {
    const buckets = bucketsOf(call);
    const refusal = refusalOf(buckets, answer);
    if (refusal !== null) return this.#refused(call, refusal);
    for (const use of this.#uses(call)) this.#resources.answered(use);
    for (const bucket of buckets) await this.#correct(this.#key(call, bucket), bucket, answer);
  }

  async #refused(call: BudgetCall, { scope, bucket, forMs }: BudgetRefusal): Promise<void> {
    const key = this.#key(call, bucket);
    const use = this.#use(call, bucket);
    const now = this.#now();
    const alone = scope === "resource" || (use !== null && this.#resources.isAlone(use, now));
    if (use !== null) this.#resources.refused(use, { now, forMs, alone });
    if (alone) return;
    this.#held.delete(idOf(key));
    this.#stop(idOf(key), forMs);
    await this.#store.block(key, forMs);
  }

  #use(call: BudgetCall, bucket: Bucket): ResourceUse | null {
    const resource = resourceOfCall(call);
    return resource === null ? null : { bucketId: idOf(this.#key(call, bucket)), resource };
  }

  #uses(call: BudgetCall): ResourceUse[] {
    return bucketsOf(call).flatMap((bucket) => this.#use(call, bucket) ?? []);
  }

  async #correct(key: BucketKey, bucket: Bucket, answer: BudgetAnswer): Promise<void> {
    const remaining = remainingOf(bucket, answer);
    if (remaining === null || remaining > bucket.size * lowPart) return;
    const id = idOf(key);
    const held = this.#held.get(id);
    if (held) held.tokens = Math.min(held.tokens, remaining);
    const now = this.#now();
    const at = this.#correctedAt.get(id);
    if (at !== undefined && now >= at && now - at < correctEveryMs) return;
    this.#correctedAt.set(id, now);
    const { size, perSecond } = bucket;
    await this.#store.lower({ ...key, size, perSecond }, Math.max(0, remaining - (held?.tokens ?? 0)));
  }

  #key({ subscriptionId }: BudgetCall, { name: bucket }: Bucket): BucketKey {
    return { subscriptionId, principal: this.#principal, bucket };
  }

  /** The lease that a token was taken from, or how long to wait. */
  async #takeOne(key: BucketKey, bucket: Bucket): Promise<Held | number> {
    const id = idOf(key);
    for (;;) {
      const now = this.#now();
      const held = this.#held.get(id);
      if (held && held.tokens >= 1 && isBetween(now, { from: held.endsAt - leaseMs, until: held.endsAt })) {
        held.tokens -= 1;
        return held;
      }
      const empty = this.#empty.get(id);
      if (empty && isBetween(now, empty)) return empty.until - now;
      let pending = this.#pending.get(id);
      if (!pending) {
        pending = this.#lease(key, bucket).finally(() => this.#pending.delete(id));
        this.#pending.set(id, pending);
      }
      await pending;
    }
  }

  #stop(id: string, forMs: number): void {
    const from = this.#now();
    this.#empty.set(id, { from, until: from + forMs });
  }

  /** Leases more while leases are used up, and less while they are not. */
  async #lease(key: BucketKey, { size, perSecond }: Bucket): Promise<void> {
    const id = idOf(key);
    const last = this.#held.get(id);
    const most = Math.max(1, Math.floor(size * largestPart));
    const want = last === undefined ? 1 : last.tokens > 0 ? Math.ceil(last.want / 2) : last.want * 2;
    const { granted, waitMs } = await this.#store.lease({
      ...key,
      size,
      perSecond,
      want: Math.min(want, most),
    });
    const now = this.#now();
    if (granted === 0) {
      this.#held.delete(id);
      this.#stop(id, Math.max(1, waitMs));
      return;
    }
    this.#held.set(id, { tokens: granted, want: Math.min(want, most), endsAt: now + leaseMs });
  }
}

/** False before `from` as well: the clock was set back, and the time that has passed is unknown. */
function isBetween(now: number, { from, until }: { readonly from: number; readonly until: number }): boolean {
  return now >= from && now < until;
}

function idOf({ subscriptionId, bucket }: BucketKey): string {
  return `${subscriptionId} ${bucket}`;
}
