/** Keeps an engine running in this process: waits for the database, and follows an engine that lost its connections with a new one. */
import { mapDatabaseError } from "@kluis/db";
import { type ErrorCode, isKluisError, systemClock } from "@kluis/domain";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import type { EngineConfig } from "./env.ts";
import type { Log } from "./log.ts";

/** The first pause between two tries to start; each further one is twice as long. */
const FIRST_PAUSE_MS = 100;
/** A database that is back is found after at most this time. */
const LONGEST_PAUSE_MS = 1_000;
/** How often the log repeats that the engine waits. */
const SAY_AGAIN_MS = 60_000;

/** What only time solves. An engine that has run once also waits for its vault: its settings were right. */
const waitsFor: Readonly<Record<"first" | "again", ReadonlySet<ErrorCode>>> = {
  first: new Set(["DATABASE_UNREACHABLE"]),
  again: new Set(["DATABASE_UNREACHABLE", "VAULT_UNREACHABLE", "AZURE_UNREACHABLE"]),
};

export interface KeepRunning extends Omit<EngineOptions, "log"> {
  readonly config: EngineConfig;
  readonly log: Log;
  /** Ends everything: the engine that runs then stops in an orderly way. */
  readonly signal: AbortSignal;
  readonly onStart?: (engine: Engine) => void;
}

/**
 * Runs engines, one after the other, until the signal aborts.
 * @throws KluisError when an engine cannot start for a reason that waiting does not solve
 */
export async function keepRunning(given: KeepRunning): Promise<void> {
  const { log, signal, onStart } = given;
  for (let when: "first" | "again" = "first"; !signal.aborted; when = "again") {
    const engine = await startPatiently(given, waitsFor[when]);
    if (engine === null) return;
    onStart?.(engine);
    await aborted(AbortSignal.any([signal, engine.lost]));
    if (signal.aborted) return engine.stop();
    log.warn({ engine: engine.id }, "the engine lost its database connection; a new one starts");
    // Nothing waits for what still runs: it has no database, and the lock of its engine is free.
    void engine.abandon();
  }
}

/** Null when the signal aborts first. */
async function startPatiently(given: KeepRunning, patience: ReadonlySet<ErrorCode>): Promise<Engine | null> {
  const { config, log, signal, clock = systemClock } = given;
  let saidAt: number | null = null;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await startEngine(config, given);
    } catch (cause) {
      const error = mapDatabaseError(cause);
      if (!isKluisError(error) || !patience.has(error.code)) throw error;
      if (saidAt === null || clock.elapsedMs() - saidAt > SAY_AGAIN_MS) {
        saidAt = clock.elapsedMs();
        log.warn({ error }, "the engine waits to start");
      }
    }
    // Not the clock of the engine: a test may hold that.
    await systemClock.wait(pauseMs, signal);
  }
  return null;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
