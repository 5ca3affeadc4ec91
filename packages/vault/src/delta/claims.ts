/** Compares what changed in a segment with a list of changes that another party claims to be complete. */
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, WINDOWS_PER_SEGMENT } from "../constants.ts";
import type { OmittedBlocks, WriteSegmentOptions } from "../types.ts";
import type { WindowDraft } from "./draft.ts";
import { countBits, planWindows, type SegmentSpan } from "./plan-windows.ts";
import type { SegmentBase } from "./segment-base.ts";

interface Claim {
  readonly read: number;
  readonly zero: number;
}

const noClaim: Claim = { read: 0, zero: 0 };

/** Finds the blocks for which the claimed list is wrong: they changed and are not in it, or it calls them zeros and they are not. */
export class ClaimCheck {
  readonly #span: SegmentSpan;
  readonly #claims: ReadonlyMap<number, Claim>;
  readonly #seen = new Set<number>();
  #blocks = 0;
  #first: number | null = null;

  private constructor(span: SegmentSpan, claims: ReadonlyMap<number, Claim>) {
    this.#span = span;
    this.#claims = claims;
  }

  static async of(
    claimed: NonNullable<WriteSegmentOptions["claimed"]>,
    span: SegmentSpan,
  ): Promise<ClaimCheck> {
    const claims = new Map<number, Claim>();
    for await (const { window, read, zero } of planWindows(claimed, span)) claims.set(window, { read, zero });
    return new ClaimCheck(span, claims);
  }

  /** A window that was read and compared. */
  compare(draft: Pick<WindowDraft, "window" | "blocks" | "changedMask">): void {
    this.#seen.add(draft.window);
    const { read, zero } = this.#claims.get(draft.window) ?? noClaim;
    let filled = 0;
    for (const [index, block] of draft.blocks.entries()) if (block !== null) filled |= 1 << index;
    this.#count(draft.window, (draft.changedMask & ~(read | zero)) | (filled & zero));
  }

  /** A window whose content in the base is not known. */
  skip(window: number): void {
    this.#seen.add(window);
  }

  /** After all windows: what the base holds in windows that the disk no longer has is zero now, so it changed. */
  async finish(base: SegmentBase): Promise<OmittedBlocks | null> {
    for (let window = 0; window < WINDOWS_PER_SEGMENT; window++) {
      if (this.#seen.has(window)) continue;
      const leaf = await base.leaf(window);
      if (leaf === null) continue;
      const { read, zero } = this.#claims.get(window) ?? noClaim;
      let before = 0;
      for (const [index, block] of leaf.blocks.entries()) if (block !== null) before |= 1 << index;
      this.#count(window, before & ~(read | zero));
    }
    return this.#first === null ? null : { blocks: this.#blocks, firstOffset: this.#first };
  }

  #count(window: number, mask: number): void {
    if (mask === 0) return;
    this.#blocks += countBits(mask);
    const lowest = 31 - Math.clz32(mask & -mask);
    const offset = this.#span.start + (window * BLOCKS_PER_WINDOW + lowest) * BLOCK_BYTES;
    this.#first = this.#first === null ? offset : Math.min(this.#first, offset);
  }
}
