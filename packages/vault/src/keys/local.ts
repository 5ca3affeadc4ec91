/** The key in a local file: a private key of X25519. */
import { randomBytes } from "node:crypto";
import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { KluisError } from "@kluis/domain/core";
import { z } from "zod";
import { type KeyProvider, type KeyRecipient, LocalKey, x25519KeyId } from "./provider.ts";
import { isX25519PublicKey, X25519_BYTES } from "./x25519.ts";

/** Of the file: what follows is not read, and its beginning is then no JSON. */
const MAX_FILE_BYTES = 4_096;

const keyFileSchema = z.strictObject({
  format: z.literal("kluis-key"),
  version: z.literal(1),
  /** The 32 private bytes of X25519, in base64. */
  key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});

/**
 * Opens the key in a file that only its owner may read. Creates the file on first use, whole or not at all, and never replaces
 * it: without it only another key of the vault opens it.
 * @throws KluisError CONFIG_INVALID
 */
export async function openLocalKeyFile(path: string): Promise<KeyProvider> {
  const file = resolve(path);
  return keyOf((await readKey(file)) ?? (await createKey(file)));
}

/** Like {@link openLocalKeyFile}, but creates nothing; null when the file is missing. @throws KluisError CONFIG_INVALID */
export async function findLocalKeyFile(path: string): Promise<KeyProvider | null> {
  const file = resolve(path);
  const key = await readKey(file);
  return key && keyOf(key);
}

/**
 * The key of a key file by its public half: 32 bytes in base64.
 * @throws KluisError INPUT_INVALID for other bytes, and for points of low order
 */
export function keyFileRecipient(publicKey: string): KeyRecipient {
  const bytes = Buffer.from(publicKey, "base64");
  if (!isX25519PublicKey(bytes)) {
    throw new KluisError("INPUT_INVALID", {
      reason: "public-key",
      message: "This is not the public half of a key.",
      action: "Copy all that `kluis vault public-key` prints for the key file.",
    });
  }
  return { kind: "file", keyId: x25519KeyId(bytes), publicKey };
}

function keyOf(privateKey: Uint8Array): KeyProvider {
  return new LocalKey(privateKey, { kind: "file" });
}

async function readKey(file: string): Promise<Buffer | null> {
  let text: string;
  try {
    text = await readStart(file);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    throw unreadable(file, error);
  }
  try {
    return Buffer.from(keyFileSchema.parse(JSON.parse(text)).key, "base64");
  } catch {
    // The cause would quote the file's content, a secret.
    throw unreadable(file, undefined);
  }
}

/** A key file is small. A larger file is another one, and not read whole. */
async function readStart(file: string): Promise<string> {
  const bytes = Buffer.alloc(MAX_FILE_BYTES);
  await using handle = await open(file, "r");
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read)
    ({ bytesRead: read } = await handle.read(bytes, length, bytes.length - length, null));
  return bytes.toString("utf8", 0, length);
}

async function createKey(file: string): Promise<Buffer> {
  const folder = dirname(file);
  const unfinished = join(folder, `.${randomBytes(8).toString("hex")}.part`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = randomBytes(X25519_BYTES).toString("base64");
    await writeDurably(unfinished, `${JSON.stringify({ format: "kluis-key", version: 1, key })}\n`);
    await link(unfinished, file);
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    // Another process created the file first: its key counts.
    if (!isErrno(error, "EEXIST")) throw unreadable(file, error);
  } finally {
    await rm(unfinished, { force: true });
  }
  const key = await readKey(file);
  if (key === null) throw unreadable(file, undefined);
  return key;
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using handle = await open(path, "wx", 0o600);
  await handle.writeFile(text);
  await handle.sync();
}

function unreadable(file: string, cause: unknown): KluisError {
  return new KluisError("CONFIG_INVALID", {
    message: `The key file ${file} cannot be read or created.`,
    action: "Check its path, owner and content. Restore it from your copy if it is damaged.",
    params: { file },
    cause,
  });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
