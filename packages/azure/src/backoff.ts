import { setTimeout as sleep } from "node:timers/promises";
import { KluisError, toKluisError } from "@kluis/domain";

/** How a short piece of work is tried again. Delays double from `firstMs`, with jitter, up to `mostMs`. */
export interface Backoff {
  readonly attempts: number;
  readonly firstMs: number;
  readonly mostMs: number;
}

export const blobBackoff: Backoff = { attempts: 6, firstMs: 150, mostMs: 5000 };

/** How long Azure asked to wait; 0 when it only said that it is busy. */
function askedMs(error: KluisError): number {
  const asked = error.params["retryAfterMs"];
  return error.code === "AZURE_THROTTLED" && typeof asked === "number" ? asked : 0;
}

/** What passes by itself: no answer, Azure's own failure, throttling that asks for no more than `mostMs`. */
function passes(error: KluisError, backoff: Backoff): boolean {
  if (error.code === "AZURE_THROTTLED") return askedMs(error) <= backoff.mostMs;
  return error.code === "AZURE_UNREACHABLE" || error.code === "AZURE_FAILED";
}

/** The pause before attempt `attempt` (1 is the second try): full jitter over the upper half, never above `mostMs`. */
export function pauseOf(backoff: Backoff, attempt: number, random: number): number {
  const ceiling = Math.min(backoff.mostMs, backoff.firstMs * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** Runs `work` until it succeeds, fails for good, or was tried `attempts` times. The last error is thrown. */
export async function withBackoff<T>(
  work: () => Promise<T>,
  options: { readonly signal: AbortSignal; readonly backoff?: Backoff },
): Promise<T> {
  const backoff = options.backoff ?? blobBackoff;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const known = toKluisError(error);
      if (attempt >= backoff.attempts || !passes(known, backoff)) throw known;
      await pause(Math.max(askedMs(known), pauseOf(backoff, attempt, Math.random())), options.signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw new KluisError("CANCELLED", { message: "Cancelled while waiting to try again.", cause: error });
  }
}
