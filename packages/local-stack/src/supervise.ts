/** Supervises the processes of an installation: restarts parts that may be restarted, and stops all in order. */
import type { KluisError } from "@kluis/domain";
import type { Child } from "./child.ts";
import { killGroup } from "./child.ts";
import { pause } from "./wait.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A child that ran this long is healthy: its next failure starts with the first pause again. */
const HEALTHY_MS = 60_000;

export interface PartPlan {
  readonly name: string;
  /** Time to end after SIGTERM, before it is killed. */
  readonly graceMs: number;
  /** Starts the part again after it ended. Without this function, its end stops the whole stack. */
  readonly restart?: () => Promise<Child>;
}

interface Held {
  readonly plan: PartPlan;
  child: Child;
}

export interface Supervisor {
  /** Supervises a running part. Parts stop in the reverse order. */
  hold(plan: PartPlan, child: Child): void;
  /** Fires when a part that cannot be restarted has ended; the reason is the error. */
  readonly broken: AbortSignal;
  /** Stops every part, the newest first. */
  stop(): Promise<void>;
  /** Kills every part immediately. */
  kill(): void;
}

export interface SupervisorOptions {
  readonly say: (line: string) => void;
  /** Returns the error for a part whose end stops the stack. */
  readonly failure: (child: Child) => Promise<KluisError>;
  /** Once it fires, no part is restarted. */
  readonly signal: AbortSignal;
}

export function createSupervisor({ say, failure, signal }: SupervisorOptions): Supervisor {
  const parts: Held[] = [];
  let stopping = false;
  const ending = (): boolean => stopping || signal.aborted;
  const broken = new AbortController();

  async function watch(held: Held): Promise<void> {
    let wait = FIRST_PAUSE_MS;
    while (!ending()) {
      const began = performance.now();
      const exit = await held.child.exited;
      if (ending()) return;
      if (held.plan.restart === undefined) throw await failure(held.child);
      if (performance.now() - began > HEALTHY_MS) wait = FIRST_PAUSE_MS;
      const how = exit.signal === null ? `code ${exit.code ?? "?"}` : exit.signal;
      const again = `restarting in ${wait / 1000} s`;
      say(`${held.plan.name} ended unexpectedly (${how}); ${again}. Log: ${held.child.logFile}`);
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      if (ending()) return;
      const next = await held.plan.restart().catch((error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        return null;
      });
      // A stop may have been requested during the start.
      if (ending()) return void (await next?.stop(held.plan.graceMs));
      if (next !== null) held.child = next;
    }
  }

  return {
    broken: broken.signal,
    hold(plan, child) {
      const held: Held = { plan, child };
      parts.push(held);
      watch(held).catch((error: unknown) => broken.abort(error));
    },
    async stop() {
      stopping = true;
      for (const { plan, child } of parts.toReversed()) await child.stop(plan.graceMs);
    },
    kill() {
      stopping = true;
      for (const { child } of parts) if (child.alive()) killGroup(child.pid);
    },
  };
}
