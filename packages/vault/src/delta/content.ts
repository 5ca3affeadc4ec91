/** Decides which content of a batch is new: looks it up in the index and compresses the rest. */
import { BLOCK_BYTES, BLOCKS_PER_WINDOW } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { type Packed, packCompressed, packedOf } from "../seal.ts";
import type { ChunkIndex, ChunkPlace } from "../types.ts";
import type { VaultWorkers } from "../workers/port.ts";
import type { ChunkSlot, SlotContent, WindowContent, WindowDraft } from "./draft.ts";
import type { BlockContent } from "./read-blocks.ts";

export interface ContentParts {
  readonly keys: VaultKeys;
  readonly index: ChunkIndex;
  /** Tag of the domain. */
  readonly domain: Buffer;
  readonly compressionLevel: number;
  readonly workers: VaultWorkers | undefined;
  readonly signal: AbortSignal;
  /** Chunks of this segment by id: equal windows share one chunk. */
  readonly slots: Map<string, ChunkSlot>;
}

interface Candidate {
  readonly id: string;
  readonly digests: readonly Buffer[];
}

interface Candidates {
  readonly draft: WindowDraft;
  /** The changed blocks; and all blocks of the window, when others are unchanged. */
  readonly changed: Candidate | null;
  readonly all: Candidate | null;
  /** Damaged chunks that are met again, under the ids that they have. */
  readonly again: readonly Candidate[];
}

/** Looks up the chunks of all windows of a batch at once, then compresses the new ones. */
export async function contentOf(
  drafts: readonly WindowDraft[],
  content: BlockContent,
  parts: ContentParts,
): Promise<WindowContent[]> {
  const candidates = drafts.map((draft) => candidatesOf(draft, parts));
  const ids = new Set<string>();
  for (const { changed, all, again } of candidates) {
    for (const candidate of [changed, all, ...again]) {
      if (candidate !== null && !parts.slots.has(candidate.id)) ids.add(candidate.id);
    }
  }
  const known: ReadonlyMap<string, ChunkPlace> =
    ids.size === 0 ? new Map() : await parts.index.lookup([...ids]);
  const found = candidates.map((window) => windowContent(window, { known, content, parts }));
  const fresh = found.flatMap(({ plain, again }) =>
    [plain, ...again.map((one) => one.plain)].filter((one) => one !== null),
  );
  const packed = await packAll(fresh, content, parts);
  const payloadOf = (plain: Buffer | null) => (plain === null ? null : (packed.get(plain) ?? null));
  return found.map(({ plain, again, ...window }) => ({
    ...window,
    packed: payloadOf(plain),
    again: again.map(({ plain: own, ...one }) => ({ ...one, packed: payloadOf(own) })),
  }));
}

/** Compresses new content: what worker threads see in one of them, the rest on the thread pool. */
async function packAll(
  fresh: readonly Buffer[],
  content: BlockContent,
  { workers, compressionLevel: level, signal }: ContentParts,
): Promise<ReadonlyMap<Buffer, Packed>> {
  const { bytes } = content;
  const isSeen = (plain: Buffer) => content.isShared && plain.buffer === bytes.buffer;
  const seen = workers === undefined ? [] : fresh.filter(isSeen);
  const packed = new Map<Buffer, Packed>();
  const inWorker = async () => {
    const pieces = Int32Array.from(
      seen.flatMap((plain) => [plain.byteOffset - bytes.byteOffset, plain.length]),
    );
    const answer = await workers?.compress({ bytes, pieces, level }, signal);
    for (const [n, plain] of seen.entries()) packed.set(plain, packedOf(plain, answer?.payloads[n] ?? null));
  };
  const here = async (plain: Buffer) => packed.set(plain, await packCompressed(plain, level));
  const rest = fresh.filter((plain) => !seen.includes(plain));
  const work = [...(seen.length === 0 ? [] : [inWorker()]), ...rest.map(here)];
  for (const result of await Promise.allSettled(work)) if (result.status === "rejected") throw result.reason;
  return packed;
}

