/** Waiting: for a child, for a time, for an HTTP server. */
import { KluisError } from "@kluis/domain";
import { type Child, logTail } from "./child.ts";

export interface WaitOptions {
  readonly child: Child;
  readonly ready: () => Promise<boolean>;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until a child is ready.
 * @throws KluisError INTERNAL with the end of its log when it ended or took longer than `limitMs`
 */
export async function untilReady({ child, ready, limitMs, signal }: WaitOptions): Promise<void> {
  const limit = AbortSignal.timeout(limitMs);
  while (child.alive() && !limit.aborted) {
    signal?.throwIfAborted();
    if (await ready()) return;
    await Promise.race([child.exited, pause(100)]);
  }
  const what = child.alive() ? `did not answer within ${Math.round(limitMs / 1000)} s` : "ended unexpectedly";
  throw new KluisError("INTERNAL", {
    message: `${child.name} ${what}. The end of its log:\n${await logTail(child.logFile)}`,
    action: `Read the full log: ${child.logFile}`,
  });
}

/** Waits `ms` milliseconds, or until the signal fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted === true) done();
    else signal?.addEventListener("abort", done, { once: true });
  });
}

/** Returns the HTTP status of a URL, or null when no server answers. */
export async function httpStatus(url: string, limitMs = 2_000): Promise<number | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: "manual" });
    await response.body?.cancel();
    return response.status;
  } catch {
    // No server answers, for any reason; callers retry or report it.
    return null;
  }
}
