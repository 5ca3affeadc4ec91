/** Windows between comparison and sealing. */
import { BLOCKS_PER_WINDOW } from "../constants.ts";
import type { DamageSet } from "../damage/places.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { Leaf, LeafBlock, LeafChunk } from "../map/leaf.ts";
import type { Packed } from "../seal.ts";
import type { SegmentDelta } from "../types.ts";
import { type MetAgain, metAgain } from "./healing.ts";
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
  /** Taken from the base; null: stored again. */
  readonly kept: LeafBlock | null;
}

/** The result of reading and comparing a window. */
export interface WindowDraft {
  readonly window: number;
  /** The base's leaf. */
  readonly before: Leaf | null;
  /** Null: zero. */
  readonly blocks: readonly (DraftBlock | null)[];
  /** Indexes in the window of blocks with new content, ascending. */
  readonly changed: readonly number[];
  /** Damaged chunks of the base that the window has again: stored again under their own ids. */
  readonly again: readonly MetAgain[];
  /** True when the window equals the base's. */
  readonly same: boolean;
  /** Bit i: block i differs from the base, also where it became zero. */
  readonly changedMask: number;
  readonly changedBlocks: number;
  readonly zeroBlocks: number;
}

export interface DraftParts {
  readonly content: BlockContent;
  readonly keys: VaultKeys;
  readonly delta: SegmentDelta;
  /** Blocks of the base at these places are stored again. */
  readonly avoid: DamageSet;
}

/** Compares a window's blocks with the base's leaf. `content` holds every block that the plan reads. */
export function draftWindow(
  plan: WindowPlan,
  base: Leaf | null,
  { content, keys, delta, avoid }: DraftParts,
): WindowDraft {
  const blocks: (DraftBlock | null)[] = [];
  const changed: number[] = [];
  let same = true;
  let changedBlocks = 0;
  let changedMask = 0;
  let zeroBlocks = 0;
  /** Blocks whose content is as at a damaged place of the base. */
  let met = 0;
  for (let i = 0; i < BLOCKS_PER_WINDOW; i++) {
    const before = base?.blocks[i] ?? null;
    const bit = 1 << i;
    let now: DraftBlock | null = null;
    let isEqual = false;
    if ((plan.read & bit) !== 0) {
      const digest = content.digest(plan.window * BLOCKS_PER_WINDOW + i, keys);
      if (digest === null) zeroBlocks += 1;
      else {
        isEqual = before?.digest.equals(digest) === true;
        const kept = isEqual && before !== null && !avoid.has(before.chunk) ? before : null;
        now = { digest, kept };
        if (isEqual && kept === null) met |= bit;
        if (kept === null) changed.push(i);
      }
    } else if ((plan.zero & bit) !== 0) {
      zeroBlocks += 1;
    } else if (delta === "changed-ranges" && before !== null) {
      now = { digest: before.digest, kept: before };
      isEqual = true;
    }
    // Damaged content that is met again did not change, but the window is no longer as in the base.
    if (now === null ? before !== null : !isEqual) {
      changedBlocks += 1;
      changedMask |= bit;
    }
    same &&= now === null ? before === null : now.kept !== null;
    blocks.push(now);
  }
  const again = base === null || met === 0 ? [] : metAgain(base, avoid, (i) => (met & (1 << i)) !== 0);
  const apart = new Set(again.flatMap(({ indexes }) => indexes));
  const counts = { same, changedMask, changedBlocks, zeroBlocks };
  const isNew = (index: number): boolean => !apart.has(index);
  return { window: plan.window, before: base, blocks, changed: changed.filter(isNew), again, ...counts };
}

/** A window ready for the pack: its new content becomes one chunk, unless the vault has it. */
export interface WindowContent {
  readonly draft: WindowDraft;
  /** The chunk of the new content; null when nothing in the window is new. */
  readonly slot: ChunkSlot | null;
  /** True when the slot holds all blocks of the window, not only the changed ones. */
  readonly whole: boolean;
  /** The slot is a chunk that another VM stored, and this is its first use by this one. */
  readonly elsewhere: boolean;
  /** Payload to seal into the slot; null when the vault or an earlier window has the chunk. */
  readonly packed: Packed | null;
  /** The chunks of `draft.again`, in its order. */
  readonly again: readonly SlotContent[];
}

/** A chunk and its payload; null: the vault or an earlier window has it. */
export interface SlotContent {
  readonly slot: ChunkSlot;
  /** The slot is a chunk that another VM stored, and this is its first use by this one. */
  readonly elsewhere: boolean;
  readonly packed: Packed | null;
}

/** The finished leaf; null when the window is zero. Every slot must have a place. */
export function finishLeaf({ draft, slot, whole, again }: WindowContent): Leaf | null {
  let position = 0;
  const apart = new Map<number, { readonly slot: ChunkSlot | undefined; readonly position: number }>();
  for (const [n, { indexes }] of draft.again.entries())
    for (const [at, index] of indexes.entries()) apart.set(index, { slot: again[n]?.slot, position: at });
  const blocks = draft.blocks.map((block, index) => {
    if (block === null) return null;
    if (block.kept !== null && !whole) return block.kept;
    const met = apart.get(index);
    const chunk = (met === undefined ? slot : met.slot)?.place ?? null;
    if (chunk === null) throw new RangeError("A chunk has no place.");
    return { digest: block.digest, chunk, position: met?.position ?? position++ };
  });
  return blocks.some((block) => block !== null) ? { blocks } : null;
}
