/** A limit of bytes per second: a bucket of one second, refilled all the time. */
import type { Rate } from "./types.ts";

export interface RateSettings {
  /** Bytes per second at this moment; null: no limit. */
  readonly limit: () => number | null;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const BUCKET_MS = 1000;
/** A change of the limit reaches a waiting caller within this time. */
const LOOK_AGAIN_MS = 5000;

/** Serves callers in order. A call for more than the bucket holds passes when its turn comes, and the next ones wait longer. */
export function createRate({ limit, nowMs, sleep }: RateSettings): Rate {
  /** The moment at which the bucket was, or will be, empty. */
  let emptyAtMs = Number.NEGATIVE_INFINITY;
  let last: Promise<void> = Promise.resolve();
  async function pass(bytes: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const perSecond = limit();
      if (perSecond === null) return;
      const now = nowMs();
      if (emptyAtMs <= now) {
        emptyAtMs = Math.max(emptyAtMs, now - BUCKET_MS) + (bytes / perSecond) * 1000;
        return;
      }
      await sleep(Math.min(emptyAtMs - now, LOOK_AGAIN_MS), signal);
    }
  }
  return {
    take(bytes, signal) {
      const turn = last.then(() => pass(bytes, signal));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** Passes when every one of these limits lets it. */
export function joinRates(rates: readonly (Rate | null | undefined)[]): Rate {
  return {
    async take(bytes, signal) {
      for (const rate of rates) await rate?.take(bytes, signal);
    },
  };
}
