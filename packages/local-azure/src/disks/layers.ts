/** The content of all disks and snapshots, as stacks of layers. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { StateStore } from "../state/store.ts";
import {
  ABSENT,
  BLOCK_SIZE,
  type BlockMap,
  DATA,
  isZero,
  listRuns,
  PAGE_BLOCKS,
  type Run,
  walkStack,
  ZERO,
} from "./blocks.ts";
import { Layer } from "./layer.ts";
import { disksOn, mergePlan, replaceLayer } from "./lineage.ts";
import { Mutex } from "./mutex.ts";

/**
 * A disk writes to its newest layer. A snapshot freezes that layer and puts an empty one on top, so
 * its cost does not depend on the size. The difference of two snapshots is the content of the
 * layers between them. A layer without owner is merged with the layer above it.
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

  /** Opens the layers of the state and removes other files, which a crash may have left. */
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

  /** Creates a layer; returns its id. A restart removes it unless it is added to the state. */
  async create(): Promise<string> {
    const id = randomUUID();
    this.#layers.set(id, await Layer.create(this.#dir, id));
    return id;
  }

  /** Deletes a layer that is not in the state. */
  async abandon(id: string): Promise<void> {
    const layer = this.#layers.get(id);
    this.#layers.delete(id);
    await layer?.drop();
  }

  /** Runs `work` while no write to these disks is in progress. */
  async withDisks<T>(diskIds: readonly string[], work: () => Promise<T>): Promise<T> {
    const [first, ...rest] = [...new Set(diskIds)].sort();
    if (first === undefined) return work();
    return this.#lock(first).run(() => this.withDisks(rest, work));
  }

  /**
   * Freezes the content of disks at one instant. Must run inside `withDisks`. `commit` gets the
   * frozen layer of each disk and adds its owner to the state in the same tick; all changes become
   * durable together.
   */
  async freeze(diskIds: readonly string[], commit: (frozen: Map<string, string>) => void): Promise<void> {
    const tops = new Map<string, string>();
    for (const id of diskIds) tops.set(id, await this.create());
    const frozen = new Map<string, string>();
    const unused: string[] = [];
    for (const [diskId, top] of tops) {
      const disk = this.#store.state.disks[diskId];
      if (!disk) throw new Error(`Disk ${diskId} does not exist`);
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

  /** The layers from `id` down to the root, newest first. */
  stack(id: string): Layer[] {
    const stack: Layer[] = [];
    for (let at: string | undefined = id; at !== undefined; at = this.#store.state.layers[at]?.parent)
      stack.push(this.#layer(at));
    return stack;
  }

  /** Fills `target` with the content of layer `id` and those below, from `offset`. */
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

  /** Byte runs that hold data; all other bytes are zeros. */
  dataRuns(id: string, window: { offset: number; end: number }): Run[] {
    return listRuns(maps(this.stack(id)), window, false);
  }

  /** Byte runs written or zeroed above layer `base`; undefined when `base` is not below `id`. */
  changedRuns(base: string, id: string, window: { offset: number; end: number }): Run[] | undefined {
    const stack = this.stack(id);
    const at = stack.findIndex((layer) => layer.id === base);
    return at < 0 ? undefined : listRuns(maps(stack.slice(0, at)), window, true);
  }

  /** Bytes of data in the content. */
  allocatedBytes(id: string, size: number): number {
    return this.dataRuns(id, { offset: 0, end: size }).reduce((sum, run) => sum + run.length, 0);
  }

  /** Writes whole blocks to a layer that no disk uses yet. Blocks of zeros stay unallocated. */
  async fill(id: string, bytes: Buffer, offset: number): Promise<void> {
    await this.#writeBlocks(id, bytes, offset);
  }

  async sync(id: string): Promise<void> {
    await this.#layer(id).sync();
  }

  /** Writes to a disk, inside `withDisks`. Completes partial blocks from the present content. */
  async writeDisk(diskId: string, bytes: Buffer, offset: number): Promise<void> {
    const disk = this.#store.state.disks[diskId];
    if (!disk) throw new Error(`Disk ${diskId} does not exist`);
    const start = Math.floor(offset / BLOCK_SIZE) * BLOCK_SIZE;
    const end = Math.ceil((offset + bytes.length) / BLOCK_SIZE) * BLOCK_SIZE;
    if (start === offset && end === offset + bytes.length)
      return this.#writeBlocks(disk.layer, bytes, offset);
    const whole = Buffer.alloc(end - start);
    await this.read(disk.layer, whole, start);
    bytes.copy(whole, offset - start);
    await this.#writeBlocks(disk.layer, whole, start);
  }

  /** Merges or deletes layers without owner. Can run at any time, and again after a crash. */
  async collect(): Promise<void> {
    await this.#merging.run(async () => {
      for (let plan = mergePlan(this.#store.state); plan; plan = mergePlan(this.#store.state)) {
        if (plan.child === undefined) await this.#drop(plan.layer);
        else await this.#merge(plan.layer, plan.child);
      }
    });
  }

  async #drop(id: string): Promise<void> {
    delete this.#store.state.layers[id];
    await this.#store.flush();
    await this.abandon(id);
  }

  /** Merges a layer without owner with its only child. Copies the smaller of the two. */
  async #merge(lowerId: string, upperId: string): Promise<void> {
    const disks = disksOn(this.#store.state, upperId);
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
      throw new RangeError("A layer takes whole blocks only");
    const zeroState = this.#store.state.layers[id]?.parent === undefined ? ABSENT : ZERO;
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
    if (!layer) throw new Error(`Layer ${id} does not exist`);
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
 * Copies the blocks of a layer into the layer next to it. With `overwrite` the source wins: it is
 * the newer one. In a root layer ZERO equals ABSENT. A second copy after a crash gives the same
 * result.
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
    const range = { first: page * PAGE_BLOCKS, end: (page + 1) * PAGE_BLOCKS };
    walkStack(stack, range, (run) => {
      if (run.state !== ABSENT && run.layer === wanted) runs.push(run);
    });
  }
  for (const run of runs) {
    if (run.state === ZERO) {
      await target.write(run.first, run.count, { value: options.root ? ABSENT : ZERO });
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
