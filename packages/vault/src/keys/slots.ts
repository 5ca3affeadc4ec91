/** All key slots of a vault: reads, opens, merges, completes and changes them. Every write is create-only. */
import { canonicalJson, isKluisError } from "@kluis/domain/core";
import { damaged, missingAsNull } from "../errors.ts";
import { MAX_SLOT_BYTES, readObject } from "../maxima.ts";
import { KEYS_PREFIX, slotName, slotOfName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import { noKeyFits } from "./key-errors.ts";
import type { Keyring } from "./keyring.ts";
import type { KeyProvider } from "./provider.ts";
import {
  type Generation,
  isOfRoot,
  type KeyHolder,
  type KeySlot,
  makeSlot,
  newGeneration,
  openSlot,
  parseSlot,
  type SlotContent,
} from "./slot.ts";
import { isSameContent, mergeContents } from "./slot-merge.ts";

/** A reader looks at so many objects. Copies of slots outside the store come first, so junk cannot hide them. */
const MAX_SLOTS = 1_000;
const MAX_TRIES = 64;
/** Requests to Azure Key Vault of one opening. */
const MAX_REMOTE_TRIES = 8;
const READS_AT_ONCE = 8;
const MAX_JUNK = 100;
/** A slot that no key in force made: of a change that was killed, long ago. A change that others still make takes minutes. */
const STRANGE_FOR_MS = 7 * 24 * 60 * 60 * 1000;
/** Each round ends with what others wrote meanwhile in it. */
const MAX_ROUNDS = 5;

export interface SlotsPlace {
  readonly store: BlobStore;
  readonly vaultId: string;
  readonly signal: AbortSignal;
  /** Slots that are known from elsewhere: the bytes of their objects. */
  readonly copies?: readonly Uint8Array[] | undefined;
}

interface OpenSlotsOptions extends SlotsPlace {
  readonly provider: KeyProvider;
  /** Whether a keyring belongs to this vault. Anyone can wrap for a public key; only a holder knows the digest secret. */
  readonly accepts: (keyring: Keyring) => boolean;
  /** Generations that this process made: known also when another one deleted their slots. */
  readonly made?: readonly Generation[];
  /** Keys that opened a slot before, in the same change. */
  readonly used?: ReadonlySet<string>;
}

interface ReadSlots {
  readonly slots: readonly { readonly slot: KeySlot; readonly stored: boolean }[];
  /** Objects below `keys/` that are not slots of this vault. */
  readonly ignored: number;
  /** Names of these, at most 100. */
  readonly junk: readonly string[];
  /** The first read that failed for another reason than content. */
  readonly failure: unknown;
}

/** The slots of a vault, opened with one key. */
export interface OpenedSlots {
  readonly options: OpenSlotsOptions;
  readonly read: ReadSlots;
  /** Generations that the key opens, each once. */
  readonly opened: readonly Generation[];
  /** What they say together. */
  readonly content: SlotContent;
  /** The generation that holds all of it; null when two changes happened at once, and until they are joined. */
  readonly current: Generation | null;
  /** Keys that opened a slot: not each key of the provider is tried. */
  readonly used: ReadonlySet<string>;
}

/**
 * Opens every slot that the key fits, and joins their content. One good slot is enough: junk is ignored and counted.
 * @throws KluisError VAULT_KEY_WRONG when no slot is for this key; VAULT_DATA_DAMAGED when there is no good one; or the store's error
 */
export async function openSlots(options: OpenSlotsOptions): Promise<OpenedSlots> {
  const read = await readSlots(options);
  const { opened, used, bad } = await openEach(options, read);
  const generations = [...opened.values()];
  const content = mergeContents(generations.map((generation) => generation.content));
  if (content === null) throw nothingOpens(options, read, bad);
  const whole = generations.filter((generation) => isSameContent(generation.content, content));
  const current = whole.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null;
  // A key out of reach says nothing about its slot.
  const broken = bad.filter(
    ({ slot, error }) => !isKluisError(error) && !content.replaces.includes(slot.generation),
  );
  const ignored = read.ignored + bad.filter(({ error }) => !isKluisError(error)).length;
  const junk = [...read.junk, ...broken.map(({ slot }) => slotName(slot.slotId))];
  return { options, read: { ...read, ignored, junk }, opened: generations, content, current, used };
}

interface BadSlot {
  readonly slot: KeySlot;
  readonly error: unknown;
}

/** Opens the slots of the provider's keys: those without a request first, and those of Key Vault only while they can say more. */
async function openEach(
  options: OpenSlotsOptions,
  read: ReadSlots,
): Promise<{
  readonly opened: ReadonlyMap<string, Generation>;
  readonly used: ReadonlySet<string>;
  readonly bad: readonly BadSlot[];
}> {
  const mine = read.slots.filter(({ slot }) => options.provider.opens(slot));
  const [remote, local] = [mine.filter(isRemote), mine.filter((one) => !isRemote(one))];
  const tried = [...local.slice(0, MAX_TRIES), ...remote];
  const opened = new Map((options.made ?? []).map((generation) => [generation.id, generation]));
  const used = new Set<string>(options.used);
  const outOfReach = new Set<string>();
  const bad: BadSlot[] = [];
  let requests = 0;
  for (const { slot } of tried) {
    options.signal.throwIfAborted();
    if (slot.kind === "key-vault") {
      if (isKnownContent(slot, opened) || outOfReach.has(slot.keyId) || requests >= MAX_REMOTE_TRIES)
        continue;
      requests += 1;
    }
    try {
      const generation = await openSlot(slot, options.provider, options.signal);
      if (!options.accepts(generation.content.keyring))
        throw new RangeError("its keyring is of another vault");
      opened.set(generation.id, opened.get(generation.id) ?? generation);
      used.add(slot.keyId);
    } catch (error) {
      if (isKluisError(error)) outOfReach.add(slot.keyId);
      bad.push({ slot, error });
    }
  }
  return { opened, used, bad };
}

function isRemote({ slot }: ReadSlots["slots"][number]): boolean {
  return slot.kind === "key-vault";
}

/** Whether a slot can only say what is known: it is of an opened root key, or of one that was replaced. */
function isKnownContent(slot: KeySlot, opened: ReadonlyMap<string, Generation>): boolean {
  const same = opened.get(slot.generation);
  if (same !== undefined && isOfRoot(slot, same.root)) return true;
  return [...opened.values()].some(({ content }) => content.replaces.includes(slot.generation));
}

/**
 * Gives every holder a slot with everything, and deletes slots that others replaced. Does nothing when nothing is missing.
 * A killed change, a deleted slot, and two changes at once are completed here, by any holder who may write.
 */
export async function completeSlots(opened: OpenedSlots, now: Date): Promise<OpenedSlots> {
  let latest = opened;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const current = latest.current ?? newGeneration({ ...latest.content, replaces: replacedBy(latest) });
    const missing = latest.content.holders.filter(({ holder }) => !hasSlot(latest.read, holder, current));
    if (missing.length === 0) break;
    await writeSlots(latest, current, { holders: missing, now });
    latest = await openSlots(withMade(latest, current));
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
  await writeSlots(opened, next, { holders, now });
  return completeSlots(await openSlots(withMade(opened, next)), now);
}

function withMade({ options, used }: OpenedSlots, generation: Generation): OpenSlotsOptions {
  return { ...options, used, made: [...(options.made ?? []), generation] };
}

/** Every well-formed slot in the store, of any vault, by its id. */
export async function findSlots(store: BlobStore, signal: AbortSignal): Promise<KeySlot[]> {
  const { slots } = await readStored(store, signal);
  return slots.toSorted((a, b) => (a.slotId < b.slotId ? -1 : 1));
}

/** Slots of this vault in the store, and copies of those that are not there. */
async function readSlots({ store, vaultId, copies, signal }: SlotsPlace): Promise<ReadSlots> {
  const { slots, junk, ignored, failure } = await readStored(store, signal);
  const found = new Map<string, { slot: KeySlot; stored: boolean }>();
  // By content: an object that was overwritten hides no copy of the slot that it was.
  const add = (slot: KeySlot, stored: boolean): void => void found.set(canonicalJson(slot), { slot, stored });
  for (const slot of (copies ?? []).map(parseSlot)) if (slot?.vaultId === vaultId) add(slot, false);
  for (const slot of slots) if (slot.vaultId === vaultId) add(slot, true);
  const foreign = slots.filter((slot) => slot.vaultId !== vaultId).map(({ slotId }) => slotName(slotId));
  const counts = { ignored: ignored + foreign.length, junk: [...junk, ...foreign].slice(0, MAX_JUNK) };
  return { slots: [...found.values()], ...counts, failure };
}

async function readStored(
  store: BlobStore,
  signal: AbortSignal,
): Promise<Omit<ReadSlots, "slots"> & { readonly slots: readonly KeySlot[] }> {
  const names: string[] = [];
  const slots: KeySlot[] = [];
  const junk: string[] = [];
  let [ignored, failure]: [number, unknown] = [0, null];
  const ignore = (name: string): void => {
    ignored += 1;
    if (junk.length < MAX_JUNK) junk.push(name);
  };
  for await (const { name, bytes } of store.list(KEYS_PREFIX, signal)) {
    const isSlot = slotOfName(name) !== null && bytes <= MAX_SLOT_BYTES && names.length < MAX_SLOTS;
    if (isSlot) names.push(name);
    else ignore(name);
  }
  const readOne = async (name: string): Promise<void> => {
    try {
      const bytes = await missingAsNull(readObject(store, name, { most: MAX_SLOT_BYTES, signal }));
      if (bytes === null) return;
      const slot = parseSlot(bytes);
      if (slot?.slotId === slotOfName(name) && slot !== null) slots.push(slot);
      else ignore(name);
    } catch (error) {
      signal.throwIfAborted();
      ignored += 1;
      failure ??= error;
    }
  };
  for (let at = 0; at < names.length; at += READS_AT_ONCE)
    await Promise.all(names.slice(at, at + READS_AT_ONCE).map(readOne));
  return { slots, ignored, junk, failure };
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

async function writeSlots(
  { options: { store, signal } }: OpenedSlots,
  generation: Generation,
  { holders, now }: { readonly holders: readonly KeyHolder[]; readonly now: Date },
): Promise<void> {
  for (const holder of holders) {
    const { slot, bytes } = makeSlot(generation, holder, now);
    const name = slotName(slot.slotId);
    await store.put(name, [bytes], signal);
    const back = await readObject(store, name, { most: MAX_SLOT_BYTES, signal });
    if (!bytes.equals(back)) throw damaged(name, "it differs from the written bytes");
  }
}

/** Deletes the slots of replaced generations and of removed holders, when every holder has a slot of the current one. */
async function deleteReplaced(
  { options, read, content, current, opened }: OpenedSlots,
  now: Date,
): Promise<ReadonlySet<string>> {
  const deleted = new Set<string>();
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

function nothingOpens(
  { provider, store }: OpenSlotsOptions,
  { slots, failure }: ReadSlots,
  bad: readonly { readonly slot: KeySlot; readonly error: unknown }[],
): unknown {
  const reached = bad.find(({ error }) => isKluisError(error));
  if (reached !== undefined) return reached.error;
  if (failure !== null) return failure;
  const [first] = bad;
  if (first !== undefined)
    return damaged(slotName(first.slot.slotId), "the wrapped key does not open", first.error);
  if (slots.length === 0) return damaged(`${KEYS_PREFIX}*`, "the vault has no key slot");
  const wanted = [...new Set(slots.map(({ slot }) => slot.keyId))].slice(0, 5).join(", ");
  return noKeyFits({ wanted, found: provider.recipient.keyId, where: store.description });
}
