/** Reads chunks: fetched in runs, authenticated, decompressed and digested. */
import { forEachConcurrent, isKluisError, type KluisError } from "@kluis/domain";
import { BLOCK_BYTES, MAX_READ_BYTES } from "../constants.ts";
import { damaged } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { LeafBlock, LeafChunk } from "../map/leaf.ts";
import { free } from "../memory.ts";
import { packName } from "../names.ts";
import { ITEM_CHUNK, itemContext, itemNonce, unseal } from "../seal.ts";
import type { ChunkPlace } from "../types.ts";
import { LruCache } from "./lru.ts";
import type { PackReader } from "./pack-reader.ts";

/** Largest gap between chunks of one run: reading it costs less than another request. */
const GAP_BYTES = 65_536;
const FETCHES = 4;

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

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Receives the plain bytes; null only checks them. */
  readonly target: Buffer | null;
  /** True: caches chunks of which only a part is opened, for a reader that continues. */
  readonly keepPartial: boolean;
}

interface WantedChunk {
  readonly chunk: LeafChunk;
  readonly blocks: WantedBlock[];
}

const cachedBytes = (plain: Buffer): number => plain.length;

export const chunkKey = (chunk: ChunkPlace): string => `${chunk.pack}:${chunk.offset}`;

/** Opens chunks and checks every block of them. */
export class ChunkReader {
  private readonly packs: PackReader;
  private readonly keys: VaultKeys;
  private readonly cache: LruCache<Buffer>;

  constructor(packs: PackReader, keys: VaultKeys, cacheBytes: number) {
    this.packs = packs;
    this.keys = keys;
    this.cache = new LruCache(cacheBytes);
  }

  /** Opens the chunks of these blocks, each chunk once, and checks every block against its digest in the map. */
  async openBlocks(blocks: Iterable<WantedBlock>, options: OpenOptions): Promise<void> {
    const wanted = new Map<string, WantedChunk>();
    for (const block of blocks) {
      const { chunk } = block.content;
      const known = wanted.get(chunkKey(chunk));
      if (known === undefined) wanted.set(chunkKey(chunk), { chunk, blocks: [block] });
      else known.blocks.push(block);
    }
    const toFetch: WantedChunk[] = [];
    for (const each of wanted.values()) {
      if (!this.cache.has(chunkKey(each.chunk))) toFetch.push(each);
      else await this.useCached(each, options);
    }
    const limits = { limit: FETCHES, signal: options.signal };
    await forEachConcurrent(planRuns(toFetch), limits, (run) => this.openRun(run, options));
  }

  private async openRun(run: Run, options: OpenOptions): Promise<void> {
    const { signal, target, keepPartial } = options;
    const bytes = await this.fetchRun(run, signal);
    await forEachConcurrent(run.chunks, { limit: FETCHES, signal }, async (wanted) => {
      const { chunk, blocks } = wanted;
      const sealed = bytes?.subarray(chunk.offset - run.offset, chunk.offset - run.offset + chunk.length);
      if (keepPartial && blocks.length < chunk.blocks) {
        await this.useCached(wanted, options, sealed);
        return;
      }
      const plain = await this.load(wanted, signal, sealed);
      if (target !== null) copyBlocks(wanted, plain, target);
      free(plain);
    });
    if (bytes !== undefined) free(bytes);
  }

  /** Through the cache: what another read opened is checked against this map too. */
  private async useCached(
    wanted: WantedChunk,
    { signal, target }: OpenOptions,
    sealed?: Buffer,
  ): Promise<void> {
    const load = () => this.load(wanted, signal, sealed);
    const plain = await this.cache.get(chunkKey(wanted.chunk), load, cachedBytes);
    this.check(wanted, plain, wanted.chunk);
    if (target !== null) copyBlocks(wanted, plain, target);
  }

  /** Opens a chunk at its place or where it moved to, and checks the wanted blocks. `sealed`: its bytes, when they were read before. */
  private load(wanted: WantedChunk, signal: AbortSignal, sealed?: Buffer): Promise<Buffer> {
    const { chunk } = wanted;
    return this.packs.moved.follow(chunk, signal, async (at) => {
      const isRead = at === chunk && sealed !== undefined;
      const bytes = isRead
        ? sealed
        : await this.packs.readRange({ pack: at.pack, kind: "chunks" }, at, signal);
      const plain = await this.unsealChunk(chunk, at, bytes);
      if (!isRead) free(bytes);
      this.check(wanted, plain, at);
      return plain;
    });
  }

  /** @throws KluisError VAULT_DATA_DAMAGED when the chunk at a place does not hold the blocks that the map names */
  private check({ blocks }: WantedChunk, plain: Buffer, at: ChunkPlace): void {
    for (const { content } of blocks)
      if (!this.keys.blockDigest(blockOf(plain, content)).equals(content.digest)) throw otherBlock(at);
  }

  /** Undefined when the pack is missing: each chunk then finds its own new place. */
  private async fetchRun(run: Run, signal: AbortSignal): Promise<Buffer | undefined> {
    if (run.chunks.length === 1) return undefined;
    try {
      return await this.packs.readRange(
        { pack: run.pack, kind: "chunks" },
        { offset: run.offset, length: run.end - run.offset },
        signal,
      );
    } catch (error) {
      // A missing or shortened pack: each chunk finds its new place or names its own failure.
      if (isKluisError(error, "VAULT_OBJECT_MISSING") || isKluisError(error, "VAULT_DATA_DAMAGED"))
        return undefined;
      throw error;
    }
  }

  private async unsealChunk(chunk: LeafChunk, place: ChunkPlace, sealed: Buffer): Promise<Buffer> {
    const context = itemContext(ITEM_CHUNK, Buffer.from(chunk.id, "hex"));
    const pack = { pack: place.pack, kind: "chunks" } as const;
    const seal = { key: this.packs.keyOf(pack), nonce: itemNonce(place.offset), context };
    try {
      return await unseal(sealed, seal, chunk.blocks * BLOCK_BYTES);
    } catch (error) {
      throw damaged(packName(pack), `the chunk at ${place.offset} does not open`, error);
    }
  }
}

function otherBlock({ pack, offset }: ChunkPlace): KluisError {
  return damaged(
    packName({ pack, kind: "chunks" }),
    `the chunk at ${offset} does not hold the block that the map names`,
  );
}

function blockOf(plain: Buffer, { position }: LeafBlock): Buffer {
  return plain.subarray(position * BLOCK_BYTES, (position + 1) * BLOCK_BYTES);
}

function copyBlocks({ blocks }: WantedChunk, plain: Buffer, target: Buffer): void {
  for (const { content, at } of blocks) copyOverlap(blockOf(plain, content), at, target);
}

/** Copies the part of a block that lies inside the target. */
function copyOverlap(block: Buffer, at: number, target: Buffer): void {
  const from = Math.max(0, -at);
  const to = Math.min(block.length, target.length - at);
  if (to > from) block.copy(target, at + from, from, to);
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
    if (
      run?.pack === chunk.pack &&
      chunk.offset - run.end <= GAP_BYTES &&
      end - run.offset <= MAX_READ_BYTES
    ) {
      run.chunks.push(each);
      run.end = Math.max(run.end, end);
    } else {
      runs.push({ pack: chunk.pack, offset: chunk.offset, end, chunks: [each] });
    }
  }
  return runs;
}
