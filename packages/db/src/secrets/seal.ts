/**
 * Seals the secrets of connections and vaults for their rows: AES-256-GCM under the key of the installation, which is in a file
 * and never in the database. Format: version (1 byte), id of the key (8), nonce (12), ciphertext, tag (16).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { KluisError } from "@kluis/domain";

const VERSION = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

export const secretsKeySetting = "KLUIS_SECRETS_KEY_FILE";

export interface SecretBox {
  /**
   * @param owner the row that holds the secret, such as `connection:ID`; only it can open the result
   * @throws KluisError CONFLICT when this process has no key
   */
  seal(secret: string, owner: string): Uint8Array<ArrayBuffer>;
  /** Null: another key sealed it, this process has no key, or the row was altered. */
  open(sealed: Uint8Array, owner: string): string | null;
}

/**
 * @param file holds 32 bytes in base64 or base64url; null: secrets can be neither sealed nor opened
 * @throws KluisError CONFIG_INVALID for a file that cannot be read or holds no key; never quotes its content
 */
export function openSecretBox(file: string | null): SecretBox {
  return file === null ? new KeylessBox() : new KeyedBox(readKey(file));
}

function readKey(file: string): Buffer {
  const key = Buffer.from(readText(file).replaceAll("-", "+").replaceAll("_", "/"), "base64");
  if (key.length === KEY_BYTES) return key;
  throw unusable(file, "does not hold 32 bytes in base64");
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw unusable(file, "cannot be read", cause);
  }
}

function unusable(file: string, why: string, cause?: unknown): KluisError {
  const problems = `${secretsKeySetting} names ${file}, which ${why}`;
  return new KluisError("CONFIG_INVALID", {
    message: `${problems}.`,
    action: "Restore the file from your copy, or create one with: openssl rand -base64 32",
    params: { problems },
    ...(cause === undefined ? {} : { cause }),
  });
}

class KeylessBox implements SecretBox {
  seal(): never {
    throw new KluisError("CONFLICT", {
      reason: "no-secrets-key",
      message: `${secretsKeySetting} is not set, so secrets cannot be stored.`,
      action: "Set it for engine and portal, and start them again.",
      params: { setting: secretsKeySetting },
    });
  }

  open(): null {
    return null;
  }
}

class KeyedBox implements SecretBox {
  readonly #key: Buffer;
  readonly #keyId: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
    this.#keyId = createHash("sha256")
      .update("kluis-secrets-1:")
      .update(key)
      .digest()
      .subarray(0, KEY_ID_BYTES);
  }

  seal(secret: string, owner: string): Uint8Array<ArrayBuffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const header = Buffer.concat([Buffer.of(VERSION), this.#keyId, nonce]);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(associated(header, owner));
    const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Uint8Array.from(Buffer.concat([header, body, cipher.getAuthTag()]));
  }

  open(sealed: Uint8Array, owner: string): string | null {
    const bytes = Buffer.from(sealed);
    if (bytes.length < HEADER_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
    const header = bytes.subarray(0, HEADER_BYTES);
    if (!header.subarray(1, 1 + KEY_ID_BYTES).equals(this.#keyId)) return null;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, header.subarray(1 + KEY_ID_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associated(header, owner));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = decipher.update(bytes.subarray(HEADER_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([body, decipher.final()]).toString("utf8");
    } catch {
      return null; // Authentication failed: altered, or moved from another row.
    }
  }
}

function associated(header: Buffer, owner: string): Buffer {
  return Buffer.concat([header, Buffer.from(owner, "utf8")]);
}
