/** Which ranges of a disk need damaged places: a walk that goes down only where the search found damage. */
import { isDamage } from "@kluis/domain/core";
import { BLOCK_BYTES, FAN_OUT, WINDOW_BYTES } from "../constants.ts";
import { type NodePlace, type NodeRef, splitNodeRef } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";
import { DamageReach, type ReachOptions } from "./reach.ts";

interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Finds the damage that maps need. Keep it for the points of a search: they share most of their nodes. */
export interface DamageSearch {
  /** Names the damage that the map below a root needs. */
  below(root: NodeRef, signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** The ranges of the disk that need it. */
  ranges(root: NodeRef, options: RangesOptions): Promise<DamagedRanges>;
}

export function searchDamage(nodes: NodeReader, options: ReachOptions): DamageSearch {
  const reach = new DamageReach(nodes, options);
  return {
    below: (root, signal) => reach.below(splitNodeRef(root), signal),
    ranges: (root, of) => damagedRanges(splitNodeRef(root), { nodes, reach }, of),
  };
}

/** The parts of a disk that cannot be read. */
export interface DamagedRanges {
  readonly bytes: number;
  /** How many ranges there are. */
  readonly count: number;
  /** The first of them, ascending, without neighbors that touch. */
  readonly ranges: readonly ByteRange[];
}

export interface RangesOptions {
  readonly diskBytes: number;
  /** Ranges that are listed; all are counted. */
  readonly most: number;
  readonly signal: AbortSignal;
}

interface Walk extends RangesOptions {
  readonly nodes: NodeReader;
  readonly reach: DamageReach;
  readonly found: { bytes: number; count: number; readonly ranges: ByteRange[]; end: number };
}

/** A node that is damaged itself counts with all that it spans. @throws the errors of the storage */
async function damagedRanges(
  root: NodePlace,
  parts: { readonly nodes: NodeReader; readonly reach: DamageReach },
  options: RangesOptions,
): Promise<DamagedRanges> {
  const found = { bytes: 0, count: 0, ranges: [], end: -1 };
  const walk: Walk = { ...options, ...parts, found };
  await visit(root, 0, walk);
  return { bytes: found.bytes, count: found.count, ranges: found.ranges };
}

async function visit(place: NodePlace, start: number, walk: Walk): Promise<void> {
  const { reach, diskBytes, signal } = walk;
  if (start >= diskBytes || (await reach.below(place, signal)).size === 0) return;
  const span = WINDOW_BYTES * FAN_OUT ** place.level;
  if ((await reach.match(place, signal)).length > 0) return add(walk, start, span);
  try {
    if (place.level === 0) await visitLeaf(place, start, walk);
    else await visitChildren(place, start, walk);
  } catch (error) {
    if (!isDamage(error)) throw error;
    add(walk, start, span);
  }
}

async function visitLeaf(place: NodePlace, start: number, walk: Walk): Promise<void> {
  const { blocks } = await walk.nodes.leaf(place, walk.signal);
  for (const [n, block] of blocks.entries()) {
    if (block !== null && (await walk.reach.match(block.chunk, walk.signal)).length > 0)
      add(walk, start + n * BLOCK_BYTES, BLOCK_BYTES);
  }
}

async function visitChildren(place: NodePlace, start: number, walk: Walk): Promise<void> {
  const { children } = await walk.nodes.inner(place, walk.signal);
  const span = WINDOW_BYTES * FAN_OUT ** (place.level - 1);
  for (let i = 0; i < FAN_OUT; i++) {
    const child = children[i] ?? null;
    if (child !== null) await visit(child, start + i * span, walk);
  }
}

function add({ found, diskBytes, most }: Walk, offset: number, span: number): void {
  const length = Math.min(span, diskBytes - offset);
  if (length <= 0) return;
  found.bytes += length;
  const last = found.ranges.at(-1);
  if (found.end !== offset) found.count += 1;
  if (found.end === offset && last !== undefined && found.count === found.ranges.length)
    found.ranges[found.ranges.length - 1] = { offset: last.offset, length: last.length + length };
  else if (found.end !== offset && found.ranges.length < most) found.ranges.push({ offset, length });
  found.end = offset + length;
}
