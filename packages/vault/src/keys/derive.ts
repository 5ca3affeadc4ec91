/** The keys and digests of a vault (docs/vault-format.md, Keys and digests). */
import { hkdfSync, randomBytes } from "node:crypto";
import { KluisError } from "@kluis/domain/core";
import { Blake3Hasher } from "@napi-rs/blake-hash";
import { DIGEST_BYTES, PACK_ID_BYTES } from "../constants.ts";
import { type PackKind, packKindByte } from "../pack/kind.ts";
import { EPOCH_ID_BYTES, type Keyring, newestEpoch, SECRET_BYTES } from "./keyring.ts";

/** The keys of one epoch. */
interface EpochKeys {
  readonly manifest: Buffer;
  readonly pack: Blake3Hasher;
}

/** The key of manifests and moved tables, with the epoch that its objects name. */
export interface SealingKey {
  readonly epoch: Buffer;
  readonly key: Buffer;
}

const RANDOM_BYTES = PACK_ID_BYTES - EPOCH_ID_BYTES;
const LIST_MARK = Uint8Array.of(0xff);

/** Derives a key from a secret with HKDF-SHA-256 (RFC 5869); the salt is the vault's id. */
export function deriveKey(secret: Uint8Array, vaultId: string, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, vaultId, `kluis/1/${use}`, SECRET_BYTES));
}

/**
 * Derives keys from a keyring and computes digests with keyed BLAKE3. Reuses hashers: `reset` keeps the key and saves a third of the
 * time per 64 KiB block.
 */
export class VaultKeys {
  private readonly keyring: Keyring;
  private readonly newest: Buffer;
  private readonly epochs = new Map<string, EpochKeys>();
  /** Key of block digests, for worker threads. */
  readonly blockKey: Uint8Array;
  private readonly block: Blake3Hasher;
  private readonly chunk: Blake3Hasher;
  private readonly node: Blake3Hasher;
  private readonly descriptor: Blake3Hasher;

  constructor(keyring: Keyring) {
    this.keyring = keyring;
    this.newest = Buffer.from(newestEpoch(keyring).id, "hex");
    const secret = Buffer.from(keyring.digestSecret, "base64");
    const hasher = (use: string) => Blake3Hasher.newKeyed(deriveKey(secret, keyring.vaultId, use));
    this.blockKey = Uint8Array.from(deriveKey(secret, keyring.vaultId, "block"));
    this.block = hasher("block");
    this.chunk = hasher("chunk");
    this.node = hasher("node");
    this.descriptor = hasher("descriptor");
  }

  /** Digest of one whole block of 64 KiB. */
  blockDigest(bytes: Uint8Array): Buffer {
    return digest(this.block, [bytes]);
  }

  /** Prefix of the chunk ids of a domain: writers of one domain find each other's chunks, and no others. */
  domainTag(domain: string): Buffer {
    return digest(this.chunk, [Buffer.from(`domain${domain}`, "utf8")]);
  }

  chunkId(domainTag: Uint8Array, blockDigests: readonly Uint8Array[]): Buffer {
    return digest(this.chunk, [domainTag, ...blockDigests]);
  }

  leafDigest(mask: number, digests: readonly Uint8Array[]): Buffer {
    const head = Buffer.alloc(3);
    head.writeUInt16BE(mask, 1);
    return digest(this.node, [head, ...digests]);
  }

  innerDigest(level: number, mask: number, digests: readonly Uint8Array[]): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt8(level);
    head.writeUInt32BE(mask, 1);
    return digest(this.node, [head, ...digests]);
  }

  packListId(encoded: Uint8Array): Buffer {
    return digest(this.node, [LIST_MARK, encoded]);
  }

  /** Hex. `top`: digest of the root node; null when the whole disk is zero. */
  rootDigest(diskBytes: number, level: number, top: Uint8Array | null): string {
    const head = Buffer.alloc(13);
    head.write("disk", "latin1");
    head.writeBigUInt64BE(BigInt(diskBytes), 4);
    head.writeUInt8(level, 12);
    return digest(this.node, [head, top ?? Buffer.alloc(DIGEST_BYTES)]).toString("hex");
  }

  /** A new pack id: 12 random bytes and the newest epoch. */
  newPackId(): Buffer {
    return Buffer.concat([randomBytes(RANDOM_BYTES), this.newest]);
  }

  /** AES-256 key of one pack. @throws KluisError VAULT_KEY_WRONG when the keyring lacks the epoch in the pack's id */
  packKey(pack: Uint8Array, kind: PackKind): Buffer {
    const { pack: hasher } = this.epoch(pack.subarray(RANDOM_BYTES));
    hasher.reset();
    hasher.update(Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength));
    return hasher.update(Buffer.of(packKindByte[kind])).digestBuffer();
  }

  /** The key of new manifests and moved tables. */
  newestSealingKey(): SealingKey {
    return { epoch: this.newest, key: this.epoch(this.newest).manifest };
  }

  /** @throws KluisError VAULT_KEY_WRONG when the keyring lacks the epoch */
  sealingKey(epoch: Uint8Array): SealingKey {
    return { epoch: Buffer.from(epoch), key: this.epoch(epoch).manifest };
  }

  /** Hex. `text`: canonical JSON of the descriptor without its check value. */
  descriptorCheck(text: string): string {
    return digest(this.descriptor, [Buffer.from(text, "utf8")]).toString("hex");
  }

  private epoch(bytes: Uint8Array): EpochKeys {
    const id = Buffer.from(bytes).toString("hex");
    const known = this.epochs.get(id);
    if (known !== undefined) return known;
    const epoch = this.keyring.epochs.find((one) => one.id === id);
    if (epoch === undefined) throw unknownEpoch(id);
    const secret = Buffer.from(epoch.secret, "base64");
    const derive = (use: string) => deriveKey(secret, this.keyring.vaultId, use);
    const keys = { manifest: derive("manifest"), pack: Blake3Hasher.newKeyed(derive("pack")) };
    this.epochs.set(id, keys);
    return keys;
  }
}

/** Not damage: a rotation elsewhere may have begun the epoch after this keyring was read. */
function unknownEpoch(id: string): KluisError {
  return new KluisError("VAULT_KEY_WRONG", {
    message: `The vault has content of the key epoch ${id}, which the opened keyring does not have.`,
    action: "Open the vault again, with a key that was not removed.",
    params: { wanted: `epoch ${id}`, found: "older epochs", where: "the opened keyring" },
  });
}

function digest(hasher: Blake3Hasher, parts: readonly Uint8Array[]): Buffer {
  hasher.reset();
  // One call into native code: it costs more than joining small parts.
  const [first, ...others] = parts;
  if (first !== undefined)
    hasher.update(
      others.length === 0
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat(parts),
    );
  return hasher.digestBuffer().subarray(0, DIGEST_BYTES);
}
