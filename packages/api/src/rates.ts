/** How fast a caller may call: token buckets in the memory of the process. A second portal doubles the rate, and loses none of the limits. */
import { KluisError } from "@kluis/domain";

export interface Rate {
  /** Calls that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Pages load with a dozen calls and then follow few streams; a script lists page after page. */
export const callRates = {
  session: { burst: 600, perSecond: 30 },
  token: { burst: 300, perSecond: 15 },
  // A program that calls in a loop that no one watches.
  agent: { burst: 60, perSecond: 2 },
} as const satisfies Record<string, Rate>;

/** Refused credentials of one address, and refused requests of one user, before further ones are answered with 429. */
export const guessRate: Rate = { burst: 20, perSecond: 1 / 15 };

interface Bucket {
  left: number;
  at: number;
}

/** Callers that are remembered. The one that was silent for longest is forgotten first; its bucket has filled most. */
const bucketsMost = 10_000;

export class Rates {
  readonly #buckets = new Map<string, Bucket>();
  readonly #elapsed: () => number;

  constructor(elapsedMs: () => number = () => performance.now()) {
    this.#elapsed = elapsedMs;
  }

  /** Takes one call from the bucket of `key`. Returns the milliseconds until there is one; 0 when it was taken. */
  take(key: string, { burst, perSecond }: Rate): number {
    const now = this.#elapsed();
    const known = this.#buckets.get(key);
    const refilled = known === undefined ? burst : known.left + ((now - known.at) / 1000) * perSecond;
    const left = Math.min(burst, refilled);
    const taken = left >= 1;
    // Put at the end, so that the first one is the one that was silent for longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: taken ? left - 1 : left, at: now });
    if (this.#buckets.size > bucketsMost) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return taken ? 0 : Math.ceil(((1 - left) / perSecond) * 1000);
  }
}

/** The refusal of a caller that must wait. */
export function tooFast(waitMs: number): KluisError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new KluisError("RATE_LIMITED", {
    reason: "calls",
    message: `Too many requests. The next one is accepted in ${seconds} s.`,
    action: "Wait, then try again. The command line waits.",
    params: { seconds },
    retryAfterMs: seconds * 1000,
  });
}
