/**
 * Garbage collection without a database, in two phases: plan and sweep (docs/vault-format.md, Garbage collection). Reads manifests, the
 * nodes above segments and pack lists, and no chunk pack. The engine counts instead, and reads only what changed.
 */
import { isDamage, isKluisError, isOfOneObject } from "@kluis/domain/core";
import { missingAsNull } from "./errors.ts";
import { IdTable, PackTable } from "./id-table.ts";
import type { VaultKeys } from "./keys/derive.ts";
import { MAX_MOVED_BYTES, readObject } from "./maxima.ts";
import {
  MOVED_PREFIX,
  movedPrefix,
  packName,
  packOfMovedName,
  packOfName,
  packPrefix,
  pointName,
} from "./names.ts";
import { type NodePlace, splitNodeRef } from "./node-ref.ts";
import { nodeUse } from "./node-use.ts";
import { packKinds } from "./pack/kind.ts";
import type { Points } from "./points.ts";
import { decodeMovedTable } from "./read/moved.ts";
import type { NodeReader } from "./read/node-reader.ts";
import type { BlobStore } from "./store/port.ts";
import type {
  ChunkIndex,
  CollectionOptions,
  CollectionPlan,
  SweepOptions,
  SweepResult,
  UnresolvedPoint,
} from "./types.ts";

export interface CollectParts {
  readonly store: BlobStore;
  readonly keys: VaultKeys;
  readonly points: Points;
  readonly nodes: NodeReader;
  readonly index: ChunkIndex;
}

/** Packs that one plan condemns. The next plan finds the others. */
const MOST_CONDEMNED = 1_000_000;
const MOST_NAMED = 1_000;

interface Tried {
  readonly pointId: string | null;
  /** Named when the error names none. */
  readonly object?: string;
}

/** Marks the packs that manifests and unfinished transfers name. What cannot be read is named, and stops nothing else. */
class Mark {
  readonly packs = new PackTable();
  readonly unresolved: UnresolvedPoint[] = [];
  points = 0;
  private readonly parts: CollectParts;
  private readonly options: CollectionOptions;
  private readonly seen = new IdTable(20);

  constructor(parts: CollectParts, options: CollectionOptions) {
    this.parts = parts;
    this.options = options;
  }

  async run(): Promise<void> {
    const { signal, ignore = [] } = this.options;
    await this.listPacks();
    for await (const ref of this.options.keep)
      await this.try({ pointId: null }, () => this.walk(splitNodeRef(ref)));
    for await (const { pointId } of this.parts.points.list(signal))
      if (!ignore.includes(pointId))
        await this.try({ pointId, object: pointName(pointId) }, () => this.point(pointId));
    await this.followMoves();
  }

  // Packs before manifests: a point that appears meanwhile can only make fewer packs unreachable.
  private async listPacks(): Promise<void> {
    for (const kind of packKinds) {
      for await (const { name, bytes } of this.parts.store.list(packPrefix[kind], this.options.signal)) {
        const pack = packOfName(name);
        if (pack !== null) this.packs.addStored(pack.pack, { isNodes: kind === "nodes", bytes });
      }
    }
  }

  private async point(pointId: string): Promise<void> {
    const stored = await missingAsNull(this.parts.points.get(pointId, this.options.signal));
    // Deleted since it was listed: it no longer names anything.
    if (stored === null) return;
    this.points += 1;
    for (const { root } of stored.manifest.disks) if (root !== null) await this.walk(splitNodeRef(root));
  }

