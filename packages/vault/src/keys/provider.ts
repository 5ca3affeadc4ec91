/** Keys that open a vault, and what others need to wrap a secret for them. */
import { createHash, createPublicKey, publicEncrypt } from "node:crypto";
import type { KeySlotKind } from "@kluis/domain";
import { unwrapX25519, wrapX25519, X25519_ALGORITHM, x25519PublicKey } from "./x25519.ts";

export const RSA_ALGORITHM = "RSA-OAEP-256";

/** The public half of a key: enough to wrap for its holder. */
export interface KeyRecipient {
  readonly kind: KeySlotKind;
  /** Identifies the key without revealing it: `x25519:` and 16 hex characters, or the address of a key in Azure Key Vault. */
  readonly keyId: string;
  /** Base64: 32 bytes of X25519, or the SubjectPublicKeyInfo of an RSA key. */
  readonly publicKey: string;
  /** How many of how many printed shares make the key. */
  readonly shares?: { readonly threshold: number; readonly count: number } | undefined;
}

/** 32 bytes, wrapped. */
export interface WrappedKey {
  readonly algorithm: string;
  /** Base64. */
  readonly data: string;
}

/** Holder of a key that opens slots. */
export interface KeyProvider {
  readonly recipient: KeyRecipient;
  /** Whether this key may open the slot of a recipient. */
  opens(slot: Pick<KeyRecipient, "kind" | "keyId">): boolean;
  /**
   * @param context bytes that the wrap authenticates, where its algorithm can
   * @throws Error when the bytes do not open; KluisError when the key is out of reach
   */
  unwrap(
    wrapped: WrappedKey,
    use: { readonly keyId: string; readonly context: Uint8Array; readonly signal: AbortSignal },
  ): Promise<Uint8Array>;
}

/** Wraps a root key for a recipient. Needs no secret and no request. */
export function wrapFor(recipient: KeyRecipient, root: Uint8Array, context: Uint8Array): WrappedKey {
  const publicKey = Buffer.from(recipient.publicKey, "base64");
  if (recipient.kind !== "key-vault")
    return { algorithm: X25519_ALGORITHM, data: wrapX25519(root, publicKey, context).toString("base64") };
  const key = createPublicKey({ key: publicKey, format: "der", type: "spki" });
  const data = publicEncrypt({ key, oaepHash: "sha256" }, root).toString("base64");
  return { algorithm: RSA_ALGORITHM, data };
}

/** The id of an X25519 key: says which key, and nothing else. */
export function x25519KeyId(publicKey: Uint8Array): string {
  return `x25519:${createHash("sha256").update(publicKey).digest("hex").slice(0, 16)}`;
}

/** A provider whose private key is in this process. */
export class LocalKey implements KeyProvider {
  readonly recipient: KeyRecipient;
  readonly #privateKey: Uint8Array;

  constructor(
    privateKey: Uint8Array,
    { kind, shares }: Pick<KeyRecipient, "shares"> & { readonly kind: Exclude<KeySlotKind, "key-vault"> },
  ) {
    const publicKey = x25519PublicKey(privateKey);
    this.#privateKey = privateKey;
    this.recipient = {
      kind,
      keyId: x25519KeyId(publicKey),
      publicKey: publicKey.toString("base64"),
      ...(shares === undefined ? {} : { shares }),
    };
  }

  opens({ kind, keyId }: Pick<KeyRecipient, "kind" | "keyId">): boolean {
    return kind !== "key-vault" && keyId === this.recipient.keyId;
  }

  async unwrap(wrapped: WrappedKey, { context }: { readonly context: Uint8Array }): Promise<Uint8Array> {
    if (wrapped.algorithm !== X25519_ALGORITHM) throw new RangeError("wrapped with another algorithm");
    return unwrapX25519(Buffer.from(wrapped.data, "base64"), this.#privateKey, context);
  }
}
