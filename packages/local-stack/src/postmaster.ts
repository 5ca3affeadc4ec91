/** Cleans up after a PostgreSQL whose supervisor was killed. */
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isErrno, readTextIfExists } from "./files.ts";

const run = promisify(execFile);
const FAST_MS = 10_000;
const IMMEDIATE_MS = 5_000;

/**
 * Stops a server that still runs on this folder after its supervisor was killed, and removes its postmaster.pid. Also removes a
 * postmaster.pid whose number now belongs to another program, because PostgreSQL would refuse to start.
 */
export async function clearLeftovers(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, "postmaster.pid");
  const text = await readTextIfExists(pidFile).catch((error: unknown) => {
    if (isErrno(error, "ENOTDIR")) return null;
    throw error;
  });
  const pid = Number.parseInt(text?.split("\n")[0] ?? "", 10);
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (await isPostmasterOf(pid, dataDir)) {
    await end(pid, "SIGINT", FAST_MS);
    if (isAlive(pid)) await end(pid, "SIGQUIT", IMMEDIATE_MS);
  }
  if (!(await isPostmasterOf(pid, dataDir))) await rm(pidFile, { force: true });
}

async function end(pid: number, signal: NodeJS.Signals, limitMs: number): Promise<void> {
  process.kill(pid, signal);
  const limit = AbortSignal.timeout(limitMs);
  while (isAlive(pid) && !limit.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (isErrno(error, "ESRCH")) return false;
    if (isErrno(error, "EPERM")) return true;
    throw error;
  }
}

/** Kluis always starts its server as `postgres -D <dataDir> …`. */
async function isPostmasterOf(pid: number, dataDir: string): Promise<boolean> {
  const command = await commandLine(pid);
  return command.includes("postgres") && command.includes(dataDir);
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch((error: unknown) => {
      if (isErrno(error, "ENOENT") || isErrno(error, "ESRCH")) return "";
      throw error;
    });
    return line.replaceAll("\0", " ");
  }
  return run("ps", ["-p", String(pid), "-o", "command="]).then(
    (result) => result.stdout,
    () => "",
  );
}
