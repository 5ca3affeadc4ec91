/** Decides whether and when a failed task is retried. Pure. */
import { knownError } from "@kluis/db";
import { KluisError, longestBlockMs } from "@kluis/domain";

/** The first pause of `backoff`; each further one is twice as long. */
const BACKOFF_FIRST_MS = 1_000;
/** The longest pause of `backoff`: an outage of an hour uses about twelve tries. */
const BACKOFF_LONGEST_MS = 5 * 60_000;
/** The first pause of `state`: what must end takes longer than a hiccup. */
const STATE_FIRST_MS = 5_000;
/** Tries of `bounded`, from its first failure on: about nine minutes. */
const BOUNDED_TRIES = 10;
/** The shortest pause of a limited request, for servers that answer 0. */
const LIMITED_SHORTEST_MS = 500;

export type Verdict =
  | { readonly kind: "give-up" }
  /** `attemptsLeft`: remaining tries, including the next one. */
  | { readonly kind: "again"; readonly delayMs: number; readonly attemptsLeft: number };

export interface Tries {
  /** Tries of the catalog. */
  readonly allowed: number;
  /** Remaining tries after this one. */
  readonly left: number;
}

/** The error of a failed try. A timeout surfaces as an abort; this reports it as a retryable error. */
export function failureOf(
  error: unknown,
  { overTime, minutes }: { readonly overTime: boolean; readonly minutes: number },
): KluisError {
  if (!overTime) return knownError(error);
  return new KluisError("INTERNAL", {
    message: `The task was stopped because it took longer than ${minutes} minutes.`,
    params: { minutes },
    cause: error,
  });
}

/**
 * Judges a failed try. `never` gives up. `backoff` waits 1 s, 2 s, 4 s … up to 5 minutes until the tries are used up. `after` is a
 * `backoff` that waits at least as long as Azure requests: a limit that never ends must not hold a job forever. `turn` uses no try,
 * because Kluis sent nothing, and its own budgets always refill. `state` is a slower `backoff`, and `bounded` a `backoff` that
 * leaves few tries, whatever failed before it. Every pause is at most `longestBlockMs`.
 */
export function judgeFailure(error: KluisError, tries: Tries): Verdict {
  switch (error.retry) {
    case "never":
      return { kind: "give-up" };
    case "turn": {
      const askedMs = Math.min(longestBlockMs, error.retryAfterMs ?? BACKOFF_FIRST_MS);
      return { kind: "again", delayMs: Math.max(LIMITED_SHORTEST_MS, askedMs), attemptsLeft: tries.left + 1 };
    }
    case "after":
      return again(error, tries, LIMITED_SHORTEST_MS);
    case "backoff":
      return again(error, tries);
    case "state":
      return again(error, tries, STATE_FIRST_MS);
    case "bounded":
      return again(error, bounded(tries));
    default:
      return error.retry satisfies never;
  }
}

/** The number of tries that failed before this one. */
export function failedBefore({ allowed, left }: Tries): number {
  return Math.max(0, allowed - left - 1);
}

function bounded({ allowed, left }: Tries): Tries {
  return { allowed: Math.min(allowed, BOUNDED_TRIES), left: Math.min(left, BOUNDED_TRIES - 1) };
}

function again(error: KluisError, tries: Tries, atLeastMs = 0): Verdict {
  if (tries.left <= 0) return { kind: "give-up" };
  const askedMs = Math.min(longestBlockMs, error.retryAfterMs ?? 0);
  const delayMs = backoffMs(failedBefore(tries), Math.max(atLeastMs, askedMs));
  return { kind: "again", delayMs, attemptsLeft: tries.left };
}

/** The pause after `failed` earlier failures, but at least `atLeastMs`. */
export function backoffMs(failed: number, atLeastMs = 0): number {
  return Math.max(atLeastMs, Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failed, 20)));
}
