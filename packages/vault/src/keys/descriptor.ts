/** Opens and creates vaults: the descriptor, and the generations of the wrapped data key. */
import { randomBytes, randomUUID } from "node:crypto";
import { canonicalJson, isKluisError, KluisError } from "@kluis/domain";
import { z } from "zod";
import { FORMAT_VERSION } from "../constants.ts";
import { damaged, missingAsNull } from "../errors.ts";
import { DESCRIPTOR_NAME, generationOfName, KEYS_PREFIX, keyFileName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import type { KeyProvider } from "../types.ts";
import { VaultKeys } from "./derive.ts";
import { wrongKey } from "./local.ts";

const DATA_KEY_BYTES = 32;

const descriptorSchema = z.strictObject({
  format: z.literal("kluis-vault"),
  version: z.literal(FORMAT_VERSION),
  vaultId: z.uuid(),
  createdAt: z.iso.datetime(),
});
type Descriptor = z.infer<typeof descriptorSchema>;

/** Enough of a descriptor to report its version. */
const anyVersionSchema = z.looseObject({ format: z.literal("kluis-vault"), version: z.number().int() });

const keyFileSchema = z.strictObject({
  generation: z.number().int().positive(),
  vaultId: z.uuid(),
  version: z.literal(FORMAT_VERSION),
  wrapped: z.strictObject({ keyId: z.string(), algorithm: z.string(), data: z.base64() }),
  check: z.string().regex(/^[0-9a-f]{48}$/),
});

/** The keys of an open vault, with their origin. */
export interface OpenedKeys {
  readonly descriptor: Descriptor;
  readonly keys: VaultKeys;
  readonly dataKey: Uint8Array;
  readonly keyId: string;
  readonly generation: number;
}

export interface NewVault {
  readonly createdAt: Date;
  readonly vaultId?: string;
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
  const vaultId = await firstKeyFile(store, provider, { vaultId: vault.vaultId ?? randomUUID(), signal });
  const descriptor: Descriptor = {
    format: "kluis-vault",
    version: FORMAT_VERSION,
    vaultId,
    createdAt: vault.createdAt.toISOString(),
  };
  try {
    await store.put(DESCRIPTOR_NAME, [jsonBytes(descriptor)], signal);
  } catch (error) {
    throw isKluisError(error, "VAULT_OBJECT_EXISTS") ? vaultExists(store) : error;
  }
}

/** The vault id in the first key file; creates the file when it is missing. */
async function firstKeyFile(
  store: BlobStore,
  provider: KeyProvider,
  { vaultId, signal }: { readonly vaultId: string; readonly signal: AbortSignal },
): Promise<string> {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  try {
    await writeKeyFile(store, provider, { vaultId, dataKey, generation: 1, signal });
    return vaultId;
  } catch (error) {
    if (!isKluisError(error, "VAULT_OBJECT_EXISTS")) throw error;
    const file = await readKeyFile(store, 1, signal);
    await unwrapChecked(provider, file, keyFileName(1));
    return file.vaultId;
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
  const dataKey = await unwrapChecked(provider, file, name);
  const keys = new VaultKeys(dataKey, descriptor.vaultId);
  return { descriptor, keys, dataKey, keyId: file.wrapped.keyId, generation };
}

/** Wraps the data key again: writes the next generation, reads it back, then deletes the older ones. */
export async function rewrapKeys(
  store: BlobStore,
  opened: OpenedKeys,
  { provider, signal }: { readonly provider: KeyProvider; readonly signal: AbortSignal },
): Promise<void> {
  const generation = (await latestGeneration(store, signal)) + 1;
  const { vaultId } = opened.descriptor;
  await writeKeyFile(store, provider, { vaultId, dataKey: opened.dataKey, generation, signal });
  const back = await unwrapChecked(
    provider,
    await readKeyFile(store, generation, signal),
    keyFileName(generation),
  );
  if (!Buffer.from(back).equals(opened.dataKey))
    throw damaged(keyFileName(generation), "it holds another key");
  for await (const { name } of store.list(KEYS_PREFIX, signal)) {
    const older = generationOfName(name);
    if (older !== null && older < generation) await store.delete(name, signal);
  }
}

async function writeKeyFile(
  store: BlobStore,
  provider: KeyProvider,
  file: { vaultId: string; dataKey: Uint8Array; generation: number; signal: AbortSignal },
): Promise<void> {
  const body = {
    generation: file.generation,
    vaultId: file.vaultId,
    version: FORMAT_VERSION,
    wrapped: await provider.wrap(file.dataKey),
  };
  const check = new VaultKeys(file.dataKey, file.vaultId).keyFileCheck(canonicalJson(body));
  await store.put(keyFileName(file.generation), [jsonBytes({ ...body, check })], file.signal);
}

async function readKeyFile(
  store: BlobStore,
  generation: number,
  signal: AbortSignal,
): Promise<z.infer<typeof keyFileSchema>> {
  const name = keyFileName(generation);
  const file = keyFileSchema.safeParse(parseJson(name, await store.get(name, { signal })));
  if (!file.success || file.data.generation !== generation)
    throw damaged(name, "it is not a key file", file.error);
  return file.data;
}

async function unwrapChecked(
  provider: KeyProvider,
  { check, ...body }: z.infer<typeof keyFileSchema>,
  name: string,
): Promise<Uint8Array> {
  const held = await provider.keyId();
  if (held !== body.wrapped.keyId) throw wrongKey(body.wrapped.keyId, held, "the key provider");
  let dataKey: Uint8Array;
  try {
    dataKey = await provider.unwrap(body.wrapped);
  } catch (error) {
    if (error instanceof KluisError) throw error;
    throw damaged(name, "the wrapped key does not open", error);
  }
  const expected = new VaultKeys(dataKey, body.vaultId).keyFileCheck(canonicalJson(body));
  if (expected !== check) throw damaged(name, "its check value does not match");
  return dataKey;
}

async function readDescriptor(store: BlobStore, signal: AbortSignal): Promise<Descriptor> {
  const bytes = await missingAsNull(store.get(DESCRIPTOR_NAME, { signal }));
  if (bytes === null) {
    throw new KluisError("VAULT_NOT_INITIALISED", {
      reason: "no-vault",
      message: `There is no vault in ${store.description}.`,
      action: "Check the vault's address, or create a vault there.",
      params: { store: store.description },
    });
  }
  const json = parseJson(DESCRIPTOR_NAME, bytes);
  const head = anyVersionSchema.safeParse(json);
  if (!head.success) throw damaged(DESCRIPTOR_NAME, "it is not the descriptor of a vault", head.error);
  if (head.data.version !== FORMAT_VERSION) {
    throw new KluisError("VAULT_VERSION_UNSUPPORTED", {
      reason: "vault",
      message: `The vault in ${store.description} has format version ${head.data.version}; this Kluis reads version ${FORMAT_VERSION}.`,
      action: "Use the Kluis release that wrote the vault, or a newer one.",
      params: { store: store.description, version: head.data.version, supportedVersion: FORMAT_VERSION },
    });
  }
  const descriptor = descriptorSchema.safeParse(json);
  if (!descriptor.success) throw damaged(DESCRIPTOR_NAME, "it does not match its schema", descriptor.error);
  return descriptor.data;
}

async function latestGeneration(store: BlobStore, signal: AbortSignal): Promise<number> {
  let latest = 0;
  for await (const { name } of store.list(KEYS_PREFIX, signal))
    latest = Math.max(latest, generationOfName(name) ?? 0);
  if (latest > 0) return latest;
  throw damaged(`${KEYS_PREFIX}*`, "the vault has no key file");
}

function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw damaged(name, "it is not JSON", error);
  }
}

function jsonBytes(value: object): Buffer {
  return Buffer.from(`${canonicalJson(value)}\n`, "utf8");
}

function vaultExists(store: BlobStore): KluisError {
  return new KluisError("VAULT_ALREADY_EXISTS", {
    message: `The ${store.description} already holds a vault.`,
    action: "Open it, or choose another place for a new vault.",
    params: { store: store.description },
  });
}
