/** The key-encryption key in a local file. */
import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { type AeadKey, openOnce, sealOnce } from "../aead.ts";
import type { KeyProvider, WrappedKey } from "../types.ts";

const ALGORITHM = "A256GCM";

const keyFileSchema = z.strictObject({
  format: z.literal("kluis-key"),
  version: z.literal(1),
  /** 32 bytes in base64. */
  key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});

/**
 * Opens the key-encryption key in a file that only its owner may read. Creates the file on first use, whole or not at all,
 * and never replaces it: losing it loses the vault, so keep a copy in a second, safe place.
 * @throws KluisError CONFIG_INVALID
 */
export async function openLocalKeyFile(path: string): Promise<KeyProvider> {
  const file = resolve(path);
  return new LocalKeyProvider((await readKey(file)) ?? (await createKey(file)), file);
}

/** Like {@link openLocalKeyFile}, but creates nothing; null when the file is missing. @throws KluisError CONFIG_INVALID */
export async function findLocalKeyFile(path: string): Promise<KeyProvider | null> {
  const file = resolve(path);
  const key = await readKey(file);
  return key && new LocalKeyProvider(key, file);
}

class LocalKeyProvider implements KeyProvider {
  private readonly key: Buffer;
  private readonly id: string;
  private readonly file: string;

  constructor(key: Buffer, file: string) {
    this.key = key;
    this.file = file;
    this.id = `local:${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
  }

  keyId(): Promise<string> {
    return Promise.resolve(this.id);
  }

  wrap(dataKey: Uint8Array): Promise<WrappedKey> {
    const data = sealOnce(dataKey, this.aead()).toString("base64");
    return Promise.resolve({ keyId: this.id, algorithm: ALGORITHM, data });
  }

  async unwrap(wrapped: WrappedKey): Promise<Uint8Array> {
    if (wrapped.keyId !== this.id || wrapped.algorithm !== ALGORITHM)
      throw wrongKey(wrapped.keyId, this.id, this.file);
    return openOnce(Buffer.from(wrapped.data, "base64"), this.aead());
  }

  private aead(): AeadKey {
    return { key: this.key, context: Buffer.from(this.id, "utf8") };
  }
}

/** Another key than `found` wrapped the vault. `where` names the holder of `found`. */
export function wrongKey(wanted: string, found: string, where: string): KluisError {
  return new KluisError("VAULT_KEY_WRONG", {
    message: `The vault is locked with the key ${wanted}, but ${where} holds the key ${found}.`,
    action: "Restore the key file of this vault from your copy of it.",
    params: { wanted, found, where },
  });
}

async function readKey(file: string): Promise<Buffer | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
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

async function createKey(file: string): Promise<Buffer> {
  const folder = dirname(file);
  const unfinished = join(folder, `.${randomBytes(8).toString("hex")}.part`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = randomBytes(32).toString("base64");
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
