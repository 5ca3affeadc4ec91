/** Reads chunks: fetched in runs, authenticated, decompressed and digested. */
import { forEachConcurrent, isDamage, type KluisError, placeKey } from "@kluis/domain/core";
import { BLOCK_BYTES, MAX_READ_BYTES } from "../constants.ts";
import { damagedAt } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { LeafBlock, LeafChunk } from "../map/leaf.ts";
import { BufferPool, free } from "../memory.ts";
import { packName } from "../names.ts";
import { ITEM_CHUNK, itemContext, itemNonce, unseal } from "../seal.ts";
import type { Budget, ChunkPlace } from "../types.ts";
import type { VaultWorkers } from "../workers/port.ts";
import { copyBlock } from "../workers/targets.ts";
import { encodePlan, type FileRange, type PlannedChunk } from "../workers/tasks.ts";
import { LruCache } from "./lru.ts";
import type { PackReader } from "./pack-reader.ts";
import { type FileRanges, type TargetFile, writesOf } from "./target-file.ts";

/** Largest gap between chunks of one run: reading it costs less than another request. */
const GAP_BYTES = 65_536;
/** The largest run: four chunks of 1 MiB that did not shrink fit with their overhead. */
const RUN_BYTES = MAX_READ_BYTES + 65_536;
/** Runs of one read that are fetched at once, and chunks of a run that the thread pool opens at once. */
const FETCHES = 4;
/** Smaller runs are opened sooner than a worker gets them. */
const WORKER_BYTES = 131_072;

interface Run {
  readonly pack: string;
  readonly offset: number;
  end: number;
  readonly chunks: WantedChunk[];
}

/** A block to open. */
export interface WantedBlock {
  readonly content: LeafBlock;
  /** Where its first byte belongs in the target; it may start before the target and end behind it. */
  readonly at: number;
}

/** A file, and where the bytes of joined ranges belong in it. */
export interface FilePlaces {
  readonly file: TargetFile;
  readonly places: Float64Array;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Receives the plain bytes; null only checks them. */
  readonly target: Buffer | FilePlaces | null;
  /** True: caches chunks of which only a part is opened, for a reader that continues. */
  readonly keepPartial: boolean;
}

interface WantedChunk {
  readonly chunk: LeafChunk;
  readonly blocks: WantedBlock[];
}

const cachedBytes = (plain: Buffer): number => plain.length;

export interface ChunkParts {
  readonly packs: PackReader;
  readonly keys: VaultKeys;
  /** Sealed bytes that are fetched or opened at once, by all readers of a vault. */
  readonly fetches: Budget;
  readonly workers: VaultWorkers | undefined;
}

/** Targets of workers for readers whose own target is not in shared memory. */
const scratches = new BufferPool(MAX_READ_BYTES, 4);

/** Opens chunks and checks every block of them. */
export class ChunkReader {
  private readonly parts: ChunkParts;
  private readonly cache: LruCache<Buffer>;

  constructor(parts: ChunkParts, cacheBytes: number) {
    this.parts = parts;
    this.cache = new LruCache(cacheBytes);
  }

  /** Opens the chunks of these blocks, each chunk once, and checks every block against its digest in the map. */
  async openBlocks(blocks: Iterable<WantedBlock>, options: OpenOptions): Promise<void> {
    const wanted = new Map<string, WantedChunk>();
    for (const block of blocks) {
      const { chunk } = block.content;
      const known = wanted.get(placeKey(chunk));
      if (known === undefined) wanted.set(placeKey(chunk), { chunk, blocks: [block] });
      else known.blocks.push(block);
    }
    const toFetch: WantedChunk[] = [];
    for (const each of wanted.values()) {
      if (!this.cache.has(placeKey(each.chunk))) toFetch.push(each);
      else await this.useCached(each, options);
    }
    const limits = { limit: FETCHES, signal: options.signal };
    await forEachConcurrent(planRuns(toFetch), limits, (run) => this.openRun(run, options));
  }

