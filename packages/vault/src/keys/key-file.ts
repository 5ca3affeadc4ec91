/** Opens and creates vaults with one key file per generation: it wraps the root key, which seals the keyring. */
import { randomBytes, randomUUID } from "node:crypto";
import { canonicalJson, isKluisError, KluisError } from "@kluis/domain";
import { z } from "zod";
import { openOnce, sealOnce } from "../aead.ts";
import { FORMAT_VERSION } from "../constants.ts";
import { damaged } from "../errors.ts";
import { MAX_SLOT_BYTES, readObject } from "../maxima.ts";
import { DESCRIPTOR_NAME, generationOfName, KEYS_PREFIX, keyFileName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import type { KeyProvider } from "../types.ts";
import { deriveKey, VaultKeys } from "./derive.ts";
import {
  checkDescriptor,
  type Descriptor,
  readDescriptor,
  vaultExists,
  writeDescriptor,
} from "./descriptor.ts";
import { jsonBytes, parseJson } from "./json.ts";
import { createKeyring, decodeKeyring, encodeKeyring, type Keyring, SECRET_BYTES } from "./keyring.ts";
import { wrongKey } from "./local.ts";

const keyFileSchema = z.strictObject({
  generation: z.number().int().positive(),
  vaultId: z.uuid(),
  version: z.literal(FORMAT_VERSION),
  wrapped: z.strictObject({ keyId: z.string(), algorithm: z.string(), data: z.base64() }),
  keyring: z.base64(),
});
type KeyFile = z.infer<typeof keyFileSchema>;

/** The keys of an open vault, with their origin. */
export interface OpenedKeys {
  readonly descriptor: Descriptor;
  readonly keys: VaultKeys;
  readonly keyring: Keyring;
  readonly rootKey: Uint8Array;
  readonly keyId: string;
}

export interface NewVault {
  readonly createdAt: Date;
  readonly vaultId?: string;
  /** Default: a new keyring with one epoch. */
  readonly keyring?: Keyring;
}

/**
 * Writes the first key file, then the descriptor, which makes the vault exist. After a crash in between, a repeated call
 * continues with the existing key file.
 * @throws KluisError VAULT_ALREADY_EXISTS
 */
export async function createKeys(
  store: BlobStore,
  provider: KeyProvider,
  { vault, signal }: { readonly vault: NewVault; readonly signal: AbortSignal },
): Promise<void> {
  if ((await store.head(DESCRIPTOR_NAME, signal)) !== null) throw vaultExists(store);
  const keyring = await firstKeyFile(store, provider, {
    keyring: vault.keyring ?? createKeyring(vault.vaultId ?? randomUUID(), vault.createdAt),
    signal,
  });
  await writeDescriptor(store, new VaultKeys(keyring), {
    vaultId: keyring.vaultId,
    createdAt: vault.createdAt,
    signal,
  });
}

/** The keyring in the first key file; creates the file when it is missing. */
async function firstKeyFile(
  store: BlobStore,
  provider: KeyProvider,
  { keyring, signal }: { readonly keyring: Keyring; readonly signal: AbortSignal },
): Promise<Keyring> {
  try {
    const rootKey = randomBytes(SECRET_BYTES);
    await writeKeyFile(store, provider, { rootKey, keyring, generation: 1, signal });
    return keyring;
  } catch (error) {
    if (!isKluisError(error, "VAULT_OBJECT_EXISTS")) throw error;
    return (await unwrapChecked(provider, await readKeyFile(store, 1, signal), keyFileName(1))).keyring;
  }
}

/** @throws KluisError VAULT_NOT_INITIALISED, VAULT_VERSION_UNSUPPORTED, VAULT_KEY_WRONG or VAULT_DATA_DAMAGED */
export async function openKeys(
  store: BlobStore,
  provider: KeyProvider,
  signal: AbortSignal,
): Promise<OpenedKeys> {
  const descriptor = await readDescriptor(store, signal);
  const generation = await latestGeneration(store, signal);
  const name = keyFileName(generation);
  const file = await readKeyFile(store, generation, signal);
  if (file.vaultId !== descriptor.vaultId) throw damaged(name, "it belongs to another vault");
  const { keyring, rootKey } = await unwrapChecked(provider, file, name);
  const keys = new VaultKeys(keyring);
  checkDescriptor(descriptor, keys);
  return { descriptor, keys, keyring, rootKey, keyId: file.wrapped.keyId };
}

/** Wraps the root key again: writes the next generation, reads it back, then deletes the older ones. */
export async function rewrapKeys(
  store: BlobStore,
  opened: OpenedKeys,
  { provider, signal }: { readonly provider: KeyProvider; readonly signal: AbortSignal },
): Promise<void> {
  const generation = (await latestGeneration(store, signal)) + 1;
  const { rootKey, keyring } = opened;
  await writeKeyFile(store, provider, { rootKey, keyring, generation, signal });
  const name = keyFileName(generation);
  const back = await unwrapChecked(provider, await readKeyFile(store, generation, signal), name);
  if (!Buffer.from(back.rootKey).equals(opened.rootKey)) throw damaged(name, "it holds another key");
  for await (const { name: other } of store.list(KEYS_PREFIX, signal)) {
    const older = generationOfName(other);
    if (older !== null && older < generation) await store.delete(other, signal);
  }
}

interface NewKeyFile {
  readonly rootKey: Uint8Array;
  readonly keyring: Keyring;
  readonly generation: number;
  readonly signal: AbortSignal;
}

async function writeKeyFile(
  store: BlobStore,
  provider: KeyProvider,
  { rootKey, keyring, generation, signal }: NewKeyFile,
): Promise<void> {
  const { vaultId } = keyring;
  const body = {
    generation,
    vaultId,
    version: FORMAT_VERSION,
    wrapped: await provider.wrap(rootKey),
  } as const;
  const sealed = sealOnce(encodeKeyring(keyring), keyringSeal(rootKey, body)).toString("base64");
  await store.put(keyFileName(generation), [jsonBytes({ ...body, keyring: sealed })], signal);
}

function keyringSeal(rootKey: Uint8Array, body: Omit<KeyFile, "keyring">) {
  return {
    key: deriveKey(rootKey, body.vaultId, "keyring"),
    context: Buffer.from(canonicalJson(body), "utf8"),
  };
}

async function readKeyFile(store: BlobStore, generation: number, signal: AbortSignal): Promise<KeyFile> {
  const name = keyFileName(generation);
  const file = keyFileSchema.safeParse(
    parseJson(name, await readObject(store, name, { most: MAX_SLOT_BYTES, signal })),
  );
  if (!file.success || file.data.generation !== generation)
    throw damaged(name, "it is not a key file", file.error);
  return file.data;
}

async function unwrapChecked(
  provider: KeyProvider,
  { keyring: sealed, ...body }: KeyFile,
  name: string,
): Promise<{ readonly rootKey: Uint8Array; readonly keyring: Keyring }> {
  const held = await provider.keyId();
  if (held !== body.wrapped.keyId) throw wrongKey(body.wrapped.keyId, held, "the key provider");
  try {
    const rootKey = await provider.unwrap(body.wrapped);
    const keyring = decodeKeyring(openOnce(Buffer.from(sealed, "base64"), keyringSeal(rootKey, body)));
    if (keyring.vaultId !== body.vaultId) throw new RangeError("a keyring of another vault");
    return { rootKey, keyring };
  } catch (error) {
    if (error instanceof KluisError) throw error;
    throw damaged(name, "the wrapped key does not open", error);
  }
}

async function latestGeneration(store: BlobStore, signal: AbortSignal): Promise<number> {
  let latest = 0;
  for await (const { name } of store.list(KEYS_PREFIX, signal))
    latest = Math.max(latest, generationOfName(name) ?? 0);
  if (latest > 0) return latest;
  throw damaged(`${KEYS_PREFIX}*`, "the vault has no key file");
}
