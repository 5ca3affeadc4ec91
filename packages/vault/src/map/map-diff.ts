/** What differs between two chunk maps of one vault: nodes of the same digest have the same content, so only others are read. */
import type { Extent } from "@kluis/domain";
import { BLOCK_BYTES, FAN_OUT, WINDOW_BYTES } from "../constants.ts";
import type { NodePlace } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";
import type { Leaf } from "./leaf.ts";

interface DiffParts {
  readonly diskBytes: number;
  readonly nodes: NodeReader;
  readonly signal: AbortSignal;
}

interface Pair {
  readonly before: NodePlace | null;
  readonly after: NodePlace | null;
}

type Change = { readonly block: number; readonly kind: Extent["kind"] };

/** The blocks of `after` that differ from `before`, as extents, ascending and merged. Memory: some nodes of each level. */
export async function* changedExtents(pair: Pair, parts: DiffParts): AsyncGenerator<Extent> {
  const level = Math.max(pair.before?.level ?? 0, pair.after?.level ?? 0);
  let open: { block: number; count: number; kind: Extent["kind"] } | null = null;
  for await (const { block, kind } of changes(pair, { level, first: 0 }, parts)) {
    if (open !== null && open.kind === kind && open.block + open.count === block) {
      open.count += 1;
      continue;
    }
    if (open !== null) yield extentOf(open, parts.diskBytes);
    open = { block, count: 1, kind };
  }
  if (open !== null) yield extentOf(open, parts.diskBytes);
}

function extentOf(
  { block, count, kind }: { readonly block: number; readonly count: number; readonly kind: Extent["kind"] },
  diskBytes: number,
): Extent {
  const offset = block * BLOCK_BYTES;
  return { offset, length: Math.min(count * BLOCK_BYTES, diskBytes - offset), kind };
}

interface Position {
  readonly level: number;
  /** The first window that nodes at this position span. */
  readonly first: number;
}

async function* changes(pair: Pair, at: Position, parts: DiffParts): AsyncGenerator<Change> {
  const { signal, diskBytes } = parts;
  const { before, after } = pair;
  signal.throwIfAborted();
  if (before === after || at.first * WINDOW_BYTES >= diskBytes) return;
  if (before?.level === after?.level && before?.digest === after?.digest) return;
  if (at.level === 0) {
    yield* changesOfLeaf(pair, at.first, parts);
    return;
  }
  const [old, now] = await Promise.all([children(before, at.level, parts), children(after, at.level, parts)]);
  const span = FAN_OUT ** (at.level - 1);
  for (let n = 0; n < FAN_OUT; n++) {
    const below = { level: at.level - 1, first: at.first + n * span };
    yield* changes({ before: old[n] ?? null, after: now[n] ?? null }, below, parts);
  }
}

/** The children at a level. A root of a lower level is the first child: its disk was smaller. */
async function children(
  place: NodePlace | null,
  level: number,
  { nodes, signal }: DiffParts,
): Promise<readonly (NodePlace | null)[]> {
  if (place === null) return [];
  return place.level < level ? [place] : (await nodes.inner(place, signal)).children;
}

async function* changesOfLeaf(
  { before, after }: Pair,
  window: number,
  parts: DiffParts,
): AsyncGenerator<Change> {
  const { nodes, signal, diskBytes } = parts;
  const [old, now] = await Promise.all([leafOf(before, nodes, signal), leafOf(after, nodes, signal)]);
  const first = (window * WINDOW_BYTES) / BLOCK_BYTES;
  for (let n = 0; n < WINDOW_BYTES / BLOCK_BYTES && (first + n) * BLOCK_BYTES < diskBytes; n++) {
    const [was, is] = [old?.blocks[n] ?? null, now?.blocks[n] ?? null];
    const isSame = was === null || is === null ? was === is : was.digest.equals(is.digest);
    if (!isSame) yield { block: first + n, kind: is === null ? "zero" : "data" };
  }
}

function leafOf(place: NodePlace | null, nodes: NodeReader, signal: AbortSignal): Promise<Leaf> | null {
  return place === null ? null : nodes.leaf(place, signal);
}
