/**
 * `npm start`: the whole of Kluis on this machine as one supervised group of processes: embedded PostgreSQL, Azurite, the local
 * Azure, the engine, the portal. What the operator names in the environment is used instead of the embedded part.
 */
import { dirname } from "node:path";
import { isKluisError, KluisError, toKluisError } from "@kluis/domain";
import { isErrno } from "./files.ts";
import { parseSettings } from "./settings.ts";
import { runStack } from "./stack.ts";
import { createScreen } from "./terminal.ts";

const root = dirname(dirname(dirname(import.meta.dirname)));
/** One Ctrl-C may arrive several times within a moment: from the terminal and handed on by npm. */
const SAME_KEYSTROKE_MS = 1_000;

async function main(): Promise<number> {
  const screen = createScreen(process.stdout);
  const stop = new AbortController();
  const force = new AbortController();
  let askedAt = 0;
  const ask = (): void => {
    if (!stop.signal.aborted) {
      askedAt = performance.now();
      screen.say("\nStopping; press Ctrl-C again to force it …");
      stop.abort(new KluisError("CANCELLED", { message: "Kluis was asked to stop." }));
    } else if (performance.now() - askedAt > SAME_KEYSTROKE_MS) force.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask);
  // The bootstrap that started us was killed: nobody is there any more to stop us.
  process.on("disconnect", ask);
  try {
    const settings = parseSettings(process.env, root);
    await runStack({ root, settings, screen, stop: stop.signal, force: force.signal });
    return 0;
  } catch (error) {
    if (stop.signal.aborted && (error === stop.signal.reason || isKluisError(error, "CANCELLED"))) return 0;
    const known = startError(error);
    screen.bars([]);
    process.stderr.write(`\n${known.message}\n${known.action === undefined ? "" : `${known.action}\n`}`);
    if (known.code === "INTERNAL" && known.cause instanceof Error)
      process.stderr.write(`${known.cause.stack ?? ""}\n`);
    return 1;
  }
}

/** What the system refused, in words that say what to do. */
function startError(error: unknown): KluisError {
  if (isErrno(error, "ENOSPC") || isErrno(error, "EDQUOT")) {
    return new KluisError("DISK_FULL", {
      message: "The disk is full: Kluis can't write its data folder.",
      action: "Free some space, or choose another folder with KLUIS_HOME, and start again.",
      cause: error,
    });
  }
  if (["EACCES", "EPERM", "EROFS"].some((code) => isErrno(error, code))) {
    return new KluisError("CONFIG_INVALID", {
      message: `A folder can't be written: ${error instanceof Error ? error.message : ""}`,
      action: "Choose a data folder that is yours with KLUIS_HOME, and start again.",
      cause: error,
    });
  }
  if (isErrno(error, "ENOTDIR") || isErrno(error, "EEXIST")) {
    return new KluisError("CONFIG_INVALID", {
      message: `The data folder is not a folder: ${error instanceof Error ? error.message : ""}`,
      action: "Choose another one with KLUIS_HOME, and start again.",
      cause: error,
    });
  }
  return toKluisError(error);
}

const code = await main();
process.exit(code);
