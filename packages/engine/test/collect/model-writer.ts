/** A writer of the model: segments, their packs and nodes. */
import type { ItemPlace } from "@kluis/domain";
import { formatNodeRef, type NodeRef } from "@kluis/vault";
import { type MemoryWorld, writerPort } from "./memory-tables.ts";
import type { Item, ModelStorage, Use } from "./model-storage.ts";

export interface WriterWorld extends MemoryWorld {
  readonly storage: ModelStorage;
  /** A number from 0 to `below` - 1. */
  pick(below: number): number;
}

export async function writeSegment(
  world: WriterWorld,
  base: NodeRef | null,
  { segments, hold }: { segments: NodeRef[]; hold: (ref: NodeRef, began: number) => boolean },
): Promise<void> {
  for (;;) {
    const began = world.now;
    const writer = writerPort(world);
    const items: Item[] = [];
    for (const item of base === null ? [] : (world.storage.uses.get(base)?.items ?? [])) {
      if (world.pick(3) > 0) continue;
      // New leaves name the new places.
      const place = writer.isMoved(item.pack) ? writer.lookup(item.chunk) : null;
      items.push(place !== null && isThere(world, place) ? { ...place, chunk: item.chunk } : item);
    }
    const fresh: string[] = [];
    await world.turn();
    for (let n = 0; n < 6; n++) {
      const chunk = `chunk-${world.pick(150)}`;
      const hit = writer.lookup(chunk);
      // After a database was restored, the comparison with the storage finds what is missing.
      if (hit !== null && isThere(world, hit)) items.push({ ...hit, chunk });
      else fresh.push(chunk);
    }
    if (fresh.length > 0) {
      const pack = await putPack(world, fresh);
      for (const [offset, chunk] of fresh.entries()) items.push({ pack, offset, chunk });
    }
    const ref = await putNode(world, 2, { children: [], packs: listOf(items), items });
    if (!hold(ref, began)) continue;
    segments.push(ref);
    return;
  }
}

function isThere({ storage }: WriterWorld, { pack }: ItemPlace): boolean {
  return storage.packs.has(pack);
}

async function putPack(world: WriterWorld, chunks: readonly string[]): Promise<string> {
  const pack = world.storage.newId();
  await world.turn();
  world.storage.packs.set(pack, { kind: "chunks", chunks });
  await world.turn();
  writerPort(world).add(pack, "chunks", chunks);
  return pack;
}

export async function putNode(
  world: WriterWorld,
  level: number,
  { children, packs, items }: Use,
): Promise<NodeRef> {
  const pack = world.storage.newId();
  const ref = formatNodeRef({ level, digest: pack.padStart(48, "0"), pack, offset: 8, length: 100 });
  const own = { pack, kind: "nodes", live: 100 } as const;
  world.storage.uses.set(ref, { children, packs: [...packs, own], items });
  await world.turn();
  world.storage.packs.set(pack, { kind: "nodes", chunks: [] });
  await world.turn();
  writerPort(world).add(pack, "nodes", []);
  return ref;
}

/** The pack list of a segment. */
function listOf(items: readonly Item[]): Use["packs"] {
  const live = new Map<string, number>();
  for (const { pack } of items) live.set(pack, (live.get(pack) ?? 0) + 1);
  return [...live].map(([pack, count]) => ({ pack, kind: "chunks", live: count }));
}
