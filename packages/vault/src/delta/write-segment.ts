/** Writes one segment of a disk: read, compare, seal, store. */
import { mapConcurrent } from "@kluis/domain/core";
import { BLOCK_BYTES, MAX_READ_BYTES } from "../constants.ts";
import { storeMoved } from "../damage/store-moved.ts";
import { checkDomain } from "../domain.ts";
import { invalid } from "../errors.ts";
import { free } from "../memory.ts";
import { placeOf, refOf } from "../node-ref.ts";
import { PackWriter } from "../pack/writer.ts";
import type { VaultParts } from "../parts.ts";
import { ITEM_CHUNK } from "../seal.ts";
import type { ChunkIndex, SegmentResult, ShownStats, TransferLimits, WriteSegmentOptions } from "../types.ts";
import type { VaultWorkers } from "../workers/port.ts";
import { ClaimCheck } from "./claims.ts";
import { contentOf } from "./content.ts";
import { type ChunkSlot, draftWindow, finishLeaf, type SlotContent, type WindowContent } from "./draft.ts";
import { HealedChunks } from "./healing.ts";
import { type Batch, batchWindows, planWindows, type SegmentSpan, segmentSpan } from "./plan-windows.ts";
import { type BlockContent, readBlocks } from "./read-blocks.ts";
import { movedPacks, relocated } from "./relocate.ts";
import { SegmentBase, windowsToRead, withWholeWindows } from "./segment-base.ts";
import { storeSegmentMap, type WindowState } from "./segment-map.ts";
import { type Counters, emptyStats } from "./stats.ts";

export interface WriteParts extends VaultParts {
  readonly index: ChunkIndex;
  readonly limits: TransferLimits;
  readonly workers: VaultWorkers | undefined;
}

/** Batches of one segment in progress at once; the byte budget is the real bound. */
const BATCHES = 6;
/** Windows per batch: bounds the look-ups of a batch of scattered small changes. */
const BATCH_WINDOWS = 64;

type ShownCounters = { -readonly [K in keyof ShownStats]: number };

interface Outcome {
  readonly contents: readonly WindowContent[];
  readonly content: BlockContent;
  readonly release: () => void;
}

/** A node of the base is damaged, and the list of changes does not say what is in its windows. */
class BaseLost extends Error {}

/** Reads the extents of a segment, seals the content that differs from the base, and stores packs and the segment's map. */
export async function writeSegment(parts: WriteParts, options: WriteSegmentOptions): Promise<SegmentResult> {
  try {
    return await runSegment(parts, options, { isSuspect: false });
  } catch (error) {
    // It was not known: the second run looks for every damaged node first. What the first one sealed is found by the index.
    if (!(error instanceof BaseLost)) throw error;
    return runSegment(parts, options, { isSuspect: true });
  }
}

interface Attempt {
  /** Every node of the base is tried before anything is read from the disk. */
  readonly isSuspect: boolean;
}

async function runSegment(
  parts: WriteParts,
  options: WriteSegmentOptions,
  attempt: Attempt,
): Promise<SegmentResult> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const job = new SegmentJob(parts, { ...options, signal }, failure);
  try {
    return await job.run(attempt);
  } catch (error) {
    failure.abort();
    await job.abandon();
    options.signal.throwIfAborted();
    throw job.firstError ?? error;
  }
}

class SegmentJob {
  private readonly parts: WriteParts;
  private readonly options: WriteSegmentOptions;
  private readonly span: SegmentSpan;
  private readonly base: SegmentBase;
  private readonly writer: PackWriter;
  private readonly slots = new Map<string, ChunkSlot>();
  private readonly domain: Buffer;
  private readonly contents: WindowContent[] = [];
  private readonly held = new Set<() => void>();
  private readonly stats: Counters;
  /** Chunks of other VMs that this segment uses first. Their sizes are what this VM alone would have stored. */
  private readonly elsewhere = { chunks: 0, plainBytes: 0, sealedBytes: 0 };
  private readonly failure: AbortController;
  private readonly chunksAgain: HealedChunks;
  /** Windows that are read whole whatever the extents say. */
  private whole: ReadonlySet<number> = new Set();
  private claims: ClaimCheck | null = null;
  /** Packs of the base that were compacted: new leaves name the new places of their chunks. */
  private moved: ReadonlySet<string> = new Set();
  firstError: unknown;

