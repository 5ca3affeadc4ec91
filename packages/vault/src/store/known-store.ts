/** A store of a known vault: a missing object is missing in this vault, and not because the storage is gone. */
import { findingOf, isDamage, isKluisError, KluisError } from "@kluis/domain/core";
import { readDescriptor } from "../keys/descriptor.ts";
import { DESCRIPTOR_NAME } from "../names.ts";
import type { BlobStore, GetOptions, ObjectInfo } from "./port.ts";

/** The vault that a store held when it was opened. */
export interface KnownVault {
  /** Null until it was opened: then nothing is looked for. */
  vaultId: string | null;
  /** What messages call it. */
  readonly name: string;
}

/**
 * Looks for the vault's descriptor each time that an object is missing: a folder that was unmounted, a container that was made again and the
 * storage of another vault have none of the objects, which is not damage. A manifest, and each object of a folder, is written only where the
 * vault is.
 * @throws KluisError VAULT_UNUSABLE from every method when the vault is not there
 */
export function knownStore(store: BlobStore, known: KnownVault): BlobStore {
  const check = (signal: AbortSignal): Promise<void> => requireVault(store, known, signal);
  return {
    description: store.description,
    place: store.place,
    ...(store.fileOf === undefined ? {} : { fileOf: (name: string) => store.fileOf?.(name) }),
    async put(name, parts, signal) {
      // Packs below an unmounted folder would be known to the index, and in no vault. A container is asked once per point.
      if (store.fileOf !== undefined || name.startsWith("points/")) await check(signal);
      await store.put(name, parts, signal);
    },
    async get(name: string, options: GetOptions) {
      try {
        return await store.get(name, options);
      } catch (error) {
        if (isKluisError(error, "VAULT_OBJECT_MISSING") && name !== DESCRIPTOR_NAME)
          await check(options.signal);
        throw error;
      }
    },
    async head(name, signal) {
      const info = await store.head(name, signal);
      if (info === null && name !== DESCRIPTOR_NAME) await check(signal);
      return info;
    },
    list: (prefix, signal) => listed(store.list(prefix, signal), () => check(signal)),
    async delete(name, signal) {
      const existed = await store.delete(name, signal);
      if (!existed) await check(signal);
      return existed;
    },
  };
}

/** Opens or creates a vault. From then on its store is known. */
export async function openKnown<V extends { readonly id: string }>(
  raw: BlobStore,
  name: string,
  open: (store: BlobStore) => Promise<V>,
): Promise<{ readonly store: BlobStore; readonly vault: V }> {
  const known: KnownVault = { vaultId: null, name };
  const store = knownStore(raw, known);
  const vault = await readable(name, () => open(store));
  known.vaultId = vault.id;
  return { store, vault };
}

/** A list that ends may have lost the rest of its names. */
async function* listed(
  objects: AsyncIterable<ObjectInfo>,
  check: () => Promise<void>,
): AsyncGenerator<ObjectInfo> {
  yield* objects;
  await check();
}

async function requireVault(
  store: BlobStore,
  { vaultId, name: vault }: KnownVault,
  signal: AbortSignal,
): Promise<void> {
  if (vaultId === null) return;
  const stored = await readable(vault, () => storedId(store, signal));
  if (stored === vaultId) return;
  const params = { vault };
  if (stored !== null)
    throw new KluisError("VAULT_UNUSABLE", {
      reason: "foreign",
      message: `The storage of vault ${vault} holds another vault.`,
      action: "Put the right storage in its place, or make another vault the default.",
      params,
    });
  throw new KluisError("VAULT_UNUSABLE", {
    reason: "missing",
    message: `The storage of vault ${vault} holds no vault.`,
    action: "Mount its folder or undelete its container, or make another vault the default.",
    params,
  });
}

/**
 * A descriptor or key slots that are damaged concern the whole vault: until someone puts them back, nothing of it can be read, and no point
 * is at fault.
 * @throws KluisError VAULT_UNUSABLE instead of VAULT_DATA_DAMAGED
 */
export async function readable<T>(vault: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDamage(error) || findingOf(error) !== null) throw error;
    const object = String(error.params["object"] ?? "");
    throw new KluisError("VAULT_UNUSABLE", {
      reason: "unreadable",
      message: `The object ${object} of vault ${vault} is damaged, so nothing of the vault can be read.`,
      action: "Put the object back from a copy of the storage, or make another vault the default.",
      params: { vault, object },
      cause: error,
    });
  }
}

/** Null when there is no vault. */
async function storedId(store: BlobStore, signal: AbortSignal): Promise<string | null> {
  try {
    return (await readDescriptor(store, signal)).vaultId;
  } catch (error) {
    if (isKluisError(error, "VAULT_NOT_INITIALISED")) return null;
    throw error;
  }
}
