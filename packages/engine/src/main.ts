/** Entry of the engine process: settings from the environment, work until told to stop. */
import { errorInfo } from "@kluis/domain";
import { startEngine } from "./engine.ts";
import { type EngineConfig, parseEngineEnv } from "./env.ts";
import { openLog } from "./log.ts";

/** A stop takes at most this long; what is not done by then is taken over by the next engine. */
const STOP_LIMIT_MS = 6_500;

async function main(config: EngineConfig): Promise<void> {
  const log = openLog({ format: config.logFormat, level: config.logLevel });
  const engine = await startEngine(config, { log });
  let stopping = false;
  const stop = (reason: string, code: number): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "engine stops");
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    engine.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ error }, "the engine could not stop in good order");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM", 0));
  process.on("SIGINT", () => stop("SIGINT", 0));
  // The parent died or closed the channel: an engine without its supervisor must not live on.
  process.on("disconnect", () => stop("parent gone", 0));
  engine.lost.addEventListener("abort", () =>
    stop("the database connection that says this engine lives was lost", 1),
  );
  process.send?.({ kind: "ready" });
}

/** Before the log can be opened, and when nothing could be: one line for the supervisor and the person. */
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