  constructor(parts: WriteParts, options: WriteSegmentOptions, failure: AbortController) {
    this.failure = failure;
    this.parts = parts;
    this.options = options;
    this.span = segmentSpan(options.diskBytes, options.segment);
    if (options.source.size < options.diskBytes)
      throw invalid("The source is smaller than the disk.", {
        sourceBytes: options.source.size,
        diskBytes: options.diskBytes,
      });
    const { signal } = options;
    const { nodes } = parts;
    this.base = new SegmentBase(placeOf(options.base), { nodes, avoid: options.avoid, signal });
    this.chunksAgain = new HealedChunks(this.base.avoid);
    this.writer = new PackWriter({ ...parts, signal });
    this.domain = parts.keys.domainTag(checkDomain(options.domain));
    this.stats = emptyStats(this.span.end - this.span.start);
  }

  async run({ isSuspect }: Attempt): Promise<SegmentResult> {
    const { claimed, delta } = this.options;
    const { span } = this;
    this.claims = claimed === undefined ? null : await ClaimCheck.of(claimed, span);
    this.moved = await movedPacks(this.base, this.parts.index);
    // Without a list of changes every allocated block is read anyway.
    if (delta === "changed-ranges") this.whole = await windowsToRead(this.base, span, isSuspect);
    const windows = withWholeWindows(planWindows(this.options.extents, span), { whole: this.whole, span });
    const batches = batchWindows(windows, { maxBytes: MAX_READ_BYTES, maxWindows: BATCH_WINDOWS });
    for await (const outcome of mapConcurrent(
      batches,
      { limit: BATCHES, signal: this.options.signal },
      (batch) => this.compare(batch),
    )) {
      await this.stopOnError(this.pack(outcome));
      this.report();
    }
    const node = await storeSegmentMap(this.states(), this.base, {
      takeOver: delta === "changed-ranges",
      keys: this.parts.keys,
      writer: this.writer,
    });
    await this.writer.finish();
    this.report();
    const healed = await this.heal();
    const omitted = (await this.claims?.finish(this.base)) ?? null;
    const { errors: unreadable } = this.base;
    return { node: refOf(node), stats: { ...this.stats }, shown: this.shown(), omitted, healed, unreadable };
  }

  /** Readers of older points find what was damaged at its new place. Everything new is durable. */
  private async heal(): Promise<SegmentResult["healed"]> {
    if (this.options.avoid === undefined && !this.base.hasLost) return [];
    const healed = [...(await this.chunksAgain.places(this.slots)), ...this.base.healed];
    const { store, keys } = this.parts;
    await storeMoved(healed, { store, keys, signal: this.options.signal });
    return healed;
  }

  async abandon(): Promise<void> {
    await this.writer.abandon();
    for (const release of this.held) release();
  }

