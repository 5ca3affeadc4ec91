/** The manifests of a vault: a recovery point exists when its manifest does. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { canonicalJson, isKluisError, KluisError } from "@kluis/domain/core";
import { z } from "zod";
import { type AeadKey, openOnce, sealOnce } from "./aead.ts";
import { alreadyExists, damaged, invalid } from "./errors.ts";
import type { SealingKey, VaultKeys } from "./keys/derive.ts";
import { EPOCH_ID_BYTES } from "./keys/keyring.ts";
import { MANIFEST_VERSION, type Manifest, manifestSchema, pointIdPattern } from "./manifest.ts";
import { MAX_MANIFEST_BYTES, MAX_MANIFEST_PLAIN_BYTES, readObject } from "./maxima.ts";
import { POINTS_PREFIX, pointName } from "./names.ts";
import type { BlobStore } from "./store/port.ts";
import type { PointEntry } from "./types.ts";

const HEAD = Buffer.from("KLUISMF1", "latin1");
const SEALED_AT = HEAD.length + EPOCH_ID_BYTES;

const compress = promisify<Uint8Array, Buffer>(zstdCompress);
const decompress = promisify<Uint8Array, object, Buffer>(zstdDecompress);
const anyVersionSchema = z.looseObject({ manifestVersion: z.number().int() });

export interface StoredManifest {
  readonly manifest: Manifest;
  /** SHA-256 of the canonical JSON, hex. */
  readonly digest: string;
}

/** Reads, lists, creates and deletes manifests. */
export class Points {
  private readonly store: BlobStore;
  private readonly keys: VaultKeys;
  private readonly vaultId: string;

  constructor(store: BlobStore, keys: VaultKeys, vaultId: string) {
    this.store = store;
    this.keys = keys;
    this.vaultId = vaultId;
  }

  async put(manifest: Manifest, signal: AbortSignal): Promise<{ readonly digest: string }> {
    const checked = manifestSchema.safeParse(manifest);
    if (!checked.success)
      throw invalid(`The manifest does not match its schema: ${z.prettifyError(checked.error)}`);
    if (checked.data.vaultId !== this.vaultId) throw invalid("The manifest belongs to another vault.");
    const name = pointName(checked.data.pointId);
    const text = canonicalJson(checked.data);
    const digest = digestOf(text);
    try {
      await this.store.put(name, [await this.seal(name, text)], signal);
    } catch (error) {
      if (!isKluisError(error, "VAULT_OBJECT_EXISTS")) throw error;
      const there = await this.get(checked.data.pointId, signal);
      if (there.digest !== digest) throw alreadyExists(name);
    }
    return { digest };
  }

  async get(pointId: string, signal: AbortSignal): Promise<StoredManifest> {
    const name = pointName(pointId);
    const read = async () =>
      this.open(name, await readObject(this.store, name, { most: MAX_MANIFEST_BYTES, signal }));
    // An answer can be wrong while the object is right.
    const text = await read().catch((error: unknown) => {
      if (isKluisError(error, "VAULT_DATA_DAMAGED")) return read();
      throw error;
    });
    const json = parse(name, text);
    const version = anyVersionSchema.safeParse(json);
    if (version.success && version.data.manifestVersion !== MANIFEST_VERSION)
      throw unsupported(name, version.data.manifestVersion);
    const manifest = manifestSchema.safeParse(json);
    if (!manifest.success) throw damaged(name, "it does not match its schema", manifest.error);
    if (manifest.data.pointId !== pointId || manifest.data.vaultId !== this.vaultId) {
      throw damaged(name, "it is the manifest of another point");
    }
    return { manifest: manifest.data, digest: digestOf(text) };
  }

  async *list(signal: AbortSignal): AsyncIterable<PointEntry> {
    for await (const { name, bytes } of this.store.list(POINTS_PREFIX, signal)) {
      const pointId = name.slice(POINTS_PREFIX.length);
      if (pointIdPattern.test(pointId)) yield { pointId, bytes };
    }
  }

  delete(pointId: string, signal: AbortSignal): Promise<boolean> {
    return this.store.delete(pointName(pointId), signal);
  }

  private async seal(name: string, text: string): Promise<Buffer> {
    const plain = Buffer.from(text, "utf8");
    const key = this.keys.newestSealingKey();
    const sealed = Buffer.concat([HEAD, key.epoch, sealOnce(await compress(plain), aead(name, key))]);
    if (plain.length > MAX_MANIFEST_PLAIN_BYTES || sealed.length > MAX_MANIFEST_BYTES)
      throw invalid("The manifest is larger than a vault accepts.", { bytes: plain.length });
    if ((await this.open(name, sealed)) !== text)
      throw new RangeError("A sealed manifest did not read back.");
    return sealed;
  }

  private async open(name: string, bytes: Buffer): Promise<string> {
    if (bytes.length < SEALED_AT || !bytes.subarray(0, HEAD.length).equals(HEAD))
      throw damaged(name, "it is not a manifest");
    const key = this.keys.sealingKey(bytes.subarray(HEAD.length, SEALED_AT));
    try {
      const packed = openOnce(bytes.subarray(SEALED_AT), aead(name, key));
      return (await decompress(packed, { maxOutputLength: MAX_MANIFEST_PLAIN_BYTES })).toString("utf8");
    } catch (error) {
      throw damaged(name, "it does not open", error);
    }
  }
}

function aead(name: string, { epoch, key }: SealingKey): AeadKey {
  return { key, context: Buffer.concat([HEAD, epoch, Buffer.from(name, "latin1")]) };
}

/** SHA-256 of the canonical JSON of a manifest, hex: what its catalog and ledger record. */
export function manifestDigest(manifest: Manifest): string {
  return digestOf(canonicalJson(manifestSchema.parse(manifest)));
}

function digestOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(name, "it is not JSON", error);
  }
}

function unsupported(name: string, version: number): KluisError {
  return new KluisError("VAULT_VERSION_UNSUPPORTED", {
    reason: "manifest",
    message: `The manifest ${name} has version ${version}; this Kluis reads version ${MANIFEST_VERSION}.`,
    action: "Use the Kluis release that wrote it, or a newer one.",
    params: { object: name, version, supportedVersion: MANIFEST_VERSION },
  });
}
