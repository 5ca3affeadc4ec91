/** Block states of a layer, and how stacked layers combine. No I/O. */

export const BLOCK_SIZE = 4096;
/** The layers below decide. */
export const ABSENT = 0;
/** The bytes are in the layer's file. */
export const DATA = 1;
/** Zeros, regardless of the layers below. */
export const ZERO = 2;

/** Blocks per page of states. A page covers 4 MiB of disk: small, so that scattered changes of a large disk cost little. */
export const PAGE_BLOCKS = 1024;

/** A run of bytes with one state. */
export interface Run {
  offset: number;
  length: number;
  state: number;
}

/** One state per block, in pages made on first use: an empty 32 TiB disk costs no memory. */
export class BlockMap {
  readonly pages = new Map<number, Uint8Array>();
  /** Number of blocks that are DATA or ZERO. */
  held = 0;
  /** Number of blocks that are DATA. */
  data = 0;

  get(block: number): number {
    return this.pages.get(Math.floor(block / PAGE_BLOCKS))?.[block % PAGE_BLOCKS] ?? ABSENT;
  }

  set(block: number, state: number): void {
    const index = Math.floor(block / PAGE_BLOCKS);
    let page = this.pages.get(index);
    if (!page) {
      if (state === ABSENT) return;
      page = new Uint8Array(PAGE_BLOCKS);
      this.pages.set(index, page);
    }
    const old = page[block % PAGE_BLOCKS] ?? ABSENT;
    page[block % PAGE_BLOCKS] = state;
    this.held += Number(state !== ABSENT) - Number(old !== ABSENT);
    this.data += Number(state === DATA) - Number(old === DATA);
  }

  /** Loads states from a map file: one byte per block, starting at `firstBlock`. */
  load(firstBlock: number, states: Uint8Array): void {
    for (let index = 0; index < states.length; index++) {
      const state = states[index] ?? ABSENT;
      if (state === DATA || state === ZERO) this.set(firstBlock + index, state);
    }
  }
}

/**
 * Combines a stack of layers (newest first) over a range of blocks: each block has the newest state
 * that is not ABSENT. Visits runs of one state and one layer in ascending order; `layer` is an
 * index into the stack, or -1.
 */
export function walkStack(
  stack: readonly BlockMap[],
  range: { first: number; end: number },
  visit: (run: { first: number; count: number; state: number; layer: number }) => void,
): void {
  let runFirst = range.first;
  let runState = -1;
  let runLayer = -1;
  const emit = (end: number): void => {
    if (runState >= 0 && end > runFirst)
      visit({ first: runFirst, count: end - runFirst, state: runState, layer: runLayer });
    runFirst = end;
  };
  let block = range.first;
  while (block < range.end) {
    const pageIndex = Math.floor(block / PAGE_BLOCKS);
    const pageStart = pageIndex * PAGE_BLOCKS;
    const pageEnd = Math.min(range.end, pageStart + PAGE_BLOCKS);
    const pages: Uint8Array[] = [];
    const layers: number[] = [];
    stack.forEach((map, layer) => {
      const page = map.pages.get(pageIndex);
      if (page) {
        pages.push(page);
        layers.push(layer);
      }
    });
    for (; block < pageEnd; block++) {
      let state = ABSENT;
      let layer = -1;
      for (let depth = 0; depth < pages.length; depth++) {
        const found = pages[depth]?.[block - pageStart] ?? ABSENT;
        if (found !== ABSENT) {
          state = found;
          layer = layers[depth] ?? -1;
          break;
        }
      }
      if (state !== runState || layer !== runLayer) {
        emit(block);
        runState = state;
        runLayer = layer;
      }
      if (pages.length === 0) {
        block = pageEnd - 1;
      }
    }
  }
  emit(range.end);
}

/** The DATA runs of a stack inside a window, and with `changes` the ZERO runs. */
export function listRuns(
  stack: readonly BlockMap[],
  window: { offset: number; end: number },
  changes: boolean,
): Run[] {
  const runs: Run[] = [];
  const range = { first: Math.floor(window.offset / BLOCK_SIZE), end: Math.ceil(window.end / BLOCK_SIZE) };
  walkStack(stack, range, ({ first, count, state }) => {
    if (state === ABSENT || (state === ZERO && !changes)) return;
    const offset = Math.max(window.offset, first * BLOCK_SIZE);
    const end = Math.min(window.end, (first + count) * BLOCK_SIZE);
    const last = runs.at(-1);
    if (last && last.state === state && last.offset + last.length === offset) last.length = end - last.offset;
    else if (end > offset) runs.push({ offset, length: end - offset, state });
  });
  return runs;
}

const zeroBlock = Buffer.alloc(1024 * 1024);

/** Whether all bytes of a buffer are zero. */
export function isZero(buffer: Buffer): boolean {
  for (let at = 0; at < buffer.length; at += zeroBlock.length) {
    const part = buffer.subarray(at, at + zeroBlock.length);
    if (part.compare(zeroBlock, 0, part.length) !== 0) return false;
  }
  return true;
}