  private async openRun(run: Run, options: OpenOptions): Promise<void> {
    const { signal } = options;
    const held = run.end - run.offset;
    await this.parts.fetches.acquire(held, signal);
    try {
      const isWorth = this.parts.workers !== undefined && held >= WORKER_BYTES;
      const file = isWorth ? this.parts.packs.rangeOf({ pack: run.pack, kind: "chunks" }, run) : null;
      const sealed = file ?? (await this.fetchRun(run, signal));
      if (sealed === undefined) await this.openHere(run, sealed, options);
      else if (!(sealed instanceof Uint8Array)) await this.openInWorker(run, sealed, options);
      else if (isWorth) await this.openInWorker(run, ownMemory(sealed), options);
      else await this.openHere(run, sealed, options);
    } finally {
      this.parts.fetches.release(held);
    }
  }

  private async openHere(run: Run, bytes: Buffer | undefined, options: OpenOptions): Promise<void> {
    const { signal, target } = options;
    await forEachConcurrent(run.chunks, { limit: FETCHES, signal }, async (wanted) => {
      const { chunk } = wanted;
      const sealed = bytes?.subarray(chunk.offset - run.offset, chunk.offset - run.offset + chunk.length);
      if (isKept(wanted, options)) {
        await this.useCached(wanted, options, sealed);
        return;
      }
      const plain = await this.load(wanted, signal, sealed);
      await put(wanted, plain, target);
      free(plain);
    });
    if (bytes !== undefined) free(bytes);
  }

  /** The chunks that a worker cannot open are opened here: one way finds moved places and names damage. */
  private async openInWorker(run: Run, sealed: Uint8Array | FileRange, options: OpenOptions): Promise<void> {
    const { workers } = this.parts;
    if (workers === undefined) return;
    const { signal, target } = options;
    const copied = Buffer.isBuffer(target) && !(target.buffer instanceof SharedArrayBuffer) ? target : null;
    const scratch = copied === null ? null : scratches.take();
    const plan = encodePlan(run.chunks.map((wanted) => plannedOf(wanted, run, isKept(wanted, options))));
    const packKey = Uint8Array.from(this.parts.packs.keyOf({ pack: run.pack, kind: "chunks" }));
    const task = {
      ...plan,
      sealed,
      packKey,
      blockKey: this.parts.keys.blockKey,
      target: scratch?.subarray(0, copied?.length) ?? forWorker(target),
    };
    const { failed, kept } = await workers.openRun(task, signal);
    const again = new Set(failed);
    for (const { chunk: n, plain } of kept) this.keep(run.chunks[n], plain);
    if (scratch !== null && copied !== null) {
      const opened = run.chunks.filter((_, n) => !again.has(n));
      for (const { at } of opened.flatMap(({ blocks }) => blocks)) copySame(scratch, at, copied);
      scratches.give(scratch);
    }
    for (const n of failed) {
      const wanted = run.chunks[n];
      if (wanted !== undefined) await this.openHere({ ...run, chunks: [wanted] }, undefined, options);
    }
  }

