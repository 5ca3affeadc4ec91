/**
 * `npm start`: all of Kluis on this machine as one supervised group of processes (embedded PostgreSQL, Azurite, the local Azure,
 * the engine, the portal). A part that the environment names replaces the embedded one.
 */
import { dirname } from "node:path";
import { isKluisError, KluisError, toKluisError } from "@kluis/domain";
import { isErrno } from "./files.ts";
import { parseSettings } from "./settings.ts";
import { runStack } from "./stack.ts";
import { createScreen } from "./terminal.ts";

const root = dirname(dirname(dirname(import.meta.dirname)));
/** One Ctrl-C may arrive several times: from the terminal, and forwarded by npm. */
const SAME_KEYSTROKE_MS = 1_000;

async function main(): Promise<number> {
  const screen = createScreen(process.stdout);
  const stop = new AbortController();
  const force = new AbortController();
  let requestedAt = 0;
  const requestStop = (): void => {
    if (!stop.signal.aborted) {
      requestedAt = performance.now();
      screen.say("\nStopping. Press Ctrl-C again to force it.");
      stop.abort(new KluisError("CANCELLED", { message: "A stop was requested." }));
    } else if (performance.now() - requestedAt > SAME_KEYSTROKE_MS) force.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, requestStop);
  // The bootstrap was killed, so no other process will request the stop.
  process.on("disconnect", requestStop);
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

/** Converts an error of the system (full disk, missing permission) to one with an action. */
function startError(error: unknown): KluisError {
  if (isErrno(error, "ENOSPC") || isErrno(error, "EDQUOT")) {
    return new KluisError("DISK_FULL", {
      message: "The disk is full: Kluis cannot write to its data folder.",
      action: "Free space, or choose another folder with KLUIS_HOME, and start again.",
      cause: error,
    });
  }
  if (["EACCES", "EPERM", "EROFS"].some((code) => isErrno(error, code))) {
    return new KluisError("CONFIG_INVALID", {
      message: `Kluis cannot write to a folder: ${error instanceof Error ? error.message : ""}`,
      action: "Choose a data folder that you own with KLUIS_HOME, and start again.",
      cause: error,
    });
  }
  if (isErrno(error, "ENOTDIR") || isErrno(error, "EEXIST")) {
    return new KluisError("CONFIG_INVALID", {
      message: `The data folder is not a folder: ${error instanceof Error ? error.message : ""}`,
      action: "Choose another folder with KLUIS_HOME, and start again.",
      cause: error,
    });
  }
  return toKluisError(error);
}

const code = await main();
process.exit(code);
