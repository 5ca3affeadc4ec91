/** What callers see of the key slots, and how they change them, with a store and one key. No database, no portal. */
import { randomBytes } from "node:crypto";
import { type Clock, canonicalJson, type KeySlotKind, KluisError } from "@kluis/domain/core";
import { slotName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import { withNewEpoch } from "./keyring.ts";
import { openKeys } from "./open-keys.ts";
import type { OpenedSlots } from "./open-slots.ts";
import type { KeyProvider, KeyRecipient } from "./provider.ts";
import { type SlotLimits, slotLimits } from "./read-slots.ts";
import {
  isOfRoot,
  type KeyHolder,
  type KeySlot,
  MAX_EPOCHS,
  MAX_HOLDERS,
  newHolder,
  type SlotContent,
} from "./slot.ts";
import { changeSlots, completeSlots } from "./slots.ts";

const MAX_ODD = 20;

/** A key that opens the vault. */
export interface KeyFacts {
  /** Names the holder through every rotation. */
  readonly holder: string;
  readonly kind: KeySlotKind;
  readonly keyId: string;
  readonly label: string;
  readonly addedAt: string;
  readonly shares: { readonly threshold: number; readonly count: number } | null;
  /** `missing`: no slot of this holder has everything; the next one who may write makes it again. */
  readonly state: "present" | "missing";
  /** A key of this process: it opens the vault. */
  readonly isOwn: boolean;
  /** It opened a slot this time. */
  readonly isUsed: boolean;
  /** The object of its slot: a copy of it opens the vault, with the holder's key. Null when it is missing. */
  readonly copy: Uint8Array | null;
}

export interface KeySlots {
  readonly vaultId: string;
  readonly keys: readonly KeyFacts[];
  /** Names the root key in force; null while two changes at once are not yet joined. */
  readonly generation: string | null;
  /** How often the data key was replaced, and when it last was. */
  readonly epochs: number;
  readonly newestEpochAt: string;
  /** Keys whose missing or old slot was made again when the vault was opened. */
  readonly completed: readonly string[];
  /** Objects below `keys/` that are not slots of this vault, or do not open. */
  readonly ignored: number;
  /** Well-formed slots that none of the present holders made: old ones, or planted ones. */
  readonly strange: number;
  /** Names of objects that no change of keys explains; junk and planted slots, at most 20. Leftovers of changes are not among them. */
  readonly odd: readonly string[];
}

/** Where a vault is, and a key that opens it. */
export interface KeyPlace {
  readonly store: BlobStore;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly slotCopies?: readonly Uint8Array[] | undefined;
  /** How much junk is looked through; a change of keys looks at all that anyone does. */
  readonly slotLimits?: SlotLimits | undefined;
}

/** Reads and opens the slots; writes nothing. @throws KluisError as `openVault` does */
export async function listSlots(place: KeyPlace): Promise<KeySlots> {
  return factsOfSlots((await openKeys(place)).slots);
}

/**
 * Adds a key. Needs its public half only.
 * @param added.holder names the holder, so that a repeated call adds it once
 * @throws KluisError CONFLICT when the vault has this key, or too many
 */
export async function addSlot(
  place: KeyPlace,
  added: { readonly recipient: KeyRecipient; readonly label: string; readonly holder?: string },
): Promise<KeySlots> {
  const { recipient, label, holder } = added;
  return change(place, (content, now) => {
    const { holders, removed } = content;
    if (holder !== undefined && isKnown(content, holder)) return null;
    const same = holders.find(({ keyId }) => keyId === recipient.keyId);
    if (same !== undefined) throw keyKnown(same);
    if (holders.length >= MAX_HOLDERS) throw tooMany();
    const made = newHolder(recipient, label, now);
    return { ...content, removed, holders: [...holders, { ...made, holder: holder ?? made.holder }] };
  });
}

/**
 * Removes a key, and replaces the root key. Copies of the old slot still open what was written before; rotate to protect what
 * is written from now on.
 * @throws KluisError NOT_FOUND; CONFLICT for the last key and for the one that opened the vault
 */
export async function removeSlot(place: KeyPlace, holder: string): Promise<KeySlots> {
  return change(place, (content) => {
    if (content.removed.includes(holder)) return null;
    const found = content.holders.find((one) => one.holder === holder);
    if (found === undefined) throw noSuchKey(holder);
    if (content.holders.length === 1) throw lastKey(found);
    const holders = content.holders.filter((one) => one !== found);
    if (!holders.some((one) => place.keys.opens(one))) throw keyInUse(found);
    return { ...content, holders, removed: [...content.removed, holder] };
  });
}

/**
 * Replaces the root key and the data key: later writes open for the present holders only.
 * @param from the generation to replace; a repeated call does nothing when another replaced it already
 */
export async function rotateKeys(place: KeyPlace, from?: string): Promise<KeySlots> {
  return change(place, (content, now) => {
    if (from !== undefined && content.replaces.includes(from)) return null;
    if (content.keyring.epochs.length >= MAX_EPOCHS) throw tooManyEpochs();
    return { ...content, keyring: withNewEpoch(content.keyring, now) };
  });
}

/**
 * Proves that a key opens the vault: with what a person typed or holds, and what the store has.
 * @throws KluisError VAULT_KEY_WRONG or VAULT_DATA_DAMAGED when it does not
 */
export async function proveSlot(place: KeyPlace): Promise<KeyFacts> {
  const { keys } = await listSlots(place);
  const own = keys.find(({ isOwn }) => isOwn);
  if (own !== undefined) return own;
  throw noSuchKey(place.keys.recipient.keyId);
}

export function factsOfSlots(
  { options, read, content, current, used }: OpenedSlots,
  completed: readonly string[] = [],
): KeySlots {
  const slotOf = (holder: KeyHolder): OpenedSlots["read"]["slots"][number] | undefined => {
    if (current === null) return undefined;
    const own = read.slots.filter(
      ({ slot }) =>
        slot.holder === holder.holder && slot.generation === current.id && isOfRoot(slot, current.root),
    );
    // A copy of a slot that is gone does not hide the one that was made in its place.
    return own.find(({ stored }) => stored) ?? own[0];
  };
  const keys = content.holders.map((one): KeyFacts => {
    const found = slotOf(one);
    const { holder, kind, keyId, label, addedAt } = one;
    return {
      holder,
      kind,
      keyId,
      label,
      addedAt,
      shares: one.shares ?? null,
      state: found?.stored === true ? "present" : "missing",
      isOwn: options.provider.opens(one),
      isUsed: used.has(keyId),
      copy: found === undefined ? null : Buffer.from(`${canonicalJson(found.slot)}\n`, "utf8"),
    };
  });
  const known = new Set(
    keys.flatMap(({ copy }) => (copy === null ? [] : [Buffer.from(copy).toString("utf8")])),
  );
  const others = read.slots.filter(({ slot, stored }) => stored && !known.has(`${canonicalJson(slot)}\n`));
  const isExplained = (slot: KeySlot): boolean =>
    content.replaces.includes(slot.generation) ||
    content.removed.includes(slot.holder) ||
    (slot.generation === current?.id && isOfRoot(slot, current.root));
  const planted = others.flatMap(({ slot }) => (isExplained(slot) ? [] : [slotName(slot.slotId)]));
  const epochs = content.keyring.epochs.map(({ createdAt }) => createdAt).toSorted();
  return {
    vaultId: options.vaultId,
    keys: keys.toSorted((a, b) => a.addedAt.localeCompare(b.addedAt) || (a.holder < b.holder ? -1 : 1)),
    generation: current?.id ?? null,
    epochs: epochs.length,
    newestEpochAt: epochs.at(-1) ?? "",
    completed,
    ignored: read.ignored,
    strange: others.length,
    odd: [...new Set([...read.junk, ...planted])].toSorted().slice(0, MAX_ODD),
  };
}

/** A new id for a holder that another process will add. */
export const newHolderId = (): string => randomBytes(8).toString("hex");

type Change = (content: SlotContent, now: Date) => SlotContent | null;

async function change({ clock, ...place }: KeyPlace, work: Change): Promise<KeySlots> {
  const now = clock.now();
  const all = await openKeys({ slotLimits, ...place });
  // A slot that stays hidden would keep a removed key, or the old data key, in force.
  if (all.slots.read.isCut) throw tooMuchJunk();
  const opened = await completeSlots(all.slots, now);
  const next = work(opened.content, now);
  return factsOfSlots(next === null ? opened : await changeSlots(opened, () => next, now));
}

function isKnown({ holders, removed }: SlotContent, holder: string): boolean {
  return removed.includes(holder) || holders.some((one) => one.holder === holder);
}

function noSuchKey(key: string): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "vault-key",
    message: `The vault has no key ${key}.`,
    params: { key },
  });
}

