import { randomUUID } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { StateStore } from "../state/store.ts";
import { BLOCK_SIZE, type BlockMap, DATA, isZero, listRuns, type Run, walkStack, ZERO } from "./blocks.ts";
import { Layer } from "./layer.ts";
import { mergePlan, ownersOf, replaceLayer } from "./lineage.ts";
import { Mutex } from "./mutex.ts";

/**
 * The content of all disks and snapshots. A disk writes to its newest layer; a snapshot freezes that layer and puts
 * an empty one on top, so it costs the same for every size. A difference is what the layers between two snapshots
 * hold. A layer that nobody owns any more is merged with the one above it.
 */
export class LayerStore {
  readonly #store: StateStore;
  readonly #dir: string;
  readonly #layers = new Map<string, Layer>();
  readonly #locks = new Map<string, Mutex>();
  readonly #merging = new Mutex();

  private constructor(store: StateStore, dir: string) {
    this.#store = store;
    this.#dir = dir;
  }

  /** Opens what the state names and removes files that no state names (left by a process that died). */
  static async open(store: StateStore): Promise<LayerStore> {
    const dir = join(store.dataDir, "layers");
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const layers = new LayerStore(store, dir);
    const known = store.state.layers;
    for (const file of await readdir(dir)) {
      const id = file.replace(/\.(data|map)$/, "");
      if (!known[id]) await Layer.remove(dir, id);
    }
    for (const id of Object.keys(known)) layers.#layers.set(id, await Layer.load(dir, id));
    return layers;
  }

  async close(): Promise<void> {
    for (const layer of this.#layers.values()) await layer.close();
  }

  /** A new layer's files. The caller puts it into the state; until then a restart removes it. */
  async create(): Promise<string> {
    const id = randomUUID();
    this.#layers.set(id, await Layer.create(this.#dir, id));
    return id;
  }

  /** Gives up a layer that never came into the state. */
  async abandon(id: string): Promise<void> {
    const layer = this.#layers.get(id);
    this.#layers.delete(id);
    await layer?.drop();
  }

  /** Runs with the disks' content standing still: no write is half-way, none begins. */
  async withDisks<T>(diskIds: readonly string[], work: () => Promise<T>): Promise<T> {
    const [first, ...rest] = [...new Set(diskIds)].sort();
    if (first === undefined) return work();
    return this.#lock(first).run(() => this.withDisks(rest, work));
  }

  /**
   * Freezes the content of disks at one instant (inside `withDisks`): gives each disk's frozen layer. The caller
   * names their owners in `commit`, in the same tick; all of it becomes durable together.
   */
  async freeze(diskIds: readonly string[], commit: (frozen: Map<string, string>) => void): Promise<void> {
    const tops = new Map<string, string>();
    for (const id of diskIds) tops.set(id, await this.create());
    const frozen = new Map<string, string>();
    const unused: string[] = [];
    for (const [diskId, top] of tops) {
      const disk = this.#store.state.disks[diskId];
      if (!disk) throw new Error(`Disk ${diskId} is gone`);
      const below = this.#store.state.layers[disk.layer]?.parent;
      if (this.#layer(disk.layer).map.held === 0 && below !== undefined) {
        frozen.set(diskId, below);
        unused.push(top);
        continue;
      }
      frozen.set(diskId, disk.layer);
      this.#store.state.layers[top] = { parent: disk.layer };
      disk.layer = top;
    }
    commit(frozen);
    await this.#store.flush();
    for (const id of unused) await this.abandon(id);
  }

  /** Layers from `id` down to the first, newest first. */
  stack(id: string): Layer[] {
    const stack: Layer[] = [];
    for (let at: string | undefined = id; at !== undefined; at = this.#store.state.layers[at]?.parent)
      stack.push(this.#layer(at));
    return stack;
  }

  /** Fills `target` with the content that layer `id` shows from `offset` on. */
  async read(id: string, target: Buffer, offset: number): Promise<void> {
    const stack = this.stack(id);
    const end = offset + target.length;
    const reads: Promise<void>[] = [];
    const range = { first: Math.floor(offset / BLOCK_SIZE), end: Math.ceil(end / BLOCK_SIZE) };
    walkStack(maps(stack), range, ({ first, count, state, layer }) => {
      const from = Math.max(offset, first * BLOCK_SIZE);
      const to = Math.min(end, (first + count) * BLOCK_SIZE);
      const part = target.subarray(from - offset, to - offset);
      const source = state === DATA ? stack[layer] : undefined;
      if (source) reads.push(source.read(part, from));
      else part.fill(0);
    });
    await Promise.all(reads);
  }

  /** Byte runs that aren't zero. */
  dataRuns(id: string, window: { offset: number; end: number }): Run[] {
    return listRuns(maps(this.stack(id)), window, false);
  }

  /** Byte runs written or zeroed above layer `base`; undefined when `base` does not lie below `id`. */
  changedRuns(base: string, id: string, window: { offset: number; end: number }): Run[] | undefined {
    const stack = this.stack(id);
    const at = stack.findIndex((layer) => layer.id === base);
    return at < 0 ? undefined : listRuns(maps(stack.slice(0, at)), window, true);
  }

  /** Bytes that the content takes up. */
  allocatedBytes(id: string, size: number): number {
    return this.dataRuns(id, { offset: 0, end: size }).reduce((sum, run) => sum + run.length, 0);
  }

  /** Writes to a layer that no disk shows yet (import): whole blocks only, zeros are left out. */
  async fill(id: string, bytes: Buffer, offset: number): Promise<void> {
    await this.#writeBlocks(id, bytes, offset);
  }

  async sync(id: string): Promise<void> {
    await this.#layer(id).sync();
  }

  /**
   * Writes to a disk. Parts of blocks are completed from what lies there; blocks of zeros are recorded as zeroed.
   * Inside `withDisks`.
   */
  async writeDisk(diskId: string, bytes: Buffer, offset: number): Promise<void> {
    const disk = this.#store.state.disks[diskId];
    if (!disk) throw new Error(`Disk ${diskId} is gone`);
    const start = Math.floor(offset / BLOCK_SIZE) * BLOCK_SIZE;
    const end = Math.ceil((offset + bytes.length) / BLOCK_SIZE) * BLOCK_SIZE;
    if (start === offset && end === offset + bytes.length)
      return this.#writeBlocks(disk.layer, bytes, offset);
    const whole = Buffer.alloc(end - start);
    await this.read(disk.layer, whole, start);
    bytes.copy(whole, offset - start);
    await this.#writeBlocks(disk.layer, whole, start);
  }

  /** Merges or drops layers that nobody owns. Safe to run at any time and again after a crash. */
  async collect(): Promise<void> {
    await this.#merging.run(async () => {
      for (let plan = mergePlan(this.#store.state); plan; plan = mergePlan(this.#store.state)) {
        if (plan.child === undefined) await this.#forget(plan.layer);
        else await this.#merge(plan.layer, plan.child);
      }
    });
  }

  async #forget(id: string): Promise<void> {
    delete this.#store.state.layers[id];
    await this.#store.flush();
    await this.abandon(id);
  }

  /** Joins a layer nobody owns with its only child; copies whichever of the two holds less. */
  async #merge(lowerId: string, upperId: string): Promise<void> {
    const disks = ownersOf(this.#store.state, upperId).disks;
    await this.withDisks(disks, async () => {
      const lower = this.#layer(lowerId);
      const upper = this.#layer(upperId);
      const root = this.#store.state.layers[lowerId]?.parent === undefined;
      const down = upper.map.data <= lower.map.data;
      if (down) await copyLayer(upper, lower, { overwrite: true, root });
      else await copyLayer(lower, upper, { overwrite: false, root });
      const [kept, gone] = down ? [lowerId, upperId] : [upperId, lowerId];
      replaceLayer(this.#store.state, { lower: lowerId, upper: upperId, kept });
      await this.#store.flush();
      await this.abandon(gone);
    });
  }

  async #writeBlocks(id: string, bytes: Buffer, offset: number): Promise<void> {
    const layer = this.#layer(id);
    const first = offset / BLOCK_SIZE;
    const count = bytes.length / BLOCK_SIZE;
    if (!Number.isSafeInteger(first) || !Number.isInteger(count))
      throw new RangeError("Layers take whole blocks");
    const zeroState = this.#store.state.layers[id]?.parent === undefined ? 0 : ZERO;
    for (let at = 0; at < count; ) {
      const zero = isZero(blockAt(bytes, at));
      let end = at + 1;
      while (end < count && isZero(blockAt(bytes, end)) === zero) end++;
      const part = bytes.subarray(at * BLOCK_SIZE, end * BLOCK_SIZE);
      await layer.write(first + at, end - at, zero ? { value: zeroState } : { value: DATA, bytes: part });
      at = end;
    }
  }

  #layer(id: string): Layer {
    const layer = this.#layers.get(id);
    if (!layer) throw new Error(`Layer ${id} is gone`);
    return layer;
  }

