/** Garbage collection in two phases: plan and sweep (docs/vault-format.md, Garbage collection). */
import { FAN_OUT } from "./constants.ts";
import { damaged, missingAsNull } from "./errors.ts";
import { leafChunks } from "./map/leaf.ts";
import { PACKS_PREFIX, packName, packOfName } from "./names.ts";
import { type NodePlace, splitNodeRef } from "./node-ref.ts";
import type { Points } from "./points.ts";
import type { NodeReader } from "./read/node-reader.ts";
import type { BlobStore } from "./store/port.ts";
import type {
  ChunkIndex,
  ChunkPlace,
  CollectionOptions,
  CollectionPlan,
  PackUse,
  SweepOptions,
  SweepResult,
} from "./types.ts";

export interface CollectParts {
  readonly store: BlobStore;
  readonly points: Points;
  readonly nodes: NodeReader;
  readonly index: ChunkIndex;
}

/** Marks everything that manifests and unfinished transfers reach. Reads nodes only; stops at anything unreadable. */
class Mark {
  readonly liveBytes = new Map<string, number>();
  points = 0;
  private readonly parts: CollectParts;
  private readonly present: ReadonlyMap<string, number>;
  private readonly seen = new Map<string, Set<number>>();
  private readonly signal: AbortSignal;

  constructor(parts: CollectParts, present: ReadonlyMap<string, number>, signal: AbortSignal) {
    this.parts = parts;
    this.present = present;
    this.signal = signal;
  }

  async run(keep: CollectionOptions["keep"]): Promise<void> {
    for await (const ref of keep) await this.walk(splitNodeRef(ref));
    for await (const { pointId } of this.parts.points.list(this.signal)) {
      const stored = await missingAsNull(this.parts.points.get(pointId, this.signal));
      // Deleted since it was listed: it no longer reaches anything.
      if (stored === null) continue;
      this.points += 1;
      for (const { root } of stored.manifest.disks) if (root !== null) await this.walk(splitNodeRef(root));
    }
  }

  private async walk(place: NodePlace): Promise<void> {
    this.signal.throwIfAborted();
    if (!(await this.reach(place))) return;
    if (place.level === 0) {
      for (const chunk of leafChunks(await this.parts.nodes.leaf(place, this.signal)))
        await this.reach(chunk);
      return;
    }
    const { children } = await this.parts.nodes.inner(place, this.signal);
    for (let i = 0; i < FAN_OUT; i++) {
      const child = children[i] ?? null;
      if (child !== null) await this.walk(child);
    }
  }

  /** Counts an item once, at its present place. False when it was counted before. */
  private async reach(item: ChunkPlace): Promise<boolean> {
    let at = item;
    while (!this.present.has(at.pack)) {
      const next = await this.parts.nodes.packs.locate(at, this.signal);
      // The pack may be newer than the listing; a missing one fails when it is read.
      if (next === null) break;
      at = next;
    }
    const offsets = this.seen.get(at.pack) ?? new Set<number>();
    if (offsets.has(at.offset)) return false;
    offsets.add(at.offset);
    this.seen.set(at.pack, offsets);
    this.liveBytes.set(at.pack, (this.liveBytes.get(at.pack) ?? 0) + at.length);
    return true;
  }
}

async function listPacks(store: BlobStore, signal: AbortSignal): Promise<Map<string, number>> {
  const packs = new Map<string, number>();
  for await (const { name, bytes } of store.list(PACKS_PREFIX, signal)) {
    const pack = packOfName(name);
    if (pack !== null) packs.set(pack, bytes);
  }
  return packs;
}

/** First phase: finds the packs in use and the unreachable ones. Changes nothing. */
export async function planCollection(
  parts: CollectParts,
  options: CollectionOptions,
): Promise<CollectionPlan> {
  // Lists packs before manifests: a point that appears meanwhile can only make fewer packs unreachable.
  const present = await listPacks(parts.store, options.signal);
  const mark = new Mark(parts, present, options.signal);
  await mark.run(options.keep);
  const packs: PackUse[] = [...present].map(([pack, bytes]) => ({
    pack,
    bytes,
    liveBytes: mark.liveBytes.get(pack) ?? 0,
  }));
  const condemned = packs.filter(({ liveBytes }) => liveBytes === 0);
  return {
    packs,
    condemned: condemned.map(({ pack }) => pack),
    condemnedBytes: condemned.reduce((sum, { bytes }) => sum + bytes, 0),
    liveBytes: packs.reduce((sum, { liveBytes }) => sum + liveBytes, 0),
    points: mark.points,
  };
}

/** Second phase: deletes condemned packs that are still unreachable; the index forgets them first. */
export async function sweep(parts: CollectParts, options: SweepOptions): Promise<SweepResult> {
  const { signal } = options;
  const present = await listPacks(parts.store, signal);
  const mark = new Mark(parts, present, signal);
  await mark.run(options.keep);
  const reprieved = options.condemned.filter((pack) => mark.liveBytes.has(pack));
  const doomed = options.condemned.filter((pack) => !mark.liveBytes.has(pack));
  await parts.index.removePacks(doomed);
  let freedBytes = 0;
  for (const pack of doomed) {
    if (!/^[0-9a-f]{32}$/.test(pack)) throw damaged(packName(pack), "its id is not the id of a pack");
    if (await parts.store.delete(packName(pack), signal)) freedBytes += present.get(pack) ?? 0;
  }
  return { deleted: doomed, freedBytes, reprieved };
}
