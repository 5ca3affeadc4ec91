/** Budgets of requests: the token buckets of a service, shared by all processes that use one identity. No I/O here. */

/** One bucket of one identity in one subscription. */
export interface BucketKey {
  readonly subscriptionId: string;
  /** The identity whose requests the service counts. */
  readonly principal: string;
  /** The service's policy: `reads`, `PutRestorePoint`. */
  readonly bucket: string;
}

export interface BucketShape {
  /** Most tokens in the bucket. */
  readonly size: number;
  readonly perSecond: number;
}

export interface LeaseRequest extends BucketKey, BucketShape {
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
  /** The service says that fewer tokens remain now. Never adds any. */
  lower(bucket: BucketKey & BucketShape, tokens: number): Promise<void>;
  /** The service refuses requests for this time, at most {@link longestBlockMs}: no process gets a token. */
  block(key: BucketKey, forMs: number): Promise<void>;
}

/** After this time a request asks the service again, whatever it said or the clock was: a wrong answer must not stop Kluis. */
export const longestBlockMs = 60 * 60_000;

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
  const known = refilled(state ?? { tokens: size, at: now, blockedUntil: 0 }, { size, perSecond }, now);
  const blockedMs = known.blockedUntil - now;
  if (blockedMs > 0) return { state: known, lease: { granted: 0, waitMs: Math.ceil(blockedMs) } };
  const granted = Math.min(want, Math.floor(known.tokens));
  const waitMs = granted > 0 ? 0 : Math.ceil(((1 - known.tokens) / perSecond) * 1000);
  return { state: { ...known, tokens: known.tokens - granted }, lease: { granted, waitMs } };
}

/** The service says that at most this many tokens remain now: the rule that every store follows. */
export function lowerTokens(
  state: BucketState,
  { size, perSecond, tokens }: BucketShape & { readonly tokens: number },
  now: number,
): BucketState {
  const known = refilled(state, { size, perSecond }, now);
  return { ...known, tokens: Math.min(known.tokens, tokens) };
}

/** The bucket now. Also after the clock was set back: a time in the future stops neither the refill nor the requests. */
function refilled(state: BucketState, { size, perSecond }: BucketShape, now: number): BucketState {
  const elapsed = Math.max(0, now - state.at) / 1000;
  return {
    tokens: Math.min(size, state.tokens + elapsed * perSecond),
    at: now,
    blockedUntil: Math.min(state.blockedUntil, now + longestBlockMs),
  };
}
