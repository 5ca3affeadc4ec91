/** The timers of an engine: its heartbeat, the search for dead engines, and the health checks. */
import { beatEngine, reapDeadEngines } from "@kluis/db";
import { limits } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { checkParts } from "./health.ts";

/** Unlocks the tasks of dead engines, so that they continue immediately. */
export async function reapDead(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<void> {
  for (const { id, hostname, pid } of await reapDeadEngines(deps.db, deps.clock.now())) {
    deps.log.warn({ engine: id, hostname, pid }, "an engine died; its tasks continue here");
  }
}

/** Runs `work` immediately, and again `everyMs` after each end, until the signal aborts. Logs failures. */
export async function repeat(
  { log, clock }: Pick<EngineDeps, "log" | "clock">,
  {
    name,
    everyMs,
    signal,
    work,
  }: { name: string; everyMs: number; signal: AbortSignal; work: () => Promise<void> },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) log.warn({ error, timer: name }, "timer failed; it will run again");
    }
    await clock.wait(everyMs, signal);
  }
}

/** Runs the timers of the engine; ends soon after the signal aborts. */
export async function keepAlive(
  deps: EngineDeps,
  { engineId, signal }: { readonly engineId: string; readonly signal: AbortSignal },
): Promise<void> {
  const beat = async (): Promise<void> => {
    await deps.clockGuard.check(deps);
    await beatEngine(deps.db.prisma, engineId, { now: deps.clock.now() });
  };
  await Promise.all([
    repeat(deps, { name: "heartbeat", everyMs: limits.engineHeartbeatMs, signal, work: beat }),
    repeat(deps, {
      name: "dead engines",
      everyMs: limits.engineReapMs,
      signal,
      work: () => reapDead(deps),
    }),
    repeat(deps, {
      name: "health",
      everyMs: limits.partCheckMs,
      signal,
      work: () => checkParts(deps, signal),
    }),
  ]);
}
