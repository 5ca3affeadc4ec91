import { createHash, randomBytes } from "node:crypto";

/** Prefix of every API token, so that users and secret scanners recognize one. */
export const tokenPrefix = "kluis_";
/** Prefix of the cookie value of every session. */
export const sessionPrefix = "ks_";

/** 256 random bits as text. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** The stored form of a secret. A plain digest is enough, because 256 random bits cannot be guessed. */
export function secretHash(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
