/** The storage of the model, and the vault over it: packs with numbered chunks, moved tables, and the nodes that were ever written. */
import type { NodeUse } from "@kluis/db";
import { type ItemPlace, KluisError, placeKey } from "@kluis/domain";
import type { CompactResult, LiveItem, Vault } from "@kluis/vault";
import { formatNodeRef, type NodeRef, splitNodeRef } from "@kluis/vault";

/** A chunk by the place that a segment names. */
export interface Item extends ItemPlace {
  readonly chunk: string;
}

export interface Use extends Pick<NodeUse, "children" | "packs"> {
  readonly items: readonly Item[];
}

export interface StoredPack {
  readonly kind: "chunks" | "nodes";
  readonly chunks: readonly string[];
}

const MOST_HOPS = 8;
const ITEM_CHUNK = 1;

type ModelVault = Pick<Vault, "nodeUse" | "liveItems" | "compact" | "movedPlaces" | "movedTargets">;

export class ModelStorage {
  readonly packs = new Map<string, StoredPack>();
  /** Moved tables by pack and name. */
  readonly tables = new Map<string, Map<string, ReadonlyMap<number, ItemPlace>>>();
  /** All nodes that were ever written, to check against. */
  readonly uses = new Map<string, Use>();
  /** Waits for the scheduler. */
  readonly turn: () => Promise<void>;
  #made = 0;

  constructor(turn: () => Promise<void>) {
    this.turn = turn;
  }

  get made(): number {
    return this.#made;
  }

  newId(): string {
    return (++this.#made).toString(16).padStart(32, "0");
  }

  /** Whether a reader finds a chunk, at its place or where moved tables lead. */
  has(item: Item): boolean {
    const isAt = ({ pack, offset }: ItemPlace): boolean =>
      this.packs.get(pack)?.chunks[offset] === item.chunk;
    return isAt(item) || this.reachable(item).some(isAt);
  }

  /** All places that an item moved to. */
  reachable(item: ItemPlace): ItemPlace[] {
    const found = new Map<string, ItemPlace>();
    let level: ItemPlace[] = [item];
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      const next = level.flatMap(({ pack, offset }) =>
        this.tablesOf(pack).flatMap((table) => table.get(offset) ?? []),
      );
      level = next.filter(({ pack, offset }) => !found.has(placeKey({ pack, offset })));
      for (const place of level) found.set(placeKey(place), place);
    }
    return [...found.values()];
  }

  /** What a reader of the node would not find. */
  missing(ref: string): string | null {
    const { uses, packs } = this;
    const use = uses.get(ref);
    for (const { pack, kind } of use?.packs ?? [])
      if (kind === "nodes" && !packs.has(pack)) return `node pack ${pack}`;
    for (const item of use?.items ?? []) if (!this.has(item)) return `${item.chunk} in ${item.pack}`;
    for (const child of use?.children ?? []) {
      const gone = this.missing(formatNodeRef(child));
      if (gone !== null) return gone;
    }
    return null;
  }

  /** Every pack that a reader of the node may look into. */
  reach(ref: string, packs: Set<string>): void {
    const use = this.uses.get(ref);
    for (const { pack } of use?.packs ?? []) packs.add(pack);
    for (const item of use?.items ?? []) for (const { pack } of this.reachable(item)) packs.add(pack);
    for (const child of use?.children ?? []) this.reach(formatNodeRef(child), packs);
  }

  tablesOf(pack: string): ReadonlyMap<number, ItemPlace>[] {
    return [...(this.tables.get(pack)?.values() ?? [])];
  }

  readonly store = {
    delete: async (name: string): Promise<boolean> => {
      await this.turn();
      return this.tables.get(name.split("/")[2] ?? "")?.delete(name) ?? this.packs.delete(name);
    },
    list: (prefix: string): AsyncIterable<{ name: string; bytes: number }> => this.#list(prefix),
  };

