/** Retries of short reads and writes of disks; longer waits belong to the job, not to a worker's slot. */
import { setTimeout as sleep } from "node:timers/promises";
import { KluisError, toKluisError } from "@kluis/domain";

/** Delays double from `firstMs` up to `mostMs`, with jitter. */
export interface Backoff {
  readonly attempts: number;
  readonly firstMs: number;
  readonly mostMs: number;
  /** Time after which no further attempt begins: a server that never answers takes the whole limit of each. */
  readonly patienceMs: number;
}

/** About ten seconds in all: long enough for a busy server, short enough for a worker's slot. */
const blobBackoff: Backoff = { attempts: 6, firstMs: 150, mostMs: 5000, patienceMs: 20_000 };

/** The wait that Azure requests; 0 when it names none. */
function requestedMs(error: KluisError): number {
  const wait = error.params["retryAfterMs"];
  return error.code === "AZURE_THROTTLED" && typeof wait === "number" ? wait : 0;
}

/** True for transient failures: no answer, Azure's own failure, and throttling of at most `mostMs`. */
function isTransient(error: KluisError, backoff: Backoff): boolean {
  if (error.code === "AZURE_THROTTLED") return requestedMs(error) <= backoff.mostMs;
  return error.code === "AZURE_UNREACHABLE" || error.code === "AZURE_FAILED";
}

/** Milliseconds before retry `attempt` (from 1): jitter over the upper half of the doubled delay, never above `mostMs`. */
export function delayOf(backoff: Backoff, attempt: number, random: number): number {
  const ceiling = Math.min(backoff.mostMs, backoff.firstMs * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** Runs `work` until it succeeds, fails with a lasting error, or used its attempts. @throws the last error */
export async function withBackoff<T>(
  work: () => Promise<T>,
  options: { readonly signal: AbortSignal; readonly backoff?: Backoff },
): Promise<T> {
  const backoff = options.backoff ?? blobBackoff;
  const began = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const known = toKluisError(error);
      const isOver = attempt >= backoff.attempts || performance.now() - began >= backoff.patienceMs;
      if (isOver || !isTransient(known, backoff)) throw known;
      await pause(Math.max(requestedMs(known), delayOf(backoff, attempt, Math.random())), options.signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw new KluisError("CANCELLED", { message: "Canceled while waiting for a retry.", cause: error });
  }
}
