/** Small helpers for files: private folders, secrets, synced writes. */
import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Whether `error` is a system error with this code, such as ENOENT. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Returns the text of a file, or null when it does not exist. */
export async function readTextIfExists(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return null;
    throw error;
  });
}

/** Creates a folder that only its owner may enter, or sets the mode of an existing one. */
export async function privateFolder(path: string, mode = 0o700): Promise<void> {
  await mkdir(path, { recursive: true, mode });
  await chmod(path, mode);
}

/**
 * Reads the secret in `path`, or creates it with `make` (mode 0600). A kill at any instruction leaves no file or a whole one;
 * two processes at once agree on one secret.
 */
export async function secretFile(path: string, make: () => string = randomSecret): Promise<string> {
  const known = await readTextIfExists(path);
  if (known !== null && known.trim() !== "") return known.trim();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const secret = make();
  return (await createWhole(path, `${secret}\n`)) ? secret : (await readFile(path, "utf8")).trim();
}

/** Creates a file with its whole content (mode 0600). Returns false when the path exists; of many at once one succeeds. */
export async function createWhole(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Replaces a file by one with this content (mode 0600). A reader sees the old content or the new one, never a part. */
export async function replaceWhole(path: string, text: string): Promise<void> {
  const temporary = await writeTemporary(path, text);
  await rename(temporary, path);
}

async function writeTemporary(path: string, text: string): Promise<string> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeSynced(temporary, text);
  return temporary;
}

/** Returns 256 random bits as base64url: safe in URLs, connection strings and environment variables. */
export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Writes a file with mode 0600 and waits until it is on the disk. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
