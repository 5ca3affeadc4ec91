/** Entry of the engine process: reads the settings, runs an engine, and stops it on a signal. */
import { errorInfo } from "@kluis/domain";
import { startEngine } from "./engine.ts";
import { type EngineConfig, parseEngineEnv } from "./env.ts";
import { openLog } from "./log.ts";

/** The longest time that a stop may take. The next engine continues unfinished work. */
const STOP_LIMIT_MS = 6_500;

async function main(config: EngineConfig): Promise<void> {
  const log = openLog({ format: config.logFormat, level: config.logLevel });
  const engine = await startEngine(config, { log });
  let stopping = false;
  const stop = (reason: string, code: number): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "engine is stopping");
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    engine.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ error }, "engine did not stop in an orderly way");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM", 0));
  process.on("SIGINT", () => stop("SIGINT", 0));
  // The parent exited or closed the channel: an engine must not outlive its supervisor.
  process.on("disconnect", () => stop("parent exited", 0));
  engine.lost.addEventListener("abort", () =>
    stop("lost the database connection that proves the engine is alive", 1),
  );
  process.send?.({ kind: "ready" });
}

/** Reports a failed start in one line, also when the log cannot be opened. */
function giveUp(error: unknown): void {
  const { code, message, action } = errorInfo(error);
  process.stderr.write(`kluis engine: ${message}${action === null ? "" : ` ${action}`} [${code}]\n`);
  process.exit(1);
}

try {
  main(parseEngineEnv(process.env)).catch(giveUp);
} catch (error) {
  giveUp(error);
}
