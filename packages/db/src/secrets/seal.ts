/**
 * Seals the secrets of connections and vaults for their rows: AES-256-GCM under the key of the installation, which is in a file
 * and never in the database. Format: version (1 byte), id of the key (8), nonce (12), ciphertext, tag (16).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
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
  /** Whether the first key of the file, which seals, sealed it. */
  isCurrent(sealed: Uint8Array): boolean;
}

/**
 * @param file holds a key per line, each 32 bytes in base64 or base64url. The first one seals; the others only open what was
 * sealed before a rotation. Null: secrets can be neither sealed nor opened
 * @throws KluisError CONFIG_INVALID for a file that cannot be read, holds no key, or that other users may read or change; never
 * quotes its content
 */
export function openSecretBox(file: string | null): SecretBox {
  return file === null ? new KeylessBox() : new KeyedBox(readKeys(file));
}

/** Keys that one file may hold: the present one, and those of rotations that have not ended. */
const MOST_KEYS = 4;

function readKeys(file: string): readonly [Buffer, ...Buffer[]] {
  const [first, ...others] = readText(file)
    .split(/\s+/)
    .slice(0, MOST_KEYS)
    .map((line) => Buffer.from(line.replaceAll("-", "+").replaceAll("_", "/"), "base64"));
  if (first === undefined || [first, ...others].some(({ length }) => length !== KEY_BYTES))
    throw unusable(file, "does not hold 32 bytes in base64");
  return [first, ...others];
}

/** Others may neither read the keys nor replace the file. A group may read it: orchestrators mount secrets like that. */
const MODE_OF_OTHERS = 0o027;

/** @throws KluisError CONFIG_INVALID when another user can read or change the file; Windows has no such modes */
function checkAccess(file: string): void {
  const { getuid } = process;
  if (getuid === undefined) return;
  const { mode, uid } = statSync(file);
  if ((mode & MODE_OF_OTHERS) !== 0)
    throw unusable(file, "other users may read or change", { repair: "chmod 600" });
  if (uid !== 0 && uid !== getuid()) throw unusable(file, "belongs to another user", { repair: "chown" });
}

function readText(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw unusable(file, "cannot be read", { cause });
  }
  checkAccess(file);
  return text;
}

function unusable(
  file: string,
  why: string,
  given: { readonly cause?: unknown; readonly repair?: "chmod 600" | "chown" } = {},
): KluisError {
  const { cause, repair } = given;
  const problems = `${secretsKeySetting} names ${file}, which ${why}`;
  return new KluisError("CONFIG_INVALID", {
    message: `${problems}.`,
    action:
      repair === undefined
        ? "Restore the file from your copy, or create one with: openssl rand -base64 32"
        : `Give the file to the user that runs Kluis, for that user alone: ${repair}.`,
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

  isCurrent(): boolean {
    return true;
  }
}

class KeyedBox implements SecretBox {
  readonly #key: Buffer;
  readonly #keyId: Buffer;
  readonly #keys: readonly { readonly key: Buffer; readonly id: Buffer }[];

  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    this.#key = keys[0];
    this.#keyId = keyIdOf(keys[0]);
    this.#keys = keys.map((key) => ({ key, id: keyIdOf(key) }));
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
    const sealing = this.#keys.find(({ id }) => header.subarray(1, 1 + KEY_ID_BYTES).equals(id));
    if (sealing === undefined) return null;
    const decipher = createDecipheriv("aes-256-gcm", sealing.key, header.subarray(1 + KEY_ID_BYTES), {
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

  isCurrent(sealed: Uint8Array): boolean {
    return Buffer.from(sealed.subarray(1, 1 + KEY_ID_BYTES)).equals(this.#keyId);
  }
}

function keyIdOf(key: Buffer): Buffer {
  return createHash("sha256").update("kluis-secrets-1:").update(key).digest().subarray(0, KEY_ID_BYTES);
}

function associated(header: Buffer, owner: string): Buffer {
  return Buffer.concat([header, Buffer.from(owner, "utf8")]);
}
