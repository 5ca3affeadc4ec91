/** Opens the slots of a vault with one key, while they are read, and joins what they say. */
import { isKluisError } from "@kluis/domain/core";
import { damaged } from "../errors.ts";
import { KEYS_PREFIX, slotName } from "../names.ts";
import { noKeyFits } from "./key-errors.ts";
import type { Keyring } from "./keyring.ts";
import type { KeyProvider } from "./provider.ts";
import { type ReadSlots, readSlots, type SlotsPlace } from "./read-slots.ts";
import { type Generation, isOfRoot, type KeySlot, openSlot, type SlotContent } from "./slot.ts";
import { isSameContent, mergeContents } from "./slot-merge.ts";

/** Requests to Azure Key Vault of one opening, once a slot is open, and while none is. */
const MAX_REMOTE_TRIES = 8;
const MAX_BLIND_TRIES = 64;
/** Slots that do not open and are named. */
const MAX_BAD = 100;

export interface OpenSlotsOptions extends SlotsPlace {
  readonly provider: KeyProvider;
  /** Whether a keyring belongs to this vault. Anyone can wrap for a public key; only a holder knows the digest secret. */
  readonly accepts: (keyring: Keyring) => boolean;
  /** Generations that this process made: known also when another one deleted their slots. */
  readonly made?: readonly Generation[];
  /** Ids of the slots of these: they are read first. */
  readonly madeSlots?: readonly string[];
  /** Keys that opened a slot before, in the same change. */
  readonly used?: ReadonlySet<string>;
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
  const opener = new Opener(options);
  const known = options.madeSlots ?? [];
  const read = await readSlots(options, { known, prove: (slot) => opener.prove(slot) });
  await opener.openRemote(read);
  const { bad, badCount, used } = opener;
  const generations = [...opener.opened.values()];
  const content = mergeContents(generations.map((generation) => generation.content));
  if (content === null) throw nothingOpens(options, read, opener);
  const whole = generations.filter((generation) => isSameContent(generation.content, content));
  const current = whole.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null;
  // A key out of reach says nothing about its slot.
  const broken = bad.filter(
    ({ slot, error }) => !isKluisError(error) && !content.replaces.includes(slot.generation),
  );
  const junk = [...read.junk, ...broken.map(({ slot }) => slotName(slot.slotId))];
  const ignored = read.ignored + badCount;
  return { options, read: { ...read, ignored, junk }, opened: generations, content, current, used };
}

interface BadSlot {
  readonly slot: KeySlot;
  readonly error: unknown;
}

/** Tries slots whose key is here as they are read, and those of Key Vault at the end, only while they can say more. */
class Opener {
  readonly opened: Map<string, Generation>;
  readonly used: Set<string>;
  readonly bad: BadSlot[] = [];
  /** Slots for the key that do not open with it. */
  badCount = 0;
  /** Slots that were not tried. */
  isCut = false;
  readonly #options: OpenSlotsOptions;
  readonly #outOfReach = new Set<string>();

  constructor(options: OpenSlotsOptions) {
    this.#options = options;
    this.opened = new Map((options.made ?? []).map((generation) => [generation.id, generation]));
    this.used = new Set(options.used);
  }

  /** Whether a holder of the vault made this slot, as far as the slots before it tell. */
  async prove(slot: KeySlot): Promise<boolean> {
    const isOwn = slot.kind !== "key-vault" && this.#options.provider.opens(slot);
    if (isOwn) return this.#open(slot);
    const same = this.opened.get(slot.generation);
    return same !== undefined && isOfRoot(slot, same.root);
  }

  async openRemote({ slots }: ReadSlots): Promise<void> {
    const { provider, signal } = this.#options;
    const remote = slots.filter(({ slot }) => slot.kind === "key-vault" && provider.opens(slot));
    let requests = 0;
    for (const { slot } of remote) {
      signal.throwIfAborted();
      if (this.#isKnownContent(slot) || this.#outOfReach.has(slot.keyId)) continue;
      this.isCut = requests >= (this.opened.size > 0 ? MAX_REMOTE_TRIES : MAX_BLIND_TRIES);
      if (this.isCut) return;
      requests += 1;
      await this.#open(slot);
    }
  }

  /** Whether a slot can only say what is known: it is of an opened root key, or of one that was replaced. */
  #isKnownContent(slot: KeySlot): boolean {
    const same = this.opened.get(slot.generation);
    if (same !== undefined && isOfRoot(slot, same.root)) return true;
    return [...this.opened.values()].some(({ content }) => content.replaces.includes(slot.generation));
  }

  async #open(slot: KeySlot): Promise<boolean> {
    const { provider, accepts, signal } = this.#options;
    try {
      const generation = await openSlot(slot, provider, signal);
      if (!accepts(generation.content.keyring)) throw new RangeError("its keyring is of another vault");
      this.opened.set(generation.id, this.opened.get(generation.id) ?? generation);
      this.used.add(slot.keyId);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (isKluisError(error)) this.#outOfReach.add(slot.keyId);
      else this.badCount += 1;
      if (this.bad.length < MAX_BAD) this.bad.push({ slot, error });
      return false;
    }
  }
}

function nothingOpens(
  { provider, store }: OpenSlotsOptions,
  { slots, failure, isCut }: ReadSlots,
  opener: Pick<Opener, "bad" | "isCut">,
): unknown {
  const reached = opener.bad.find(({ error }) => isKluisError(error));
  if (reached !== undefined) return reached.error;
  if (failure !== null) return failure;
  if (isCut || opener.isCut)
    return damaged(`${KEYS_PREFIX}*`, "it has more objects than are looked at, and none of those opens");
  const [first] = opener.bad;
  if (first !== undefined)
    return damaged(slotName(first.slot.slotId), "the wrapped key does not open", first.error);
  if (slots.length === 0) return damaged(`${KEYS_PREFIX}*`, "the vault has no key slot");
  const wanted = [...new Set(slots.map(({ slot }) => slot.keyId))].slice(0, 5).join(", ");
  return noKeyFits({ wanted, found: provider.recipient.keyId, where: store.description });
}
