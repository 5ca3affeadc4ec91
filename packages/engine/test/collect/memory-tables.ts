/** The rows of one vault in memory, and how they are counted. */

import type { NodeUse, PackRow, RootNode, StoredNode } from "@kluis/db";
import { type ItemPlace, placeKey } from "@kluis/domain";

export interface Pack extends PackRow {
  createdAt: number;
  idleSince: number | null;
  condemnedAt: number | null;
  deletingAt: number | null;
  retryAt: number;
  leavingAt: number | null;
  movedAt: number | null;
  goneAt: number | null;
  fullAtRefs: number | null;
  tables: number;
  refs: number;
  live: number;
}

export interface Node extends StoredNode {
  refs: number;
  walked: boolean;
  problem: boolean;
  retryAt: number;
  knownAt: number;
}

export interface Point {
  state: string;
  roots: RootNode[];
  retryAt: number;
}

export interface Job {
  state: "open" | "failed" | "succeeded";
  held: string[];
}

/** Everything that a restored database brings back. */
export class Tables {
  packs = new Map<string, Pack>();
  nodes = new Map<string, Node>();
  accounts = new Map<string, Point>();
  points = new Map<string, { state: "available" | "deleting" | "deleted"; roots: string[] }>();
  jobs = new Map<string, Job>();
  chunks = new Map<string, ItemPlace>();
  /** `from to`. */
  moves = new Set<string>();
  numbers = 0;
}

export interface MemoryWorld {
  tables: Tables;
  now: number;
  /** Waits for the scheduler: every statement takes its turn. */
  turn(): Promise<void>;
  readonly rootOf: (ref: string) => RootNode;
  readonly orphans: Set<string>;
}

/** A writer's statements. */
export function writerPort(world: MemoryWorld) {
  const { tables } = world;
  const isUsed = (place: ItemPlace | undefined): place is ItemPlace => {
    const pack = tables.packs.get(place?.pack ?? "");
    return pack !== undefined && pack.condemnedAt === null && pack.leavingAt === null;
  };
  return {
    add(packId: string, kind: PackRow["kind"], chunks: readonly string[]): void {
      const known = tables.packs.get(packId);
      const made = { ...newPack(world, packId, { kind, createdAt: world.now }), bytes: chunks.length };
      if (known === undefined) tables.packs.set(packId, made);
      for (const [offset, chunk] of chunks.entries())
        if (!isUsed(tables.chunks.get(chunk))) tables.chunks.set(chunk, { pack: packId, offset });
    },
    lookup(chunk: string): ItemPlace | null {
      const place = tables.chunks.get(chunk);
      if (!isUsed(place)) return null;
      const pack = tables.packs.get(place.pack);
      if (pack !== undefined && pack.idleSince !== null) pack.idleSince = world.now;
      return place;
    },
    isMoved: (pack: string): boolean => (tables.packs.get(pack)?.movedAt ?? null) !== null,
  };
}

export function newPack(
  world: MemoryWorld,
  packId: string,
  { kind, createdAt }: { readonly kind: PackRow["kind"]; readonly createdAt: number },
): Pack {
  const number = ++world.tables.numbers;
  const times = { createdAt, idleSince: world.now, condemnedAt: null, deletingAt: null, retryAt: 0 };
  const moves = { leavingAt: null, movedAt: null, goneAt: null, fullAtRefs: null, tables: 0 };
  return { packId, kind, number, bytes: 1, isMoved: false, refs: 0, live: 0, ...times, ...moves };
}

export function countPack(
  world: MemoryWorld,
  packId: string,
  { by, live }: { readonly by: number; readonly live: number },
): void {
  const pack = world.tables.packs.get(packId) ?? newPack(world, packId, { kind: "chunks", createdAt: 0 });
  world.tables.packs.set(packId, pack);
  pack.refs += by;
  pack.live += live;
  if (pack.refs > 0 === (pack.idleSince === null)) return;
  pack.idleSince = pack.refs > 0 ? null : world.now;
  if (pack.deletingAt === null) pack.condemnedAt = null;
}

export function countNode(world: MemoryWorld, node: StoredNode, by: number): void {
  const known = world.tables.nodes.get(placeKey(node));
  if (known !== undefined) known.refs += by;
  else {
    const fresh = { walked: false, problem: false, retryAt: 0, knownAt: world.now };
    world.tables.nodes.set(placeKey(node), { ...node, refs: by, ...fresh });
  }
}

export function countUse({ node, children, packs }: NodeUse, world: MemoryWorld, by: 1 | -1): void {
  for (const child of children) countNode(world, { ...child, pointId: node.pointId }, by);
  for (const { pack, live } of packs) countPack(world, pack, { by, live: by * live });
}