  /** The first error stops the whole segment: other batches may wait for memory that the failed one holds. */
  private async stopOnError<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.firstError ??= error;
      this.failure.abort();
      throw error;
    }
  }

  private compare(batch: Batch): Promise<Outcome> {
    return this.stopOnError(this.compareBatch(batch));
  }

  /** Reads and digests a batch and compares it with the base. Holds its memory budget until its new content is packed. */
  private async compareBatch(batch: Batch): Promise<Outcome> {
    const { signal, source, delta } = this.options;
    const { limits, keys, index, workers } = this.parts;
    await limits.inFlight.acquire(batch.bytes, signal);
    const release = () => {
      if (this.held.delete(release)) limits.inFlight.release(batch.bytes);
    };
    this.held.add(release);
    const content = await readBlocks(batch, { source, span: this.span, reads: limits.reads, signal });
    await content.digestWith(workers, keys, signal);
    const drafts = [];
    for (const plan of batch.windows) {
      const leaf = await this.base.leaf(plan.window);
      if (leaf === null && delta === "changed-ranges" && !this.whole.has(plan.window)) {
        if (await this.base.isLost(plan.window)) throw new BaseLost();
      }
      const draft = draftWindow(plan, leaf, { content, keys, delta, avoid: this.base.avoid });
      for (const { chunk } of draft.again) this.chunksAgain.add(chunk);
      drafts.push(draft);
    }
    const { compressionLevel } = limits;
    const shared = { keys, index, workers, signal };
    const parts = { ...shared, domain: this.domain, compressionLevel, slots: this.slots };
    const placed = await relocated(drafts, this.moved, index);
    return { contents: await contentOf(placed, content, parts), content, release };
  }

  /** Puts a batch's new chunks into the pack in the order of the disk, so that a restore reads neighbors together. */
  private async pack({ contents, content, release }: Outcome): Promise<void> {
    const { stats } = this;
    stats.readBytes += content.readBytes;
    await this.useElsewhere(contents);
    for (const window of contents) {
      const { draft, slot, packed, elsewhere, again } = window;
      // Nothing is known about the content of a lost window, so it says nothing about the claim.
      if (!(await this.base.isLost(draft.window))) this.claims?.compare(draft);
      else this.claims?.skip(draft.window);
      stats.changedBytes += draft.changedBlocks * BLOCK_BYTES;
      stats.zeroBytes += draft.zeroBlocks * BLOCK_BYTES;
      for (const one of again) await this.packSlot(one);
      if (slot !== null) await this.packSlot({ slot, packed, elsewhere });
      // The pack has the bytes now: the map needs only digests and places.
      const packedAgain = again.map((one) => ({ ...one, packed: null }));
      this.contents.push({ ...window, packed: null, again: packedAgain });
    }
    content.free();
    release();
  }

  /** Counts the chunks of other VMs that this one uses first, and notes them: the next use counts as reused. */
  private async useElsewhere(contents: readonly WindowContent[]): Promise<void> {
    const all = contents.flatMap((window) => [window, ...window.again]);
    const used = all.flatMap(({ elsewhere, slot }) => (elsewhere && slot !== null ? [slot] : []));
    if (used.length > 0) await this.parts.index.use?.(used.map(({ id }) => id));
    for (const { blocks, place } of used) {
      this.elsewhere.chunks += 1;
      this.elsewhere.plainBytes += blocks * BLOCK_BYTES;
      this.elsewhere.sealedBytes += place?.length ?? 0;
    }
  }

  private async packSlot({ slot, packed }: SlotContent): Promise<void> {
    const { stats } = this;
    if (packed === null) {
      stats.chunksReused += 1;
      return;
    }
    const { id, blocks } = slot;
    const place = await this.writer.add(ITEM_CHUNK, Buffer.from(id, "hex"), packed);
    slot.place = { id, blocks, ...place };
    stats.chunksNew += 1;
    stats.movedBytes += packed.plainLength;
    if (packed.own) free(packed.payload);
  }

  private states(): Map<number, WindowState> {
    const states = new Map<number, WindowState>();
    for (const content of this.contents) {
      const { window, same, before } = content.draft;
      states.set(window, same ? "same" : { leaf: finishLeaf(content), before });
    }
    return states;
  }

  private shown(): ShownCounters {
    const { chunks, plainBytes, sealedBytes } = this.elsewhere;
    const { movedBytes, chunksNew, chunksReused } = this.stats;
    return {
      movedBytes: movedBytes + plainBytes,
      storedBytes: this.writer.chunkBytes + sealedBytes,
      chunksNew: chunksNew + chunks,
      chunksReused: chunksReused - chunks,
    };
  }

  private report(): void {
    const { stats, writer } = this;
    stats.storedBytes = writer.storedBytes;
    stats.metadataBytes = Math.max(0, writer.storedBytes - writer.chunkBytes);
    const { readBytes, changedBytes, zeroBytes } = stats;
    const { movedBytes, storedBytes } = this.shown();
    this.options.onProgress?.({ readBytes, changedBytes, movedBytes, storedBytes, zeroBytes });
  }
}
