/** An engine as a separate process, whose clock the run moves: `{ aheadMs }` over the channel. */
import { systemClock, type TimedClock } from "@kluis/domain";
import { z } from "zod";
import { parseEngineEnv } from "../../src/env.ts";
import { keepRunning } from "../../src/keep-running.ts";
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

/** A call to Azure that gets no answer costs seconds instead of minutes. */
const AZURE_TIMEOUT_MS = 10_000;

const config = parseEngineEnv(process.env);
const log = openLog({ format: config.logFormat, level: config.logLevel });
const onStart = (): void => void process.send?.({ kind: "ready" });
const { signal } = new AbortController();
// An engine that cannot start ends; the run starts it again, as a supervisor does.
keepRunning({ config, clock, log, signal, onStart, azureTimeoutMs: AZURE_TIMEOUT_MS }).catch(
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
