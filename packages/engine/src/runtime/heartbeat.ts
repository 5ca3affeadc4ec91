/** Timers of a living engine: its heartbeat, the burial of dead ones, the health of parts. */
import { beatEngine, buryDeadEngines } from "@kluis/db";
import { limits } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { checkParts } from "./health.ts";

/** Frees what dead engines held in the queue, so that their tasks go on at once. */
export async function buryDead(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<void> {
  for (const { id, hostname, pid } of await buryDeadEngines(deps.db, deps.clock.now())) {
    deps.log.warn({ engine: id, hostname, pid }, "an engine died; its tasks go on here");
  }
}

/** Runs `work` at once and then every `everyMs` after its end, until the signal aborts; failures are logged. */
export async function repeat(
  { log }: Pick<EngineDeps, "log">,
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
      if (!signal.aborted) log.warn({ error, timer: name }, "a timer's work failed; it goes on");
    }
    await pause(everyMs, signal);
  }
}

/** Waits, or returns early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** Keeps the engine's timers going; ends soon after the signal aborts. */
export async function keepAlive(deps: EngineDeps, engineId: string, signal: AbortSignal): Promise<void> {
  const beat = async (): Promise<void> => {
    await beatEngine(deps.db.prisma, engineId, { now: deps.clock.now() });
    await buryDead(deps);
  };
  await Promise.all([
    repeat(deps, { name: "heartbeat", everyMs: limits.engineHeartbeatMs, signal, work: beat }),
    repeat(deps, {
      name: "health",
      everyMs: limits.partCheckMs,
      signal,
      work: () => checkParts(deps, signal),
    }),
  ]);
}
