/** Entry of the engine process: reads the settings, keeps an engine running, and stops it on a signal. */
import { knownError } from "@kluis/db";
import { errorInfo } from "@kluis/domain";
import { type EngineConfig, parseEngineEnv } from "./env.ts";
import { keepRunning } from "./keep-running.ts";
import { openLog } from "./log.ts";

/** The longest time that a stop may take. The next engine continues unfinished work. */
const STOP_LIMIT_MS = 6_500;

async function main(config: EngineConfig): Promise<void> {
  const log = openLog({ format: config.logFormat, level: config.logLevel });
  const stopping = new AbortController();
  const stop = (reason: string): void => {
    if (stopping.signal.aborted) return;
    log.info({ reason }, "engine is stopping");
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    stopping.abort();
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  // The parent exited or closed the channel: an engine must not outlive its supervisor.
  process.on("disconnect", () => stop("parent exited"));
  const onStart = (): void => void process.send?.({ kind: "ready" });
  try {
    await keepRunning({ config, log, signal: stopping.signal, onStart });
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    log.error({ error }, "engine did not stop in an orderly way");
    process.exit(1);
  }
  process.exit(0);
}

/** Reports a failed start in one line, also when the log cannot be opened. */
function giveUp(error: unknown): void {
  const { code, message, action } = errorInfo(knownError(error));
  process.stderr.write(`kluis engine: ${message}${action === null ? "" : ` ${action}`} [${code}]\n`);
  process.exit(1);
}

try {
  main(parseEngineEnv(process.env)).catch(giveUp);
} catch (error) {
  giveUp(error);
}