  private async try(what: Tried, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.signal.throwIfAborted();
      if (!isOfOneObject(error)) throw error;
      const object =
        typeof error.params["object"] === "string" ? error.params["object"] : (what.object ?? null);
      if (this.unresolved.length < MOST_NAMED)
        this.unresolved.push({ pointId: what.pointId, object, message: error.message });
    }
  }

  private async walk(place: NodePlace): Promise<void> {
    const { signal } = this.options;
    signal.throwIfAborted();
    const key = Buffer.alloc(20);
    key.write(place.pack, "hex");
    key.writeUInt32BE(place.offset, 16);
    if (this.seen.find(key) >= 0) return;
    const { children, packs } = await nodeUse(this.parts.nodes, place, signal);
    for (const { pack, live } of packs) this.packs.name(pack, live);
    for (const child of children) await this.walk(child);
    // Last: a node below which something failed is tried again for the next point, which is then named too.
    this.seen.add(key);
  }

  /** Packs that hold what moved away from a pack in use are in use. */
  private async followMoves(): Promise<void> {
    const { store, keys } = this.parts;
    const { signal } = this.options;
    let left: { readonly name: string; readonly from: string }[] = [];
    for await (const { name } of store.list(MOVED_PREFIX, signal)) {
      const from = packOfMovedName(name);
      if (from !== null) left.push({ name, from });
    }
    for (let isOver = false; !isOver; ) {
      const named = left.filter(({ from }) => this.packs.isNamed(from));
      left = left.filter(({ from }) => !this.packs.isNamed(from));
      for (const { name } of named)
        await this.try({ pointId: null, object: name }, async () => {
          for (const { pack, length } of await movedPlaces(store, keys, { name, signal }))
            this.packs.name(pack, length);
        });
      isOver = named.length === 0;
    }
  }
}

/** Nothing for an object that is not a moved table: readers ignore it too. */
async function movedPlaces(
  store: BlobStore,
  keys: VaultKeys,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
) {
  try {
    const bytes = await readObject(store, name, { most: MAX_MOVED_BYTES, signal });
    return [...decodeMovedTable(name, bytes, keys).values()];
  } catch (error) {
    if ((!isKluisError(error) || isDamage(error)) && !signal.aborted) return [];
    throw error;
  }
}

/** First phase: finds the packs in use and the unreachable ones. Changes nothing. */
export async function planCollection(
  parts: CollectParts,
  options: CollectionOptions,
): Promise<CollectionPlan> {
  const mark = new Mark(parts, options);
  await mark.run();
  const plan = { packs: 0, bytes: 0, liveBytes: 0, condemnedBytes: 0 };
  const condemned: string[] = [];
  // What an unresolved point needs is unknown: nothing may go.
  const isKnown = mark.unresolved.length === 0;
  for (const { id, bytes, liveBytes, isNamed } of mark.packs.stored()) {
    plan.packs += 1;
    plan.bytes += bytes;
    plan.liveBytes += liveBytes;
    if (isNamed || !isKnown || condemned.length === MOST_CONDEMNED) continue;
    condemned.push(id.toString("hex"));
    plan.condemnedBytes += bytes;
  }
  return { ...plan, condemned, points: mark.points, unresolved: mark.unresolved };
}

/** Second phase: deletes condemned packs that are still unreachable; the index forgets them first. */
export async function sweep(parts: CollectParts, options: SweepOptions): Promise<SweepResult> {
  const { store } = parts;
  const { signal } = options;
  const mark = new Mark(parts, options);
  await mark.run();
  const isFree = (pack: string): boolean => mark.unresolved.length === 0 && !mark.packs.isNamed(pack);
  const reprieved = options.condemned.filter((pack) => !isFree(pack));
  const doomed = new Set(options.condemned.filter(isFree));
  await parts.index.removePacks([...doomed]);
  let freedBytes = 0;
  for (const { id, bytes, isNodes } of mark.packs.stored()) {
    const pack = id.toString("hex");
    if (!doomed.has(pack)) continue;
    if (await store.delete(packName({ pack, kind: isNodes ? "nodes" : "chunks" }), signal))
      freedBytes += bytes;
  }
  // Moved tables of a pack that nothing names any more.
  for (const pack of doomed)
    for await (const { name } of store.list(movedPrefix(pack), signal)) await store.delete(name, signal);
  return { deleted: [...doomed], freedBytes, reprieved };
}
