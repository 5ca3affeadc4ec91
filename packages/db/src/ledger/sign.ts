import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { anchorText, type Clock, type LedgerHead } from "@kluis/domain";

/** A head of the ledger with the signature over it (Ed25519, RFC 8032; base64). */
export interface SignedHead extends LedgerHead {
  readonly signedAt: Date;
  readonly keyId: string;
  readonly signature: string;
}

/** A signing key. `privateKey` never leaves the process; `publicPem` may go anywhere. */
export interface LedgerKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicPem: string;
}

/** A new key as PKCS #8 PEM, to be written into a file that only the owner can read. */
export function generateLedgerKeyPem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Reads a PKCS #8 PEM. The key's id is the start of the SHA-256 of its public half. */
export function loadLedgerKey(pem: string): LedgerKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: publicKeyId(publicKey),
    privateKey,
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

function publicKeyId(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
}

export function signHead(key: LedgerKey, head: LedgerHead, clock: Clock): SignedHead {
  const signedAt = clock.now();
  const signature = sign(null, Buffer.from(anchorText(head, signedAt, key.keyId)), key.privateKey);
  return {
    seq: head.seq,
    digest: head.digest,
    signedAt,
    keyId: key.keyId,
    signature: signature.toString("base64"),
  };
}

/** True when the signature is this key's over exactly this head. */
export function isSignedBy(publicPem: string, head: SignedHead): boolean {
  const key = createPublicKey(publicPem);
  if (publicKeyId(key) !== head.keyId) return false;
  const text = Buffer.from(anchorText(head, head.signedAt, head.keyId));
  return verify(null, text, key, Buffer.from(head.signature, "base64"));
}
