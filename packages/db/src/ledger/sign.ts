/** Signs heads of the ledger and checks the signatures (Ed25519, RFC 8032). */
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

/** A head of the ledger and its signature in base64. */
export interface SignedHead extends LedgerHead {
  readonly signedAt: Date;
  readonly keyId: string;
  readonly signature: string;
}

/** A signing key. `privateKey` never leaves the process; `publicPem` is public. */
export interface LedgerKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicPem: string;
}

/** Generates a key as PKCS #8 PEM. Store it in a file that only its owner can read. */
export function generateLedgerKeyPem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Loads a key from PKCS #8 PEM. Its id is the start of the SHA-256 of its public key. */
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

/** Whether this key signed exactly this head. */
export function isSignedBy(publicPem: string, head: SignedHead): boolean {
  const key = createPublicKey(publicPem);
  if (publicKeyId(key) !== head.keyId) return false;
  const text = Buffer.from(anchorText(head, head.signedAt, head.keyId));
  return verify(null, text, key, Buffer.from(head.signature, "base64"));
}
