/**
 * Blocks that a new leaf takes over from the base, at their new places: when every leaf that names a compacted pack was replaced, the
 * pack's moved tables can go.
 */
import type { ChunkIndex, ChunkPlace } from "../types.ts";
import type { DraftBlock, WindowDraft } from "./draft.ts";
import type { SegmentBase } from "./segment-base.ts";

const none: ReadonlySet<string> = new Set();

/** The packs of the base whose items have other places. */
export async function movedPacks(base: SegmentBase, index: ChunkIndex): Promise<ReadonlySet<string>> {
  if (base.root === null || index.moved === undefined) return none;
  const packs = (await base.packs()) ?? [];
  const ids = packs.flatMap(({ pack, kind }) => (kind === "chunks" ? [pack] : []));
  return ids.length === 0 ? none : index.moved(ids);
}

/** The drafts of new leaves with the chunks of moved packs where the index has them now. The index decides: a table may be of a run that was killed. */
export async function relocated(
  drafts: readonly WindowDraft[],
  moved: ReadonlySet<string>,
  index: ChunkIndex,
): Promise<readonly WindowDraft[]> {
  if (moved.size === 0) return drafts;
  const isMoved = (block: DraftBlock | null): block is DraftBlock =>
    block?.kept !== null && block !== null && moved.has(block.kept.chunk.pack);
  const ids = new Set<string>();
  for (const { same, blocks } of drafts)
    if (!same) for (const block of blocks) if (isMoved(block)) ids.add(block.kept?.chunk.id ?? "");
  if (ids.size === 0) return drafts;
  const places = await index.lookup([...ids]);
  return drafts.map((draft) =>
    draft.same ? draft : { ...draft, blocks: draft.blocks.map((block) => placed(block, moved, places)) },
  );
}

function placed(
  block: DraftBlock | null,
  moved: ReadonlySet<string>,
  places: ReadonlyMap<string, ChunkPlace>,
): DraftBlock | null {
  const { kept } = block ?? { kept: null };
  if (block === null || kept === null || !moved.has(kept.chunk.pack)) return block;
  const place = places.get(kept.chunk.id);
  if (place === undefined) return block;
  const { pack, offset, length } = place;
  return { ...block, kept: { ...kept, chunk: { ...kept.chunk, pack, offset, length } } };
}