  #lock(diskId: string): Mutex {
    let lock = this.#locks.get(diskId);
    if (!lock) {
      lock = new Mutex();
      this.#locks.set(diskId, lock);
    }
    return lock;
  }
}

function maps(stack: readonly Layer[]): BlockMap[] {
  return stack.map((layer) => layer.map);
}

function blockAt(bytes: Buffer, index: number): Buffer {
  return bytes.subarray(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE);
}

/**
 * Copies a layer's blocks into its neighbour; with `overwrite` the source wins (it is the newer one). In a layer
 * with nothing below, ZERO is the same as ABSENT. Copying again after a crash gives the same result.
 */
async function copyLayer(
  source: Layer,
  target: Layer,
  options: { overwrite: boolean; root: boolean },
): Promise<void> {
  const stack = options.overwrite ? [source.map] : [target.map, source.map];
  const wanted = options.overwrite ? 0 : 1;
  const blocksPerRead = 256;
  const pages = [...source.map.pages.keys()].sort((a, b) => a - b);
  const runs: { first: number; count: number; state: number }[] = [];
  for (const page of pages) {
    const range = { first: page * 32_768, end: (page + 1) * 32_768 };
    walkStack(stack, range, (run) => {
      if (run.state !== 0 && run.layer === wanted) runs.push(run);
    });
  }
  for (const run of runs) {
    if (run.state === ZERO) {
      await target.write(run.first, run.count, { value: options.root ? 0 : ZERO });
      continue;
    }
    for (let at = 0; at < run.count; at += blocksPerRead) {
      const count = Math.min(blocksPerRead, run.count - at);
      const bytes = Buffer.allocUnsafe(count * BLOCK_SIZE);
      await source.read(bytes, (run.first + at) * BLOCK_SIZE);
      await target.write(run.first + at, count, { value: DATA, bytes });
    }
  }
}
