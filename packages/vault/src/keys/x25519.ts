/** Wraps 32 bytes for the holder of an X25519 key (docs/vault-format.md, Key slots). Needs no secret of the holder. */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { openOnce, sealOnce } from "../aead.ts";

export const X25519_ALGORITHM = "X25519-HKDF-SHA256-A256GCM";
export const X25519_BYTES = 32;

/** What precedes the 32 bytes of a key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI_HEAD = Buffer.from("302a300506032b656e032100", "hex");

/** The public key of 32 private bytes. */
export function x25519PublicKey(privateBytes: Uint8Array): Buffer {
  return rawPublic(createPublicKey(privateKeyOf(privateBytes)));
}

/** False for another length and for points of low order: what is wrapped for those has a key that is known (RFC 7748, 6.1). */
export function isX25519PublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== X25519_BYTES) return false;
  try {
    const { privateKey } = generateKeyPairSync("x25519");
    diffieHellman({ privateKey, publicKey: publicKeyOf(bytes) });
    return true;
  } catch {
    return false;
  }
}

/** Returns ephemeral public key (32) ‖ nonce (12) ‖ ciphertext ‖ tag (16). `context` is authenticated. */
export function wrapX25519(secret: Uint8Array, publicBytes: Uint8Array, context: Uint8Array): Buffer {
  const ephemeral = generateKeyPairSync("x25519");
  const own = rawPublic(ephemeral.publicKey);
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: publicKeyOf(publicBytes) });
  const key = wrappingKey(shared, own, publicBytes);
  return Buffer.concat([own, sealOnce(secret, { key, context })]);
}

/** The secret of {@link wrapX25519}. @throws Error when key, context or any byte differs */
export function unwrapX25519(wrapped: Uint8Array, privateBytes: Uint8Array, context: Uint8Array): Buffer {
  if (wrapped.length <= X25519_BYTES) throw new RangeError("too short for a wrapped key");
  const ephemeral = wrapped.subarray(0, X25519_BYTES);
  const shared = diffieHellman({
    privateKey: privateKeyOf(privateBytes),
    publicKey: publicKeyOf(ephemeral),
  });
  const key = wrappingKey(shared, ephemeral, x25519PublicKey(privateBytes));
  return openOnce(wrapped.subarray(X25519_BYTES), { key, context });
}

/** Both public keys are in the salt, so that the key is bound to this exchange. */
function wrappingKey(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Buffer {
  const salt = Buffer.concat([ephemeral, recipient]);
  return Buffer.from(hkdfSync("sha256", shared, salt, "kluis/1/wrap", 32));
}

function privateKeyOf(bytes: Uint8Array): KeyObject {
  if (bytes.length !== X25519_BYTES) throw new RangeError("an X25519 key has 32 bytes");
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, bytes]), format: "der", type: "pkcs8" });
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  if (bytes.length !== X25519_BYTES) throw new RangeError("an X25519 key has 32 bytes");
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: "der", type: "spki" });
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "spki" }).subarray(SPKI_HEAD.length);
}
