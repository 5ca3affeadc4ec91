/** The system user that runs PostgreSQL when root starts Kluis. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { KluisError } from "@kluis/domain";

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so it runs as this user. */
export const POSTGRES_USER = "postgres";

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whether this process is root (never on Windows). */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Returns the ids of a user, or null when the user does not exist. */
export async function findUser(name: string): Promise<SystemUser | null> {
  const ids = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]).catch(
    (error: unknown) => {
      if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "number")
        return null;
      throw error;
    },
  );
  if (ids === null) return null;
  const [uid, gid] = ids.map((result) => Number.parseInt(result.stdout.trim(), 10));
  return uid === undefined || gid === undefined || Number.isNaN(uid) || Number.isNaN(gid)
    ? null
    : { uid, gid };
}

/**
 * Returns the system user for PostgreSQL; creates it when missing. Only root may call it.
 * @throws KluisError CONFIG_INVALID when it does not exist and cannot be created
 */
export async function ensurePostgresUser(): Promise<SystemUser> {
  const found = await findUser(POSTGRES_USER);
  if (found !== null) return found;
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    [
      "useradd",
      [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/bin/false",
        POSTGRES_USER,
      ],
    ],
    ["adduser", ["-S", "-D", "-H", "-s", "/bin/false", POSTGRES_USER]],
  ];
  const problems: unknown[] = [];
  for (const [command, args] of attempts) {
    const problem = await run(command, [...args]).then(
      () => null,
      (error: unknown) => error,
    );
    if (problem !== null) problems.push(problem);
    // Another start may have created the user at the same moment.
    const created = await findUser(POSTGRES_USER);
    if (created !== null) return created;
  }
  throw new KluisError("CONFIG_INVALID", {
    message: "PostgreSQL cannot run as root, and the system user postgres could not be created.",
    action:
      "Create it (useradd --system postgres), start Kluis as a normal user, or set DATABASE_URL to another PostgreSQL server.",
    cause: new AggregateError(problems),
  });
}

/** Whether `user` may enter the folder (or run the file) at `path`. The system decides, so ACLs count. */
export async function userCanReach(user: SystemUser, path: string): Promise<boolean> {
  return run("/bin/sh", ["-c", 'test -x "$0"', path], { uid: user.uid, gid: user.gid, cwd: "/" }).then(
    () => true,
    (error: unknown) => {
      if (typeof error === "object" && error !== null && "code" in error && error.code === 1) return false;
      throw error;
    },
  );
}
