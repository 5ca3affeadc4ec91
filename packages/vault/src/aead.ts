/** AES-256-GCM under a random nonce, for content that is sealed once per key: manifests, moved tables, wrapped data keys. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { TAG_BYTES } from "./constants.ts";

const NONCE_BYTES = 12;

export interface AeadKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Associated data: binds the content to its name. */
  readonly context: Uint8Array;
}

/** Returns nonce (12) ‖ ciphertext ‖ tag (16). */
export function sealOnce(plain: Uint8Array, { key, context }: AeadKey): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The plain bytes of {@link sealOnce}. @throws Error when key, context or any byte differs */
export function openOnce(sealed: Uint8Array, { key, context }: AeadKey): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new RangeError("too short for sealed content");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
