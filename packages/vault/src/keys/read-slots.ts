/**
 * Reads the objects below `keys/` in bounded memory. Anyone who can write to the storage can put junk there, and also copies of the
 * form of a slot. Whatever it is, it hides no slot that the reader's key opens, up to a limit that is named when it is hit.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "@kluis/domain/core";
import { missingAsNull } from "../errors.ts";
import { MAX_SLOT_BYTES, readObject } from "../maxima.ts";
import { KEYS_PREFIX, slotName, slotOfName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import { type KeySlot, parseSlot } from "./slot.ts";

/** Limits of one opening. Names that cannot be a slot only count as listed. */
export interface SlotLimits {
  /** Objects below `keys/` that are listed. */
  readonly listed: number;
  /** Objects with the name of a slot that are read, beside those that are known by their name. */
  readonly read: number;
}
/** Without other knowledge of the slots: 20,000 requests take about half a minute, and a vault has at most 20 holders. */
export const slotLimits: SlotLimits = { listed: 1_000_000, read: 20_000 };
/** With copies from elsewhere: the slots that these name are read first, so a flood only costs time. */
export const slotLimitsWithCopies: SlotLimits = { listed: 100_000, read: 1_000 };

const READS_AT_ONCE = 16;
const MAX_JUNK = 100;
/** Objects of slots that nothing has proved yet, together. */
const UNPROVED_BYTES = 16 * 1024 * 1024;

export interface FoundSlot {
  readonly slot: KeySlot;
  readonly stored: boolean;
}

export interface ReadSlots {
  readonly slots: readonly FoundSlot[];
  /** Objects below `keys/` that are not slots of this vault. */
  readonly ignored: number;
  /** Names of these, at most 100. */
  readonly junk: readonly string[];
  /** The first read that failed for another reason than content. */
  readonly failure: unknown;
  /** Objects were not read, or not kept: a slot that `slots` lacks may be among them. */
  readonly isCut: boolean;
}

export interface SlotsPlace {
  readonly store: BlobStore;
  readonly vaultId: string;
  readonly signal: AbortSignal;
  /** Slots that are known from elsewhere: the bytes of their objects. */
  readonly copies?: readonly Uint8Array[] | undefined;
  /** For tests. */
  readonly limits?: SlotLimits | undefined;
}

/** Says of a slot, as soon as it is read, whether it is one of the vault for certain: such a slot is always kept. */
export type ProveSlot = (slot: KeySlot) => Promise<boolean>;

/**
 * Slots of this vault in the store, and copies of those that are not there.
 * @param known ids of slots that are read first, beside those of copies
 */
export async function readSlots(
  place: SlotsPlace,
  { known, prove }: { readonly known: readonly string[]; readonly prove: ProveSlot },
): Promise<ReadSlots> {
  const reader = new SlotReader(place, prove);
  const copies = (place.copies ?? []).flatMap((bytes) => parseSlot(bytes) ?? []);
  for (const slot of copies) if (slot.vaultId === place.vaultId) await reader.keep(slot, { stored: false });
  const first = new Set([...copies.map(({ slotId }) => slotId), ...known]);
  return reader.read(first, place.limits ?? (copies.length > 0 ? slotLimitsWithCopies : slotLimits));
}

/** A well-formed slot in the store, of any vault, that the condition chooses; null when there is none. */
export async function findSlot(
  store: BlobStore,
  signal: AbortSignal,
  isWanted: (slot: KeySlot) => boolean,
): Promise<KeySlot | null> {
  let found: KeySlot | null = null;
  const reader = new SlotReader({ store, vaultId: null, signal }, (slot) => {
    if (isWanted(slot) && (found === null || slot.slotId < found.slotId)) found = slot;
    return Promise.resolve(false);
  });
  await reader.read(new Set(), slotLimits);
  return found;
}

class SlotReader {
  readonly #place: Pick<SlotsPlace, "store" | "signal"> & { readonly vaultId: string | null };
  readonly #prove: ProveSlot;
  /** By content: an object that was overwritten hides no copy of the slot that it was. */
  readonly #found = new Map<string, FoundSlot>();
  readonly #junk: string[] = [];
  #ignored = 0;
  #failure: unknown = null;
  #unprovedBytes = 0;
  #isCut = false;

  constructor(
    place: Pick<SlotsPlace, "store" | "signal"> & { readonly vaultId: string | null },
    prove: ProveSlot,
  ) {
    this.#place = place;
    this.#prove = prove;
  }

  async read(first: ReadonlySet<string>, limits: SlotLimits): Promise<ReadSlots> {
    for (const slotId of first) await this.#readOne(slotName(slotId));
    await this.#readListed(first, limits);
    return {
      slots: [...this.#found.values()],
      ignored: this.#ignored,
      junk: this.#junk,
      failure: this.#failure,
      isCut: this.#isCut,
    };
  }

  async keep(slot: KeySlot, { stored }: { readonly stored: boolean }): Promise<void> {
    const text = canonicalJson(slot);
    const key = createHash("sha256").update(text).digest("base64");
    const isProved = await this.#prove(slot);
    const known = this.#found.get(key);
    if (known === undefined && !isProved) {
      if (this.#unprovedBytes + text.length > UNPROVED_BYTES) {
        this.#isCut = true;
        return;
      }
      this.#unprovedBytes += text.length;
    }
    this.#found.set(key, { slot, stored: stored || known?.stored === true });
  }

  /** Those that were read by their name are left out. */
  async #readListed(first: ReadonlySet<string>, limits: SlotLimits): Promise<void> {
    const { store, signal } = this.#place;
    let [listed, read, portion]: [number, number, string[]] = [0, 0, []];
    for await (const { name, bytes } of store.list(KEYS_PREFIX, signal)) {
      listed += 1;
      if (listed > limits.listed) {
        this.#isCut = true;
        break;
      }
      const slotId = slotOfName(name);
      if (slotId !== null && first.has(slotId)) continue;
      if (slotId === null || bytes > MAX_SLOT_BYTES) this.#ignore(name);
      else if (read >= limits.read) this.#isCut = true;
      else {
        read += 1;
        portion.push(name);
      }
      if (portion.length < READS_AT_ONCE) continue;
      await Promise.all(portion.map((one) => this.#readOne(one)));
      portion = [];
    }
    await Promise.all(portion.map((one) => this.#readOne(one)));
  }

  #ignore(name: string): void {
    this.#ignored += 1;
    if (this.#junk.length < MAX_JUNK) this.#junk.push(name);
  }

  async #readOne(name: string): Promise<void> {
    const { store, signal, vaultId } = this.#place;
    try {
      const bytes = await missingAsNull(readObject(store, name, { most: MAX_SLOT_BYTES, signal }));
      if (bytes === null) return;
      const slot = parseSlot(bytes);
      const isOfVault = slot !== null && (vaultId === null || slot.vaultId === vaultId);
      if (isOfVault && slot.slotId === slotOfName(name)) await this.keep(slot, { stored: true });
      else this.#ignore(name);
    } catch (error) {
      signal.throwIfAborted();
      this.#ignored += 1;
      this.#failure ??= error;
    }
  }
}
