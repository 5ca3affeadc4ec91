/** A set of fixed-length ids, which are random bytes, in one buffer: 12 million ids of 16 bytes need 0.3 GB, and no object each. */

const FIRST_SLOTS = 1024;
const FILLED = 0.8;

/** Ids of `width` bytes. Values of an id are kept by the caller, at its slot: `moved` says when slots change. */
export class IdTable {
  size = 0;
  slots = FIRST_SLOTS;
  private readonly width: number;
  private ids: Buffer;
  private used: Uint8Array;
  private readonly moved: (from: Uint32Array, slots: number) => void;

  /** @param moved gets the old slot plus one of each new slot, 0 for none, when the table has grown */
  constructor(width: number, moved: (from: Uint32Array, slots: number) => void = () => undefined) {
    this.width = width;
    this.moved = moved;
    this.ids = Buffer.alloc(this.slots * width);
    this.used = new Uint8Array(this.slots);
  }

  /** The slot of an id; -1 when it is not there. */
  find(id: Buffer): number {
    const slot = this.probe(id);
    return this.used[slot] === 1 ? slot : -1;
  }

  /** The slot of an id, which is added when it is new. */
  add(id: Buffer): number {
    let slot = this.probe(id);
    if (this.used[slot] === 1) return slot;
    if (this.size >= this.slots * FILLED) {
      this.grow();
      slot = this.probe(id);
    }
    id.copy(this.ids, slot * this.width);
    this.used[slot] = 1;
    this.size += 1;
    return slot;
  }

  *entries(): Generator<{ readonly slot: number; readonly id: Buffer }> {
    for (let slot = 0; slot < this.slots; slot++)
      if (this.used[slot] === 1)
        yield { slot, id: this.ids.subarray(slot * this.width, (slot + 1) * this.width) };
  }

  private probe(id: Buffer): number {
    const mask = this.slots - 1;
    // The last bytes of a pack id name its epoch: the first ones are random.
    let slot =
      (id.readUInt32BE(0) ^ (this.width > 16 ? Math.imul(id.readUInt32BE(16), 2_654_435_761) : 0)) & mask;
    while (this.used[slot] === 1 && id.compare(this.ids, slot * this.width, (slot + 1) * this.width) !== 0)
      slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { ids, used, width } = this;
    this.slots *= 2;
    this.ids = Buffer.alloc(this.slots * width);
    this.used = new Uint8Array(this.slots);
    const from = new Uint32Array(this.slots);
    for (let old = 0; old < used.length; old++) {
      if (used[old] !== 1) continue;
      const slot = this.probe(ids.subarray(old * width, (old + 1) * width));
      ids.copy(this.ids, slot * width, old * width, (old + 1) * width);
      this.used[slot] = 1;
      from[slot] = old + 1;
    }
    this.moved(from, this.slots);
  }
}

/** Each pack of a store, with its size and whether something names it. */
export class PackTable {
  private readonly ids = new IdTable(16, (from, slots) => this.spread(from, slots));
  /** One buffer for every id that is looked up: an object each would cost more than the table. */
  private readonly scratch = Buffer.alloc(16);
  private bytes = new Uint32Array(this.ids.slots);
  private live = new Uint32Array(this.ids.slots);
  /** 1: a node pack; 2: something names it; 4: the storage has it. */
  private flags = new Uint8Array(this.ids.slots);

  get size(): number {
    return this.ids.size;
  }

  addStored(pack: string, { isNodes, bytes }: { readonly isNodes: boolean; readonly bytes: number }): void {
    const slot = this.ids.add(this.idOf(pack));
    this.bytes[slot] = Math.min(bytes, MOST);
    this.flags[slot] = (this.flags[slot] ?? 0) | 4 | (isNodes ? 1 : 0);
  }

  /** True when nothing named the pack before. */
  name(pack: string, live: number): boolean {
    const slot = this.ids.add(this.idOf(pack));
    this.live[slot] = Math.min(MOST, (this.live[slot] ?? 0) + live);
    const flags = this.flags[slot] ?? 0;
    this.flags[slot] = flags | 2;
    return (flags & 2) === 0;
  }

  isNamed(pack: string): boolean {
    const slot = this.ids.find(this.idOf(pack));
    return slot >= 0 && ((this.flags[slot] ?? 0) & 2) !== 0;
  }

  /** The packs that the storage has. */
  *stored(): Generator<StoredPack> {
    for (const { slot, id } of this.ids.entries()) {
      const flags = this.flags[slot] ?? 0;
      if ((flags & 4) === 0) continue;
      const bytes = this.bytes[slot] ?? 0;
      // The lists of several versions of a segment count the same chunks.
      const liveBytes = Math.min(bytes, this.live[slot] ?? 0);
      yield { id, bytes, liveBytes, isNodes: (flags & 1) !== 0, isNamed: (flags & 2) !== 0 };
    }
  }

  private idOf(pack: string): Buffer {
    this.scratch.fill(0);
    this.scratch.write(pack, "hex");
    return this.scratch;
  }

  // One after the other, so that only one of them is there twice.
  private spread(from: Uint32Array, slots: number): void {
    this.bytes = spreadOver(this.bytes, from, new Uint32Array(slots));
    this.live = spreadOver(this.live, from, new Uint32Array(slots));
    this.flags = spreadOver(this.flags, from, new Uint8Array(slots));
  }
}

function spreadOver<T extends Uint32Array | Uint8Array>(old: T, from: Uint32Array, to: T): T {
  for (const [slot, at] of from.entries()) if (at > 0) to[slot] = old[at - 1] ?? 0;
  return to;
}

const MOST = 2 ** 32 - 1;

export interface StoredPack {
  /** Valid until the next step. */
  readonly id: Buffer;
  readonly bytes: number;
  readonly liveBytes: number;
  readonly isNodes: boolean;
  readonly isNamed: boolean;
}
