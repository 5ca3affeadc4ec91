/** Windows between comparison and sealing. */
import { BLOCKS_PER_WINDOW } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { Leaf, LeafBlock, LeafChunk } from "../map/leaf.ts";
import type { Packed } from "../seal.ts";
import type { SegmentDelta } from "../types.ts";
import type { WindowPlan } from "./plan-windows.ts";
import type { BlockContent } from "./read-blocks.ts";

/** A chunk that a window needs, new or in the vault. Its place is known at the latest when the segment's data is packed. */
export interface ChunkSlot {
  readonly id: string;
  readonly blocks: number;
  place: LeafChunk | null;
}

/** A block of the new map before its chunk has a place. */
export interface DraftBlock {
  readonly digest: Buffer;
  readonly kept: LeafBlock | null;
}

/** The result of reading and comparing a window. */
export interface WindowDraft {
  readonly window: number;
  /** The base's leaf. */
  readonly before: Leaf | null;
  /** Null: zero. `kept`: taken from the base; null: new content. */
  readonly blocks: readonly (DraftBlock | null)[];
  /** Indexes in the window of blocks with new content, ascending. */
  readonly changed: readonly number[];
  /** True when the window equals the base's. */
  readonly same: boolean;
  /** Bit i: block i differs from the base, also where it became zero. */
  readonly changedMask: number;
  readonly changedBlocks: number;
  readonly zeroBlocks: number;
}

/** Compares a window's blocks with the base's leaf. `content` holds every block that the plan reads. */
export function draftWindow(
  plan: WindowPlan,
  base: Leaf | null,
  {
    content,
    keys,
    delta,
  }: { readonly content: BlockContent; readonly keys: VaultKeys; readonly delta: SegmentDelta },
): WindowDraft {
  const blocks: (DraftBlock | null)[] = [];
  const changed: number[] = [];
  let same = true;
  let changedBlocks = 0;
  let changedMask = 0;
  let zeroBlocks = 0;
  for (let i = 0; i < BLOCKS_PER_WINDOW; i++) {
    const before = base?.blocks[i] ?? null;
    const bit = 1 << i;
    let now: DraftBlock | null = null;
    if ((plan.read & bit) !== 0) {
      const digest = content.digest(plan.window * BLOCKS_PER_WINDOW + i, keys);
      if (digest === null) zeroBlocks += 1;
      else {
        now = before?.digest.equals(digest) === true ? { digest, kept: before } : { digest, kept: null };
        if (now.kept === null) changed.push(i);
      }
    } else if ((plan.zero & bit) !== 0) {
      zeroBlocks += 1;
    } else if (delta === "changed-ranges" && before !== null) {
      now = { digest: before.digest, kept: before };
    }
    const equal = now === null ? before === null : now.kept !== null;
    if (!equal) {
      changedBlocks += 1;
      changedMask |= bit;
    }
    same &&= equal;
    blocks.push(now);
  }
  return { window: plan.window, before: base, blocks, changed, same, changedMask, changedBlocks, zeroBlocks };
}

/** A window ready for the pack: its new content becomes one chunk, unless the vault has it. */
export interface WindowContent {
  readonly draft: WindowDraft;
  /** The chunk of the new content; null when nothing in the window is new. */
  readonly slot: ChunkSlot | null;
  /** True when the slot holds all blocks of the window, not only the changed ones. */
  readonly whole: boolean;
  /** Payload to seal into the slot; null when the vault or an earlier window has the chunk. */
  readonly packed: Packed | null;
}

/** The finished leaf; null when the window is zero. Every slot must have a place. */
export function finishLeaf({ draft, slot, whole }: WindowContent): Leaf | null {
  let position = 0;
  const blocks = draft.blocks.map((block) => {
    if (block === null) return null;
    if (block.kept !== null && !whole) return block.kept;
    const chunk = slot?.place ?? null;
    if (chunk === null) throw new RangeError("A chunk has no place.");
    return { digest: block.digest, chunk, position: position++ };
  });
  return blocks.some((block) => block !== null) ? { blocks } : null;
}
