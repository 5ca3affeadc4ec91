import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { KluisError } from "@kluis/domain";
import type { PostgresPlace } from "./postgres-place.ts";

const run = promisify(execFile);

/**
 * Runs one of PostgreSQL's programs to its end, as PostgreSQL's user.
 * @throws KluisError DISK_FULL, else INTERNAL with the program's message
 */
export async function runAs(place: PostgresPlace, program: "initdb", args: readonly string[]): Promise<void> {
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };
  try {
    await run(join(place.nativeDir, "bin", program), [...args], { cwd: "/", env, ...place.user });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    if (/no space left/i.test(said)) {
      throw new KluisError("DISK_FULL", {
        message: `The disk is full: ${program} could not write the database in ${place.dataDir}.`,
        action: "Free at least 1 GiB and start again.",
        cause: error,
      });
    }
    throw new KluisError("INTERNAL", {
      message: `PostgreSQL's ${program} failed: ${said}`,
      action: "Fix the reported problem, or set DATABASE_URL to another PostgreSQL server.",
      cause: error,
    });
  }
}
