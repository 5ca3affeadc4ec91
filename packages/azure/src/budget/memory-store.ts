/** Buckets of one process, for processes that share none. */
import {
  type BucketKey,
  type BucketState,
  type BudgetStore,
  longestBlockMs,
  lowerTokens,
  takeTokens,
} from "@kluis/domain";

/** Beyond this many, the bucket that was used longest ago is forgotten. */
const mostBuckets = 1000;

const keyOf = ({ subscriptionId, principal, bucket }: BucketKey) =>
  `${subscriptionId} ${principal} ${bucket}`;

export function memoryBudgetStore(now: () => number = Date.now): BudgetStore {
  const states = new Map<string, BucketState>();
  const put = (key: string, state: BucketState): void => {
    states.delete(key);
    states.set(key, state);
    for (const oldest of states.keys()) {
      if (states.size <= mostBuckets) break;
      states.delete(oldest);
    }
  };
  const change = (key: string, changed: (state: BucketState) => BucketState): void => {
    const state = states.get(key);
    if (state) put(key, changed(state));
  };
  return {
    async lease(request) {
      const key = keyOf(request);
      const { state, lease } = takeTokens(states.get(key) ?? null, request, now());
      put(key, state);
      return lease;
    },
    async lower({ size, perSecond, ...key }, tokens) {
      change(keyOf(key), (state) => lowerTokens(state, { size, perSecond, tokens }, now()));
    },
    async block(key, forMs) {
      change(keyOf(key), (state) => ({
        ...state,
        blockedUntil: Math.max(state.blockedUntil, now() + Math.min(forMs, longestBlockMs)),
      }));
    },
  };
}
