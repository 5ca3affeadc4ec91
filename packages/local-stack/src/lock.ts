/** The lock of a data folder. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { isErrno, readTextIfExists, writeSynced } from "./files.ts";

const run = promisify(execFile);

const ownerSchema = z.object({
  pid: z.int(),
  /** Start time of the process, as the system reports it. It tells a process from a later one with the same id. */
  started: z.string(),
  url: z.string(),
});

export interface HomeLock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Takes the lock: one Kluis per data folder. It names its holder by process id and start time, so that neither a killed holder
 * nor another program with the same id keeps it.
 * @throws KluisError CONFLICT when another Kluis holds it
 */
export async function lockHome(path: string, url: string): Promise<HomeLock> {
  const owner = { pid: process.pid, started: await startOf(process.pid), url };
  const mine = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeSynced(mine, JSON.stringify(owner));
  try {
    while (!(await tryLink(mine, path))) await clearStale(path);
  } finally {
    await rm(mine, { force: true });
  }
  const release = (): Promise<void> => rm(path, { force: true });
  return { release, [Symbol.asyncDispose]: release };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: unknown) => {
      if (isErrno(error, "EEXIST")) return false;
      throw error;
    },
  );
}

async function clearStale(path: string): Promise<void> {
  const text = await readTextIfExists(path);
  if (text === null) return;
  const holder = parseOwner(text);
  if (holder !== null && (await startOf(holder.pid)) === holder.started) {
    throw new KluisError("CONFLICT", {
      reason: "already-started",
      message: `Kluis already runs on this data folder (process ${holder.pid}, ${holder.url}).`,
      action: "Stop it first, or choose another data folder with KLUIS_HOME.",
      params: { pid: holder.pid, url: holder.url },
    });
  }
  // Renamed to a unique name: of two processes that see a stale lock only one succeeds.
  const aside = `${path}.stale.${process.pid}.${randomBytes(4).toString("hex")}`;
  await rename(path, aside).catch((error: unknown) => {
    if (!isErrno(error, "ENOENT")) throw error;
  });
  // Another start may have replaced the stale lock in between: then the renamed lock is valid and is put back.
  if (![null, text].includes(await readTextIfExists(aside))) await tryLink(aside, path);
  await rm(aside, { force: true });
}

function parseOwner(text: string): z.infer<typeof ownerSchema> | null {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Returns the start time of a process, or "" when it does not exist. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== "linux") {
    return run("ps", ["-p", String(pid), "-o", "lstart="]).then(
      (result) => result.stdout.trim(),
      () => "",
    );
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch((error: unknown) => {
    if (isErrno(error, "ENOENT") || isErrno(error, "ESRCH")) return "";
    throw error;
  });
  // Field 22 (proc(5)), counted after the command's name, which may contain spaces and brackets.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
