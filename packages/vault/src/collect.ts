/** Garbage collection in two phases: plan and sweep (docs/vault-format.md, Garbage collection). */
import { FAN_OUT, SEGMENT_LEVEL } from "./constants.ts";
import { missingAsNull } from "./errors.ts";
import { leafChunks } from "./map/leaf.ts";
import { MOVED_PREFIX, packName, packOfMovedName, packOfName, packPrefix } from "./names.ts";
import { type NodePlace, splitNodeRef } from "./node-ref.ts";
import { packKinds } from "./pack/kind.ts";
import type { Points } from "./points.ts";
import type { NodeReader } from "./read/node-reader.ts";
import type { BlobStore } from "./store/port.ts";
import type {
  ChunkIndex,
  ChunkPlace,
  CollectionOptions,
  CollectionPlan,
  PackInfo,
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
  private readonly present: ReadonlyMap<string, PackInfo>;
  private readonly seen = new Map<string, Set<number>>();
  /** Packs with moved tables. */
  private readonly moved = new Set<string>();
  private readonly signal: AbortSignal;

  constructor(parts: CollectParts, present: ReadonlyMap<string, PackInfo>, signal: AbortSignal) {
    this.parts = parts;
    this.present = present;
    this.signal = signal;
  }

  async run(keep: CollectionOptions["keep"]): Promise<void> {
    for await (const { name } of this.parts.store.list(MOVED_PREFIX, this.signal)) {
      const pack = packOfMovedName(name);
      if (pack !== null) this.moved.add(pack);
    }
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
    if (place.level === SEGMENT_LEVEL) {
      const { list } = await this.parts.nodes.inner(place, this.signal);
      if (list !== null) await this.reach(list);
    }
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

  /** Counts an item once, at its place and at all places that it moved to. False when it was counted before. */
  private async reach(item: ChunkPlace): Promise<boolean> {
    const isNew = this.count(item);
    if (isNew && this.moved.has(item.pack)) {
      const { moved } = this.parts.nodes.packs;
      for await (const place of moved.reachable(item, this.signal)) this.count(place);
    }
    return isNew;
  }

  private count(at: ChunkPlace): boolean {
    const offsets = this.seen.get(at.pack) ?? new Set<number>();
    if (offsets.has(at.offset)) return false;
    offsets.add(at.offset);
    this.seen.set(at.pack, offsets);
    this.liveBytes.set(at.pack, (this.liveBytes.get(at.pack) ?? 0) + at.length);
    return true;
  }
}

async function listPacks(store: BlobStore, signal: AbortSignal): Promise<Map<string, PackInfo>> {
  const packs = new Map<string, PackInfo>();
  for (const kind of packKinds) {
    for await (const { name, bytes } of store.list(packPrefix[kind], signal)) {
      const pack = packOfName(name);
      if (pack !== null) packs.set(pack.pack, { ...pack, bytes });
    }
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
  const packs: PackUse[] = [...present.values()].map((pack) => ({
    ...pack,
    liveBytes: mark.liveBytes.get(pack.pack) ?? 0,
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
    const info = present.get(pack);
    if (info !== undefined && (await parts.store.delete(packName(info), signal))) freedBytes += info.bytes;
  }
  return { deleted: doomed, freedBytes, reprieved };
}
