/** Child processes: start, stop, logs. */
import { type ChildProcess, fork } from "node:child_process";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import { isErrno, readTextIfExists } from "./files.ts";

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Node process in its own process group, with output in a log file. It notices the parent's death over an IPC channel. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, for any reason. */
  readonly exited: Promise<ChildExit>;
  /** Resolves with the first IPC message, which Kluis's programs send when they are ready. Stays pending without one. */
  readonly firstMessage: Promise<unknown>;
  /** True until it has ended. */
  alive(): boolean;
  /** Sends a message over the channel; nothing happens when the process has ended. */
  send(message: Parameters<ChildProcess["send"]>[0]): void;
  /** Sends SIGTERM, and SIGKILL to the process group after `graceMs`. Resolves when the process has ended. */
  stop(graceMs: number): Promise<ChildExit>;
}

export interface ChildOptions {
  readonly name: string;
  /** Absolute path of the module to run. */
  readonly module: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly cwd?: string;
  /** Sent over the channel right after the start. */
  readonly message?: Parameters<ChildProcess["send"]>[0];
  readonly execArgv?: readonly string[];
  /** Nice value: 0 is normal, 19 the lowest priority. */
  readonly priority?: number;
}

/** Node options that make a program from a library end with its parent. */
export const exitWithParent = ["--import", join(import.meta.dirname, "exit-with-parent.ts")] as const;

/** Starts a child. Ctrl-C in the terminal does not reach its process group; the supervisor stops the parts in order. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = await openLog(options.logFile);
  try {
    return launch(options, log);
  } finally {
    await log.close();
  }
}

/** The folder in which Node processes of one command share compiled code. */
function compileCache(): Record<string, string> {
  const folder = process.env["NODE_COMPILE_CACHE"];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

function launch(options: ChildOptions, log: FileHandle): Child {
  const process_ = fork(options.module, [...(options.args ?? [])], {
    env: { ...compileCache(), ...options.env },
    cwd: options.cwd ?? "/",
    detached: true,
    execArgv: [...(options.execArgv ?? [])],
    stdio: ["ignore", log.fd, log.fd, "ipc"],
  });
  const exited = new Promise<ChildExit>((resolve) => {
    process_.once("exit", (code, signal) => resolve({ code, signal }));
    process_.once("error", () => resolve({ code: 127, signal: null }));
  });
  const firstMessage = new Promise<unknown>((resolve) => process_.once("message", resolve));
  if (options.priority !== undefined && process_.pid !== undefined)
    setPriority(process_.pid, options.priority);
  let alive = true;
  void exited.then(() => {
    alive = false;
  });
  if (options.message !== undefined) process_.send(options.message, () => undefined);
  const stop = async (graceMs: number): Promise<ChildExit> => {
    if (alive) process_.kill("SIGTERM");
    const timer = setTimeout(() => killGroup(process_.pid), graceMs);
    const exit = await exited;
    clearTimeout(timer);
    killGroup(process_.pid);
    return exit;
  };
  const pid = process_.pid ?? -1;
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    firstMessage,
    alive: () => alive,
    send: (message) => void (process_.connected && process_.send(message, () => undefined)),
    stop,
  };
}

/** Kills the remaining processes of a group. Does nothing when the group has ended. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined || pid <= 1) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!isErrno(error, "ESRCH") && !isErrno(error, "EPERM")) throw error;
  }
}

const LOG_BYTES = 8 * 1024 * 1024;

/** Opens a log for appending. A log over 8 MiB is first renamed to `.1`, replacing an older one. */
async function openLog(path: string): Promise<FileHandle> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      if (isErrno(error, "ENOENT")) return 0;
      throw error;
    },
  );
  if (size > LOG_BYTES) await rename(path, `${path}.1`);
  return open(path, "a", 0o600);
}

/** Returns the last lines of a log, for an error message. */
export async function logTail(path: string, lines = 15): Promise<string> {
  const text = (await readTextIfExists(path)) ?? "";
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
