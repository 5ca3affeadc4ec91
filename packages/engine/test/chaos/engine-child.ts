/** An engine as a separate process, whose clock the run moves: `{ aheadMs }` over the channel. */
import { systemClock, type TimedClock } from "@kluis/domain";
import { z } from "zod";
import { startEngine } from "../../src/engine.ts";
import { parseEngineEnv } from "../../src/env.ts";
import { openLog } from "../../src/log.ts";

const messageSchema = z.object({ aheadMs: z.number() });
let { aheadMs } = messageSchema.parse({ aheadMs: Number(process.env["KLUIS_CHAOS_AHEAD_MS"] ?? 0) });
process.on("message", (message) => {
  ({ aheadMs } = messageSchema.parse(message));
});
process.on("disconnect", () => process.exit(0));
if (!process.connected) process.exit(0);

const clock: TimedClock = {
  now: () => new Date(Date.now() + aheadMs),
  elapsedMs: () => performance.now() + aheadMs,
  wait: (ms, signal) => systemClock.wait(ms, signal),
};

/** An engine that cannot start, or lost its lock, ends; the run starts it again, as a supervisor does. */
function end(error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

const config = parseEngineEnv(process.env);
const log = openLog({ format: config.logFormat, level: config.logLevel });
startEngine(config, { clock, log }).then((engine) => {
  engine.lost.addEventListener("abort", () => end(engine.lost.reason));
  process.send?.({ kind: "ready" });
}, end);
