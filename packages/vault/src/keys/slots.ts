/** Completes and changes the key slots of a vault. Every write is create-only. */
import { isKluisError } from "@kluis/domain/core";
import { damaged } from "../errors.ts";
import { MAX_SLOT_BYTES, readObject } from "../maxima.ts";
import { slotName } from "../names.ts";
import { type OpenedSlots, type OpenSlotsOptions, openSlots } from "./open-slots.ts";
import type { ReadSlots } from "./read-slots.ts";
import {
  type Generation,
  isOfRoot,
  type KeyHolder,
  type KeySlot,
  makeSlot,
  newGeneration,
  type SlotContent,
} from "./slot.ts";

/** A slot that no key in force made: of a change that was killed, long ago. A change that others still make takes minutes. */
const STRANGE_FOR_MS = 7 * 24 * 60 * 60 * 1000;
/** Each round ends with what others wrote meanwhile in it. */
const MAX_ROUNDS = 5;

/**
 * Gives every holder a slot with everything, and deletes slots that others replaced. Does nothing when nothing is missing.
 * A killed change, a deleted slot, and two changes at once are completed here, by any holder who may write.
 */
export async function completeSlots(opened: OpenedSlots, now: Date): Promise<OpenedSlots> {
  let latest = opened;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    // Among too much junk, another generation may hold everything.
    if (latest.current === null && latest.read.isCut) break;
    const current = latest.current ?? newGeneration({ ...latest.content, replaces: replacedBy(latest) });
    const missing = latest.content.holders.filter(({ holder }) => lacksSlot(latest.read, holder, current));
    if (missing.length === 0) break;
    const madeSlots = await writeSlots(latest, current, { holders: missing, now });
    latest = await openSlots(withMade(latest, current, madeSlots));
    if (latest.current?.id === current.id) break;
  }
  const deleted = await deleteReplaced(latest, now);
  const slots = latest.read.slots.filter(({ slot }) => !deleted.has(slot.slotId));
  return { ...latest, read: { ...latest.read, slots } };
}

/**
 * Changes keyring or holders: a new root key, a slot for each holder, then the old slots are deleted. Killed before its first
 * slot is durable, it never happened; after that, any holder completes it.
 */
export async function changeSlots(
  opened: OpenedSlots,
  change: (content: SlotContent) => SlotContent,
  now: Date,
): Promise<OpenedSlots> {
  const next = newGeneration({ ...change(opened.content), replaces: replacedBy(opened) });
  const { provider } = opened.options;
  // The holder who makes the change has it first: nothing that a slot brings is used before all have it.
  const holders = next.content.holders.toSorted(
    (a, b) => Number(provider.opens(b)) - Number(provider.opens(a)),
  );
  const madeSlots = await writeSlots(opened, next, { holders, now });
  return completeSlots(await openSlots(withMade(opened, next, madeSlots)), now);
}

function withMade(
  { options, used }: OpenedSlots,
  generation: Generation,
  madeSlots: readonly string[],
): OpenSlotsOptions {
  return {
    ...options,
    used,
    made: [...(options.made ?? []), generation],
    madeSlots: [...(options.madeSlots ?? []), ...madeSlots],
  };
}

/** The keys of holders who lack a slot with everything. */
export function missingKeys({ content, current, read }: OpenedSlots): string[] {
  const missing = content.holders.filter(({ holder }) => current === null || !hasSlot(read, holder, current));
  return missing.map(({ keyId }) => keyId);
}

function hasSlot(read: ReadSlots, holder: string, { id, root }: Generation): boolean {
  return read.slots.some(
    ({ slot, stored }) => stored && slot.holder === holder && slot.generation === id && isOfRoot(slot, root),
  );
}

/**
 * Whether a holder needs a slot. When not all objects were looked at, a slot that was not found counts as lost only when a copy names
 * it: its object was looked for. Otherwise each opening would write it again.
 */
function lacksSlot(read: ReadSlots, holder: string, generation: Generation): boolean {
  if (hasSlot(read, holder, generation)) return false;
  const { id, root } = generation;
  const isCopied = ({ slot }: ReadSlots["slots"][number]): boolean =>
    slot.holder === holder && slot.generation === id && isOfRoot(slot, root);
  return !read.isCut || read.slots.some(isCopied);
}

/** Returns the ids of the slots. */
async function writeSlots(
  { options: { store, signal } }: OpenedSlots,
  generation: Generation,
  { holders, now }: { readonly holders: readonly KeyHolder[]; readonly now: Date },
): Promise<string[]> {
  const slotIds: string[] = [];
  for (const holder of holders) {
    const { slot, bytes } = makeSlot(generation, holder, now);
    const name = slotName(slot.slotId);
    await store.put(name, [bytes], signal);
    const back = await readObject(store, name, { most: MAX_SLOT_BYTES, signal });
    if (!bytes.equals(back)) throw damaged(name, "it differs from the written bytes");
    slotIds.push(slot.slotId);
  }
  return slotIds;
}

/** Deletes the slots of replaced generations and of removed holders, when every holder has a slot of the current one. */
async function deleteReplaced(
  { options, read, content, current, opened }: OpenedSlots,
  now: Date,
): Promise<ReadonlySet<string>> {
  const deleted = new Set<string>();
  // An object that was not looked at may say that another generation is in force.
  if (read.isCut) return deleted;
  if (current === null || content.holders.some(({ holder }) => !hasSlot(read, holder, current)))
    return deleted;
  const known = new Map(opened.map((generation) => [generation.id, generation]));
  // Two that completed at once made two slots for a holder: all agree which one stays.
  const kept = new Map<string, string>();
  for (const { slot, stored } of read.slots) {
    if (!stored || slot.generation !== current.id || !isOfRoot(slot, current.root)) continue;
    const other = kept.get(slot.holder);
    if (other === undefined || slot.slotId < other) kept.set(slot.holder, slot.slotId);
  }
  const isOld = (slot: KeySlot): boolean => {
    if (slot.generation === current.id && isOfRoot(slot, current.root))
      return slot.slotId !== kept.get(slot.holder);
    if (content.replaces.includes(slot.generation) || content.removed.includes(slot.holder)) return true;
    if (now.getTime() - Date.parse(slot.createdAt) > STRANGE_FOR_MS) return true;
    const generation = known.get(slot.generation);
    return generation !== undefined && isOfRoot(slot, generation.root);
  };
  // The own slots last: they tell which others are old, also after a kill.
  const old = read.slots
    .filter(({ slot, stored }) => stored && isOld(slot))
    .toSorted((a, b) => Number(options.provider.opens(a.slot)) - Number(options.provider.opens(b.slot)));
  for (const { slot } of old) {
    try {
      await options.store.delete(slotName(slot.slotId), options.signal);
      deleted.add(slot.slotId);
    } catch (error) {
      // An identity without the right to delete leaves them to one that has it.
      if (!isKluisError(error, "AZURE_FORBIDDEN") && !isKluisError(error, "VAULT_UNREACHABLE")) throw error;
      break;
    }
  }
  return deleted;
}

/** The names of all generations that a new one replaces. */
function replacedBy({ content, opened }: OpenedSlots): string[] {
  return [...new Set([...content.replaces, ...opened.map(({ id }) => id)])].slice(-100);
}
