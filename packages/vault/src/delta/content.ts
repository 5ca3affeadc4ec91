/** Decides which content of a batch is new: looks it up in the index and compresses the rest. */
import { BLOCK_BYTES, BLOCKS_PER_WINDOW } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { type Packed, packCompressed, packedOf } from "../seal.ts";
import type { ChunkIndex, ChunkPlace } from "../types.ts";
import type { VaultWorkers } from "../workers/port.ts";
import type { ChunkSlot, WindowContent, WindowDraft } from "./draft.ts";
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
}

/** Looks up the chunks of all windows of a batch at once, then compresses the new ones. */
export async function contentOf(
  drafts: readonly WindowDraft[],
  content: BlockContent,
  parts: ContentParts,
): Promise<WindowContent[]> {
  const candidates = drafts.map((draft) => candidatesOf(draft, parts));
  const ids = new Set<string>();
  for (const { changed, all } of candidates) {
    for (const candidate of [changed, all]) {
      if (candidate !== null && !parts.slots.has(candidate.id)) ids.add(candidate.id);
    }
  }
  const known: ReadonlyMap<string, ChunkPlace> =
    ids.size === 0 ? new Map() : await parts.index.lookup([...ids]);
  const found = candidates.map((window) => windowContent(window, { known, content, parts }));
  const fresh = found.flatMap(({ plain }) => (plain === null ? [] : [plain]));
  const packed = await packAll(fresh, content, parts);
  return found.map(({ plain, ...window }) => ({
    ...window,
    packed: plain === null ? null : (packed.get(plain) ?? null),
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
  if (draft.changed.length === 0) return { draft, changed: null, all: null };
  const digestsOf = (indexes: readonly number[]) => indexes.flatMap((i) => draft.blocks[i]?.digest ?? []);
  const candidate = (digests: readonly Buffer[]) => ({
    id: keys.chunkId(domain, digests).toString("hex"),
    digests,
  });
  const present = draft.blocks.flatMap((block, i) => (block === null ? [] : [i]));
  const changed = candidate(digestsOf(draft.changed));
  const all = present.length === draft.changed.length ? null : candidate(digestsOf(present));
  return { draft, changed, all };
}

/** A window with the content that is still to be compressed. */
interface FoundWindow extends Omit<WindowContent, "packed"> {
  readonly plain: Buffer | null;
}

function windowContent(
  { draft, changed, all }: Candidates,
  {
    known,
    content,
    parts,
  }: { known: ReadonlyMap<string, ChunkPlace>; content: BlockContent; parts: ContentParts },
): FoundWindow {
  if (changed === null) return { draft, slot: null, whole: false, plain: null };
  const slotOf = (candidate: Candidate | null): ChunkSlot | null => {
    if (candidate === null) return null;
    const met = parts.slots.get(candidate.id);
    const place = known.get(candidate.id);
    if (met !== undefined || place === undefined) return met ?? null;
    const { id, digests } = candidate;
    const slot = { id, blocks: digests.length, place: { id, blocks: digests.length, ...place } };
    parts.slots.set(id, slot);
    return slot;
  };
  const reused = slotOf(changed);
  if (reused !== null) return { draft, slot: reused, whole: false, plain: null };
  const reusedWhole = slotOf(all);
  if (reusedWhole !== null) return { draft, slot: reusedWhole, whole: true, plain: null };
  const slot: ChunkSlot = { id: changed.id, blocks: changed.digests.length, place: null };
  // Set at once: an equal window that is compared meanwhile must find this slot.
  parts.slots.set(slot.id, slot);
  const plain = content.join(draft.changed.map((i) => draft.window * BLOCKS_PER_WINDOW + i));
  if (plain.length !== slot.blocks * BLOCK_BYTES)
    throw new RangeError("A chunk's bytes do not match its blocks.");
  return { draft, slot, whole: false, plain };
}
