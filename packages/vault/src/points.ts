/** The manifests of a vault: a recovery point exists when its manifest does. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { canonicalJson, isKluisError, KluisError } from "@kluis/domain";
import { z } from "zod";
import { type AeadKey, openOnce, sealOnce } from "./aead.ts";
import { alreadyExists, damaged, invalid } from "./errors.ts";
import type { VaultKeys } from "./keys/derive.ts";
import { MANIFEST_VERSION, type Manifest, manifestSchema, pointIdPattern } from "./manifest.ts";
import { POINTS_PREFIX, pointName } from "./names.ts";
import type { BlobStore } from "./store/port.ts";
import type { PointEntry } from "./types.ts";

const HEAD = Buffer.from("KLUISMF1", "latin1");
/** A manifest describes one VM: Azure's VM resource is far below a MiB, and a VM has at most 64 data disks. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

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
    const text = await this.open(name, Buffer.from(await this.store.get(name, { signal })));
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
    return Buffer.concat([HEAD, sealOnce(await compress(Buffer.from(text, "utf8")), this.aead(name))]);
  }

  private async open(name: string, bytes: Buffer): Promise<string> {
    if (!bytes.subarray(0, HEAD.length).equals(HEAD)) throw damaged(name, "it is not a manifest");
    try {
      const packed = openOnce(bytes.subarray(HEAD.length), this.aead(name));
      return (await decompress(packed, { maxOutputLength: MAX_PLAIN_BYTES })).toString("utf8");
    } catch (error) {
      throw damaged(name, "it does not open", error);
    }
  }

  private aead(name: string): AeadKey {
    return { key: this.keys.manifestKey, context: Buffer.from(name, "latin1") };
  }
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