function keyKnown({ keyId, label }: KeyHolder): KluisError {
  return new KluisError("CONFLICT", {
    reason: "key-known",
    message: `The vault has the key ${keyId} already.`,
    params: { key: keyId, label },
  });
}

function keyInUse({ keyId, label }: KeyHolder): KluisError {
  return new KluisError("CONFLICT", {
    reason: "key-in-use",
    message: `Kluis itself opens the vault with the key ${keyId}.`,
    action: "Configure another key first, or remove it with another one.",
    params: { key: keyId, label },
  });
}

function lastKey({ keyId, label }: KeyHolder): KluisError {
  return new KluisError("CONFLICT", {
    reason: "last-key",
    message: `${keyId} is the only key of the vault.`,
    action: "Add another one first.",
    params: { key: keyId, label },
  });
}

function tooMany(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "too-many-keys",
    message: `The vault has ${MAX_HOLDERS} keys, the most that are possible.`,
    action: "Remove one first.",
    params: { most: MAX_HOLDERS },
  });
}

function tooManyEpochs(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "too-many-rotations",
    message: `The data key was replaced ${MAX_EPOCHS} times, the most that are possible.`,
    action: "Copy the vault to a new one.",
    params: { most: MAX_EPOCHS },
  });
}

function tooMuchJunk(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "too-many-slots",
    message: `More than ${slotLimits.read} objects below keys/ look like key slots. The keys do not change among them.`,
    action: "Delete the objects below keys/ that Kluis names as unknown, and try again.",
    params: { most: slotLimits.read },
  });
}
