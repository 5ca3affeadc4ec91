/** The lock of a data folder. */
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { createWhole, isErrno, readTextIfExists, replaceWhole } from "./files.ts";

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
  await acquire(path, JSON.stringify({ ...owner, nonce: randomBytes(8).toString("hex") }));
  const release = (): Promise<void> => rm(path, { force: true });
  return { release, [Symbol.asyncDispose]: release };
}

/**
 * Creates the lock file `path`, or replaces that of a dead holder. Replacing it takes a second lock, named after the content
 * to be replaced: who holds that one is alone in replacing this content, and it never comes back.
 */
async function acquire(path: string, mine: string): Promise<void> {
  while (!(await createWhole(path, mine))) {
    const held = await readTextIfExists(path);
    if (held === null) continue;
    await refuseLiveHolder(held);
    const successor = successorOf(path, held);
    await acquire(successor, mine);
    try {
      // The content may have been replaced before we held the successor: then we look again.
      if ((await readTextIfExists(path)) !== held) continue;
      await replaceWhole(path, mine);
      return;
    } finally {
      await rm(successor, { force: true });
    }
  }
}

/** Returns the path of the lock under which the lock file `path` with content `held` is replaced. */
export function successorOf(path: string, held: string): string {
  const hash = createHash("sha256").update(`${path}\n${held}`).digest("hex");
  return join(dirname(path), `lock-${hash.slice(0, 16)}`);
}

async function refuseLiveHolder(text: string): Promise<void> {
  const holder = parseOwner(text);
  if (holder === null || (await startOf(holder.pid)) !== holder.started) return;
  throw new KluisError("CONFLICT", {
    reason: "already-started",
    message: `Kluis already runs on this data folder (process ${holder.pid}, ${holder.url}).`,
    action: "Stop it first, or choose another data folder with KLUIS_HOME.",
    params: { pid: holder.pid, url: holder.url },
  });
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
