/** Budgets of requests: the token buckets of a service, shared by all processes that use one identity. No I/O here. */

/** One bucket of one identity in one subscription. */
export interface BucketKey {
  readonly subscriptionId: string;
  /** The identity whose requests the service counts. */
  readonly principal: string;
  /** The service's policy: `reads`, `PutRestorePoint`. */
  readonly bucket: string;
}

export interface LeaseRequest extends BucketKey {
  /** Most tokens in the bucket. */
  readonly size: number;
  readonly perSecond: number;
  /** Tokens that the process would like, at least 1. */
  readonly want: number;
}

/** `granted` tokens, up to those wanted; with none, the wait for the next one. */
export interface Lease {
  readonly granted: number;
  readonly waitMs: number;
}

/** Where processes share buckets. Every operation is atomic. */
export interface BudgetStore {
  /** Takes tokens from a bucket, which is full when it is new. */
  lease(request: LeaseRequest): Promise<Lease>;
  /** The service says that fewer tokens remain. Never adds any. */
  lower(key: BucketKey, tokens: number): Promise<void>;
  /** The service refuses requests for this time: no process gets a token. */
  block(key: BucketKey, forMs: number): Promise<void>;
}

/** A bucket at an instant (epoch milliseconds). */
export interface BucketState {
  readonly tokens: number;
  readonly at: number;
  readonly blockedUntil: number;
}

/** Takes tokens from a bucket: the rule that every store follows. A null state is a new bucket. */
export function takeTokens(
  state: BucketState | null,
  { size, perSecond, want }: Pick<LeaseRequest, "size" | "perSecond" | "want">,
  now: number,
): { readonly state: BucketState; readonly lease: Lease } {
  const known = state ?? { tokens: size, at: now, blockedUntil: 0 };
  const elapsed = Math.max(0, now - known.at) / 1000;
  const tokens = Math.min(size, known.tokens + elapsed * perSecond);
  const blockedMs = known.blockedUntil - now;
  if (blockedMs > 0) {
    return { state: { ...known, tokens, at: now }, lease: { granted: 0, waitMs: Math.ceil(blockedMs) } };
  }
  const granted = Math.min(want, Math.floor(tokens));
  const waitMs = granted > 0 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
  return { state: { ...known, tokens: tokens - granted, at: now }, lease: { granted, waitMs } };
}