  private keep(wanted: WantedChunk | undefined, plain: Uint8Array): void {
    if (wanted === undefined) return;
    const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.length);
    void this.cache.get(placeKey(wanted.chunk), () => Promise.resolve(bytes), cachedBytes);
  }

  /** Through the cache: what another read opened is checked against this map too. */
  private async useCached(
    wanted: WantedChunk,
    { signal, target }: OpenOptions,
    sealed?: Buffer,
  ): Promise<void> {
    const load = () => this.load(wanted, signal, sealed);
    const plain = await this.cache.get(placeKey(wanted.chunk), load, cachedBytes);
    this.check(wanted, plain, wanted.chunk);
    await put(wanted, plain, target);
  }

  /** Opens a chunk at its place or where it moved to, and checks the wanted blocks. `sealed`: its bytes, when they were read before. */
  private load(wanted: WantedChunk, signal: AbortSignal, sealed?: Buffer): Promise<Buffer> {
    const { chunk } = wanted;
    return this.parts.packs.moved.follow(chunk, signal, async (at, fresh) => {
      const isRead = !fresh && at === chunk && sealed !== undefined;
      const bytes = isRead
        ? sealed
        : await this.parts.packs.readRange({ pack: at.pack, kind: "chunks" }, at, signal);
      const plain = await this.unsealChunk(chunk, at, bytes);
      if (!isRead) free(bytes);
      this.check(wanted, plain, at);
      return plain;
    });
  }

  /** @throws KluisError VAULT_DATA_DAMAGED when the chunk at a place does not hold the blocks that the map names */
  private check({ blocks }: WantedChunk, plain: Buffer, at: ChunkPlace): void {
    for (const { content } of blocks)
      if (!this.parts.keys.blockDigest(blockOf(plain, content)).equals(content.digest)) throw otherBlock(at);
  }

  /** Undefined when the pack is missing: each chunk then finds its own new place. */
  private async fetchRun(run: Run, signal: AbortSignal): Promise<Buffer | undefined> {
    if (run.chunks.length === 1 && run.end - run.offset < WORKER_BYTES) return undefined;
    try {
      return await this.parts.packs.readRange(
        { pack: run.pack, kind: "chunks" },
        { offset: run.offset, length: run.end - run.offset },
        signal,
      );
    } catch (error) {
      // A missing or shortened pack: each chunk finds its new place or names its own failure.
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  private async unsealChunk(chunk: LeafChunk, place: ChunkPlace, sealed: Buffer): Promise<Buffer> {
    const context = itemContext(ITEM_CHUNK, Buffer.from(chunk.id, "hex"));
    const pack = { pack: place.pack, kind: "chunks" } as const;
    const seal = { key: this.parts.packs.keyOf(pack), nonce: itemNonce(place.offset), context };
    try {
      return await unseal(sealed, seal, chunk.blocks * BLOCK_BYTES);
    } catch (error) {
      const { offset } = place;
      throw damagedAt({ object: packName(pack), offset }, `the chunk at ${offset} does not open`, error);
    }
  }
}

function otherBlock({ pack, offset }: ChunkPlace): KluisError {
  return damagedAt(
    { object: packName({ pack, kind: "chunks" }), offset },
    `the chunk at ${offset} does not hold the block that the map names`,
  );
}

function blockOf(plain: Buffer, { position }: LeafBlock): Buffer {
  return plain.subarray(position * BLOCK_BYTES, (position + 1) * BLOCK_BYTES);
}

async function put({ blocks }: WantedChunk, plain: Buffer, target: OpenOptions["target"]): Promise<void> {
  if (target === null) return;
  if (Buffer.isBuffer(target)) {
    for (const { content, at } of blocks) copyBlock(blockOf(plain, content), at, target);
    return;
  }
  const { file, places } = target;
  const pairs = Int32Array.from(blocks.flatMap(({ content, at }) => [content.position, at]));
  for (const { from, length, position } of writesOf(pairs, { ...file, places }))
    await file.write(plain.subarray(from, from + length), position);
}

function forWorker(target: OpenOptions["target"]): Uint8Array | FileRanges | null {
  if (target === null || Buffer.isBuffer(target)) return target;
  const { path, lock } = target.file;
  return { path, lock, places: target.places };
}

/** Copies a block's part of the target from a buffer of the same layout. */
function copySame(from: Buffer, at: number, target: Buffer): void {
  const start = Math.max(0, at);
  from.copy(target, start, start, Math.min(at + BLOCK_BYTES, target.length));
}

function isKept({ chunk, blocks }: WantedChunk, { keepPartial }: OpenOptions): boolean {
  return keepPartial && blocks.length < chunk.blocks;
}

function plannedOf({ chunk, blocks }: WantedChunk, run: Run, keep: boolean): PlannedChunk {
  const { id, length, offset: packOffset } = chunk;
  const uses = blocks.map(({ content, at }) => ({ position: content.position, at, digest: content.digest }));
  return { id, start: packOffset - run.offset, length, packOffset, blocks: chunk.blocks, keep, uses };
}

/** A view that can be given away: of memory that holds nothing else. */
function ownMemory(bytes: Buffer): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}

function planRuns(wanted: readonly WantedChunk[]): Run[] {
  const sorted = wanted.toSorted(({ chunk: a }, { chunk: b }) =>
    a.pack === b.pack ? a.offset - b.offset : a.pack < b.pack ? -1 : 1,
  );
  const runs: Run[] = [];
  for (const each of sorted) {
    const { chunk } = each;
    const run = runs.at(-1);
    const end = chunk.offset + chunk.length;
    if (run?.pack === chunk.pack && chunk.offset - run.end <= GAP_BYTES && end - run.offset <= RUN_BYTES) {
      run.chunks.push(each);
      run.end = Math.max(run.end, end);
    } else {
      runs.push({ pack: chunk.pack, offset: chunk.offset, end, chunks: [each] });
    }
  }
  return runs;
}