function candidatesOf(draft: WindowDraft, { keys, domain }: ContentParts): Candidates {
  const again = draft.again.map(({ chunk, indexes }) => ({
    id: chunk.id,
    digests: indexes.flatMap((i) => draft.blocks[i]?.digest ?? []),
  }));
  if (draft.changed.length === 0) return { draft, changed: null, all: null, again };
  const digestsOf = (indexes: readonly number[]) => indexes.flatMap((i) => draft.blocks[i]?.digest ?? []);
  const candidate = (digests: readonly Buffer[]) => ({
    id: keys.chunkId(domain, digests).toString("hex"),
    digests,
  });
  const present = draft.blocks.flatMap((block, i) => (block === null ? [] : [i]));
  const changed = candidate(digestsOf(draft.changed));
  // A chunk of the whole window would hold what is stored apart a second time.
  const isWhole = present.length === draft.changed.length || again.length > 0;
  const all = isWhole ? null : candidate(digestsOf(present));
  return { draft, changed, all, again };
}

/** A chunk with the content that is still to be compressed; null: the vault or an earlier window has it. */
interface FoundSlot extends Omit<SlotContent, "packed"> {
  readonly plain: Buffer | null;
}

/** A window with the content that is still to be compressed. */
interface FoundWindow extends Omit<WindowContent, "packed" | "again"> {
  readonly plain: Buffer | null;
  readonly again: readonly FoundSlot[];
}

interface Known {
  readonly known: ReadonlyMap<string, ChunkPlace>;
  readonly content: BlockContent;
  readonly parts: ContentParts;
}

function windowContent(candidates: Candidates, given: Known): FoundWindow {
  const { draft, changed, all } = candidates;
  const again = candidates.again.map((candidate, n) =>
    slotContent(candidate, blocksOf(draft, draft.again[n]?.indexes ?? []), given),
  );
  if (changed === null) return { draft, slot: null, whole: false, elsewhere: false, plain: null, again };
  // What this VM alone would find comes first, and of the chunks of others only one with the same blocks counts: then the figures
  // are what they would be without the others.
  const isKnown = isOwn(changed, given) && slotOf(changed, given) !== null;
  const reusedWhole = isKnown || all === null || !isOwn(all, given) ? null : slotOf(all, given);
  if (reusedWhole !== null)
    return { draft, slot: reusedWhole, whole: true, elsewhere: false, plain: null, again };
  return { draft, whole: false, again, ...slotContent(changed, blocksOf(draft, draft.changed), given) };
}

function blocksOf({ window }: WindowDraft, indexes: readonly number[]): number[] {
  return indexes.map((i) => window * BLOCKS_PER_WINDOW + i);
}

/** False for a chunk that another VM stored and this one has not used yet. */
function isOwn({ id }: Candidate, { known, parts }: Known): boolean {
  return parts.slots.has(id) || known.get(id)?.elsewhere !== true;
}

/** The slot of a chunk that the vault or an earlier window has; null when it is new. */
function slotOf(candidate: Candidate | null, { known, parts }: Known): ChunkSlot | null {
  if (candidate === null) return null;
  const met = parts.slots.get(candidate.id);
  const place = known.get(candidate.id);
  if (met !== undefined || place === undefined) return met ?? null;
  const { id, digests } = candidate;
  const slot = { id, blocks: digests.length, place: { id, blocks: digests.length, ...place } };
  parts.slots.set(id, slot);
  return slot;
}

function slotContent(candidate: Candidate, blocks: readonly number[], given: Known): FoundSlot {
  const elsewhere = !isOwn(candidate, given);
  const reused = slotOf(candidate, given);
  if (reused !== null) return { slot: reused, elsewhere, plain: null };
  const { content, parts } = given;
  const slot: ChunkSlot = { id: candidate.id, blocks: candidate.digests.length, place: null };
  // Set at once: an equal window that is compared meanwhile must find this slot.
  parts.slots.set(slot.id, slot);
  const plain = content.join(blocks);
  if (plain.length !== slot.blocks * BLOCK_BYTES)
    throw new RangeError("A chunk's bytes do not match its blocks.");
  return { slot, elsewhere: false, plain };
}
