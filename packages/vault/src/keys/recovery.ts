/** The recovery key: 160 random bits on paper, from which an X25519 key derives. */
import { hkdfSync, randomBytes } from "node:crypto";
import { printSecret, readPrinted } from "./printed.ts";
import { type KeyProvider, LocalKey } from "./provider.ts";

/** More than the 128 bits that X25519 protects, and whole groups on paper. */
export const PRINTED_SECRET_BYTES = 20;

/** Makes a recovery key. `text` is the secret: show it once, and keep it nowhere. */
export function createRecoveryKey(): { readonly text: string; readonly key: KeyProvider } {
  const secret = randomBytes(PRINTED_SECRET_BYTES);
  return { text: printSecret(secret), key: keyOf(secret) };
}

/** The key of a typed recovery key. @throws KluisError INPUT_INVALID naming the group with a typing error */
export function readRecoveryKey(text: string): KeyProvider {
  return keyOf(readPrinted(text, [PRINTED_SECRET_BYTES]));
}

function keyOf(secret: Uint8Array): KeyProvider {
  return new LocalKey(deriveX25519(secret, "recovery"), { kind: "recovery" });
}

/** The private X25519 key of a printed secret. */
export function deriveX25519(secret: Uint8Array, use: "recovery" | "shares"): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `kluis/1/${use}`, 32));
}
