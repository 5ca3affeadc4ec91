import { createHash, randomBytes } from "node:crypto";

/** Beginning of every API token, so that people and secret scanners know one when they see it. */
export const tokenPrefix = "kluis_";
/** Beginning of every session's cookie value. */
export const sessionPrefix = "ks_";

/** 256 random bits as text. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** What is stored of a secret. A plain digest is enough: 256 random bits cannot be guessed, so there is nothing to slow down. */
export function secretHash(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
