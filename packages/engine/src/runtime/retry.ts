/** When a task that failed is tried again. Pure. */
import { KluisError, toKluisError } from "@kluis/domain";

/** First pause of `backoff`, in milliseconds; each further one doubles. */
const BACKOFF_FIRST_MS = 1_000;
/** Longest pause of `backoff`: an outage of an hour costs about twelve tries, a blip costs a second. */
const BACKOFF_LONGEST_MS = 5 * 60_000;
/** Shortest pause of `after`, so that a server that says 0 is not hammered. */
const AFTER_SHORTEST_MS = 500;

export type Verdict =
  | { readonly kind: "give-up" }
  /** `attemptsLeft`: how often the task may still be tried, the coming try included. */
  | { readonly kind: "again"; readonly delayMs: number; readonly attemptsLeft: number };

export interface Tries {
  /** What the catalogue allows. */
  readonly allowed: number;
  /** How often it may still be tried after this try. */
  readonly left: number;
}

/**
 * What a try failed with. A try that is stopped because its time is over ends as if somebody had cancelled it, which nobody
 * did: it is an error that passes.
 */
export function failureOf(
  error: unknown,
  { overTime, minutes }: { readonly overTime: boolean; readonly minutes: number },
): KluisError {
  if (!overTime) return toKluisError(error);
  return new KluisError("INTERNAL", {
    message: `A task was stopped because it took longer than ${minutes} minutes.`,
    params: { minutes },
    cause: error,
  });
}

/**
 * Judges a failed try. `never` gives up; `backoff` waits 1 s, 2 s, 4 s … up to 5 minutes until the tries are used up;
 * `after` waits as long as Azure asks and costs no try, because being throttled is not failing.
 */
export function judgeFailure(error: KluisError, tries: Tries): Verdict {
  switch (error.retry) {
    case "never":
      return { kind: "give-up" };
    case "after":
      return {
        kind: "again",
        delayMs: Math.max(AFTER_SHORTEST_MS, error.retryAfterMs ?? BACKOFF_FIRST_MS),
        attemptsLeft: tries.left + 1,
      };
    case "backoff": {
      if (tries.left <= 0) return { kind: "give-up" };
      const failed = Math.max(0, tries.allowed - tries.left - 1);
      return { kind: "again", delayMs: backoffMs(failed, error.retryAfterMs), attemptsLeft: tries.left };
    }
    default:
      return error.retry satisfies never;
  }
}

/** Pause before the next try after `failed` earlier failures, at least what the server asked for. */
export function backoffMs(failed: number, atLeastMs = 0): number {
  return Math.max(atLeastMs, Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failed, 20)));
}