  async *#list(prefix: string): AsyncGenerator<{ name: string; bytes: number }> {
    await this.turn();
    const names = [...this.tables.values()].flatMap((tables) =>
      [...tables.keys()].filter((name) => name.startsWith(prefix)),
    );
    for (const name of names) yield { name, bytes: 1 };
  }

  readonly vault: ModelVault = {
    nodeUse: (ref) => this.#use(ref),
    liveItems: (packs) => {
      const found = new Map<string, LiveItem>();
      return {
        // A page of nodes takes one turn: a walk with a turn for each would be killed nearly always.
        below: (ref) => {
          const { children, items } = this.#read(ref);
          for (const { chunk, pack, offset } of items) {
            const sizes = { length: 1, plainLength: 1 };
            if (packs.has(pack))
              found.set(placeKey({ pack, offset }), { kind: ITEM_CHUNK, id: chunk, pack, offset, ...sizes });
          }
          return Promise.resolve(children.map(formatNodeRef));
        },
        items: () => [...found.values()],
      };
    },
    movedPlaces: async (items) => {
      await this.turn();
      return items.map((item) => this.reachable(item).map((place) => ({ ...place, length: 1 })));
    },
    movedTargets: async (pack) => {
      await this.turn();
      const packs = this.tablesOf(pack).flatMap((table) => [...table.values()].map((to) => to.pack));
      return { packs: [...new Set(packs)], isWhole: true };
    },
    compact: (options) => this.#compact(options),
  };

  async #use(ref: NodeRef): Promise<Use> {
    await this.turn();
    return this.#read(ref);
  }

  #read(ref: NodeRef): Use {
    const use = this.uses.get(ref);
    if (use === undefined || !this.packs.has(splitNodeRef(ref).pack)) throw lost(ref);
    return use;
  }

  /** As compact/compact.ts of the vault: the places of the items, then the pack, then its index, then the tables. */
  async #compact({ packs, items, index }: Parameters<Vault["compact"]>[0]): Promise<CompactResult> {
    await this.turn();
    const wanted = new Set(packs);
    const names = new Map<string, { readonly chunk: string; readonly from: ItemPlace[] }>();
    const failed = new Set<string>();
    for (const item of items) {
      const at = [item, ...this.reachable(item)].find(({ pack }) => wanted.has(pack));
      if (at === undefined) continue;
      if (this.packs.get(at.pack)?.chunks[at.offset] !== item.id) failed.add(at.pack);
      const known = names.get(placeKey(at));
      if (known !== undefined) known.from.push(item);
      else names.set(placeKey(at), { chunk: item.id, from: [item] });
    }
    const good = [...names].flatMap(([key, one]) => (failed.has(key.split(":")[0] ?? "") ? [] : [one]));
    const places = await index.lookup(good.map(({ chunk }) => chunk));
    const there = (chunk: string): ItemPlace | undefined => {
      const place = places.get(chunk);
      const isSame = place !== undefined && this.packs.get(place.pack)?.chunks[place.offset] === chunk;
      return isSame && !wanted.has(place.pack) ? place : undefined;
    };
    const fresh = [...new Set(good.flatMap(({ chunk }) => (there(chunk) === undefined ? [chunk] : [])))];
    const pack = this.newId();
    if (fresh.length > 0) {
      await this.turn();
      this.packs.set(pack, { kind: "chunks", chunks: fresh });
      await this.turn();
      const entries = fresh.map((id, offset) => ({ id, offset, length: 1, plainLength: 1 }));
      await index.add({ pack, kind: "chunks", bytes: fresh.length }, entries);
    }
    const moved = good.flatMap(({ chunk, from }) => {
      const place = { length: 1, ...(there(chunk) ?? { pack, offset: fresh.indexOf(chunk) }) };
      return from.map((name) => ({ pack: name.pack, offset: name.offset, place }));
    });
    for (const from of new Set(moved.map((one) => one.pack))) {
      await this.turn();
      const table = new Map(moved.flatMap((one) => (one.pack === from ? [[one.offset, one.place]] : [])));
      const tables = this.tables.get(from) ?? new Map<string, ReadonlyMap<number, ItemPlace>>();
      tables.set(`moved/${from.slice(0, 2)}/${from}/${this.newId().slice(16)}`, table);
      this.tables.set(from, tables);
    }
    const why = [...failed].map((one) => ({ pack: one, error: lost(one) }));
    return { moved, failed: why, storedBytes: fresh.length, releasedBytes: good.length - fresh.length };
  }
}

export function lost(object: string): KluisError {
  return new KluisError("VAULT_OBJECT_MISSING", { message: `${object} is missing.`, params: { object } });
}
