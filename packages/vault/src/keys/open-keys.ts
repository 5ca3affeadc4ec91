/** Creates and opens the keys of a vault: descriptor and key slots. */
import { randomUUID } from "node:crypto";
import { isKluisError } from "@kluis/domain/core";
import { DESCRIPTOR_NAME, slotName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import { VaultKeys } from "./derive.ts";
import {
  type Descriptor,
  isDescriptorOf,
  readDescriptor,
  vaultExists,
  writeDescriptor,
} from "./descriptor.ts";
import { createKeyring, type Keyring } from "./keyring.ts";
import { type OpenedSlots, openSlots } from "./open-slots.ts";
import type { KeyProvider } from "./provider.ts";
import { findSlot, type SlotLimits } from "./read-slots.ts";
import { firstContent, makeSlot, newGeneration, newHolder } from "./slot.ts";
import { completeSlots, missingKeys } from "./slots.ts";

/** The keys of an open vault, with their origin. */
export interface OpenedKeys {
  readonly descriptor: Descriptor;
  readonly keys: VaultKeys;
  readonly slots: OpenedSlots;
  /** Keys whose missing or old slot was made again at this opening. */
  readonly completed: readonly string[];
}

export interface NewVault {
  readonly createdAt: Date;
  /** Default: a new keyring with one epoch. */
  readonly keyring?: Keyring;
}

export interface OpenKeysOptions {
  readonly store: BlobStore;
  readonly keys: KeyProvider;
  readonly signal: AbortSignal;
  /** Copies of key slots from elsewhere. With one of them, a vault opens whose slots were all deleted. */
  readonly slotCopies?: readonly Uint8Array[] | undefined;
  /** The present time, for a caller that may write: completes slots that miss or are behind. */
  readonly completeSlotsAt?: Date | undefined;
  /** How much junk is looked through; default: less when there are copies. */
  readonly slotLimits?: SlotLimits | undefined;
}

/**
 * Writes the first key slot, then the descriptor, which makes the vault exist. After a crash in between, a repeated call
 * continues with the slot that is there.
 * @throws KluisError VAULT_ALREADY_EXISTS
 */
export async function createKeys(
  store: BlobStore,
  provider: KeyProvider,
  { vault, signal }: { readonly vault: NewVault; readonly signal: AbortSignal },
): Promise<void> {
  if ((await store.head(DESCRIPTOR_NAME, signal)) !== null) throw vaultExists(store);
  const place = { store, provider, signal };
  const first = (await slotOfCrash(place)) ?? (await writeFirstSlot(place, vault));
  const { createdAt } = vault;
  const { vaultId } = first.keyring;
  try {
    await writeDescriptor(store, new VaultKeys(first.keyring), { vaultId, createdAt, signal });
  } catch (error) {
    if (isKluisError(error, "VAULT_ALREADY_EXISTS")) await dropForeignSlot(store, first, signal);
    throw error;
  }
}

/** @throws KluisError VAULT_NOT_INITIALISED, VAULT_VERSION_UNSUPPORTED, VAULT_KEY_WRONG or VAULT_DATA_DAMAGED */
export async function openKeys(options: OpenKeysOptions): Promise<OpenedKeys> {
  const { store, keys: provider, signal, slotCopies: copies, completeSlotsAt: now } = options;
  const limits = options.slotLimits;
  const descriptor = await readDescriptor(store, signal);
  const accepts = (keyring: Keyring) => isDescriptorOf(descriptor, new VaultKeys(keyring));
  const { vaultId } = descriptor;
  const opened = await openSlots({ store, vaultId, signal, copies, limits, provider, accepts });
  const slots = now === undefined ? opened : await completedOrSame(opened, now);
  const before = new Set(missingKeys(opened));
  const after = new Set(missingKeys(slots));
  const completed = [...before].filter((keyId) => !after.has(keyId));
  return { descriptor, keys: new VaultKeys(slots.content.keyring), slots, completed };
}

/** Completing can wait; the vault is open already. */
async function completedOrSame(opened: OpenedSlots, now: Date): Promise<OpenedSlots> {
  try {
    return await completeSlots(opened, now);
  } catch (error) {
    opened.options.signal.throwIfAborted();
    if (isKluisError(error)) return opened;
    throw error;
  }
}

interface Place {
  readonly store: BlobStore;
  readonly provider: KeyProvider;
  readonly signal: AbortSignal;
}

interface FirstSlot {
  readonly slotId: string;
  readonly keyring: Keyring;
}

async function writeFirstSlot({ store, provider, signal }: Place, vault: NewVault): Promise<FirstSlot> {
  const keyring = vault.keyring ?? createKeyring(randomUUID(), vault.createdAt);
  const holder = newHolder(provider.recipient, "", vault.createdAt);
  const generation = newGeneration(firstContent(keyring, holder));
  const { slot, bytes } = makeSlot(generation, holder, vault.createdAt);
  await store.put(slotName(slot.slotId), [bytes], signal);
  return { slotId: slot.slotId, keyring };
}

/** The slot that an interrupted creation left. @throws KluisError VAULT_KEY_WRONG when only other keys open what is there */
async function slotOfCrash({ store, provider, signal }: Place): Promise<FirstSlot | null> {
  const slot =
    (await findSlot(store, signal, (one) => provider.opens(one))) ??
    (await findSlot(store, signal, () => true));
  if (slot === null) return null;
  const { vaultId, slotId } = slot;
  const opened = await openSlots({ store, vaultId, signal, provider, accepts: () => true });
  return { slotId, keyring: opened.content.keyring };
}

/** Another process created another vault meanwhile: the slot of this one opens nothing. */
async function dropForeignSlot(store: BlobStore, slot: FirstSlot, signal: AbortSignal): Promise<void> {
  const { vaultId } = await readDescriptor(store, signal);
  if (vaultId !== slot.keyring.vaultId) await store.delete(slotName(slot.slotId), signal);
}
