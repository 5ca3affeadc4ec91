/** Reads chunks: fetched in runs, authenticated, decompressed and digested. */
import { forEachConcurrent, isKluisError } from "@kluis/domain";
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

/** A chunk's plain bytes and the digests of its blocks. */
interface OpenChunk {
  readonly plain: Buffer;
  readonly digests: readonly Buffer[];
}

/** Largest gap between chunks of one run: reading it costs less than another request. */
const GAP_BYTES = 65_536;
const FETCHES = 4;

interface Run {
  readonly pack: string;
  readonly offset: number;
  end: number;
  readonly chunks: LeafChunk[];
}

/** Blocks to open, each with the caller's own data. */
export interface BlockUse<T> {
  readonly blockOf: (item: T) => LeafBlock;
  /** Receives each block's plain bytes once; must not keep them. */
  readonly use: (item: T, plain: Buffer) => void;
  /** True: caches chunks of which only a part is opened, for a reader that continues. */
  readonly keepPartial: boolean;
}

interface WantedChunk<T> {
  readonly chunk: LeafChunk;
  readonly items: T[];
}

interface ChunkUse {
  readonly keep: (chunk: LeafChunk) => boolean;
  readonly use: (chunk: LeafChunk, opened: OpenChunk) => void;
}

const cachedBytes = (opened: OpenChunk): number => opened.plain.length;

export const chunkKey = (chunk: ChunkPlace): string => `${chunk.pack}:${chunk.offset}`;

/** Opens chunks and checks every block of them. */
export class ChunkReader {
  private readonly packs: PackReader;
  private readonly keys: VaultKeys;
  private readonly cache: LruCache<OpenChunk>;

  constructor(packs: PackReader, keys: VaultKeys, cacheBytes: number) {
    this.packs = packs;
    this.keys = keys;
    this.cache = new LruCache(cacheBytes);
  }

  /** Opens the chunks of these blocks, each chunk once, and checks every block against its digest in the map. */
  async openBlocks<T>(items: Iterable<T>, signal: AbortSignal, options: BlockUse<T>): Promise<void> {
    const { blockOf, use, keepPartial } = options;
    const wanted = new Map<string, WantedChunk<T>>();
    for (const item of items) {
      const { chunk } = blockOf(item);
      const known = wanted.get(chunkKey(chunk));
      if (known === undefined) wanted.set(chunkKey(chunk), { chunk, items: [item] });
      else known.items.push(item);
    }
    await this.openEach(
      [...wanted.values()].map(({ chunk }) => chunk),
      signal,
      {
        keep: (chunk) => keepPartial && (wanted.get(chunkKey(chunk))?.items.length ?? 0) < chunk.blocks,
        use: (chunk, opened) => {
          for (const item of wanted.get(chunkKey(chunk))?.items ?? []) {
            const block = blockOf(item);
            checkBlock(block, opened);
            use(
              item,
              opened.plain.subarray(block.position * BLOCK_BYTES, (block.position + 1) * BLOCK_BYTES),
            );
          }
        },
      },
    );
  }

  /** Fetches chunks that are not cached in runs of up to 4 MiB. Caches only those that `keep` selects. */
  private async openEach(
    chunks: readonly LeafChunk[],
    signal: AbortSignal,
    { keep, use }: ChunkUse,
  ): Promise<void> {
    const wanted: LeafChunk[] = [];
    for (const chunk of chunks) {
      if (!this.cache.has(chunkKey(chunk))) wanted.push(chunk);
      else use(chunk, await this.cached(chunk, signal));
    }
    await forEachConcurrent(planRuns(wanted), { limit: FETCHES, signal }, async (run) => {
      const bytes = await this.fetchRun(run, signal);
      await forEachConcurrent(run.chunks, { limit: FETCHES, signal }, async (chunk) => {
        const sealed = bytes?.subarray(chunk.offset - run.offset, chunk.offset - run.offset + chunk.length);
        if (keep(chunk)) {
          use(chunk, await this.cached(chunk, signal, sealed));
          return;
        }
        const opened = await this.load(chunk, signal, sealed);
        use(chunk, opened);
        free(opened.plain);
      });
      if (bytes !== undefined) free(bytes);
    });
  }

  private cached(chunk: LeafChunk, signal: AbortSignal, sealed?: Buffer): Promise<OpenChunk> {
    return this.cache.get(chunkKey(chunk), () => this.load(chunk, signal, sealed), cachedBytes);
  }

  private async load(chunk: LeafChunk, signal: AbortSignal, sealed?: Buffer): Promise<OpenChunk> {
    if (sealed !== undefined) return this.unsealChunk(chunk, chunk, sealed);
    const found = await this.packs.readWhole(chunk, signal);
    const opened = await this.unsealChunk(chunk, found.place, found.sealed);
    free(found.sealed);
    return opened;
  }

  /** Undefined when the pack is missing: each chunk then finds its own new place. */
  private async fetchRun(run: Run, signal: AbortSignal): Promise<Buffer | undefined> {
    if (run.chunks.length === 1) return undefined;
    try {
      return await this.packs.readRange(
        run.pack,
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

  private async unsealChunk(chunk: LeafChunk, place: ChunkPlace, sealed: Buffer): Promise<OpenChunk> {
    const context = itemContext(ITEM_CHUNK, Buffer.from(chunk.id, "hex"));
    const seal = { key: this.packs.keyOf(place.pack), nonce: itemNonce(place.offset), context };
    let plain: Buffer;
    try {
      plain = await unseal(sealed, seal, chunk.blocks * BLOCK_BYTES);
    } catch (error) {
      throw damaged(packName(place.pack), `the chunk at ${place.offset} does not open`, error);
    }
    const digests: Buffer[] = [];
    for (let i = 0; i < chunk.blocks; i++) {
      digests.push(this.keys.blockDigest(plain.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES)));
    }
    if (this.keys.chunkId(digests).toString("hex") !== chunk.id) {
      throw damaged(
        packName(place.pack),
        `the content of the chunk at ${place.offset} does not match its id`,
      );
    }
    return { plain, digests };
  }
}

/** @throws KluisError VAULT_DATA_DAMAGED when the chunk does not hold the block that the map expects */
function checkBlock({ chunk, position, digest }: LeafBlock, opened: OpenChunk): void {
  if (opened.digests[position]?.equals(digest) === true) return;
  throw damaged(
    packName(chunk.pack),
    `the chunk at ${chunk.offset} does not hold the block that the map names`,
  );
}

function planRuns(chunks: readonly LeafChunk[]): Run[] {
  const sorted = [...chunks].sort((a, b) =>
    a.pack === b.pack ? a.offset - b.offset : a.pack < b.pack ? -1 : 1,
  );
  const runs: Run[] = [];
  for (const chunk of sorted) {
    const run = runs.at(-1);
    const end = chunk.offset + chunk.length;
    if (
      run?.pack === chunk.pack &&
      chunk.offset - run.end <= GAP_BYTES &&
      end - run.offset <= MAX_READ_BYTES
    ) {
      run.chunks.push(chunk);
      run.end = Math.max(run.end, end);
    } else {
      runs.push({ pack: chunk.pack, offset: chunk.offset, end, chunks: [chunk] });
    }
  }
  return runs;
}
