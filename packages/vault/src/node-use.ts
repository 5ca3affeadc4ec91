/** What a node of a chunk map names: the unit of the accounting that collection needs. */
import { SEGMENT_LEVEL } from "./constants.ts";
import { leafChunks } from "./map/leaf.ts";
import type { NodePlace } from "./node-ref.ts";
import type { NodeReader } from "./read/node-reader.ts";

export interface NamedPack {
  /** Pack id, hex. */
  readonly pack: string;
  readonly kind: "chunks" | "nodes";
  /** Sealed bytes in it that the node needs. */
  readonly live: number;
}

export interface NodeUse {
  /** Nodes below that have a use of their own: those of level 2 and above. */
  readonly children: readonly NodePlace[];
  /** Every pack that must exist to read the node and, for the node of a segment, all content below it. */
  readonly packs: readonly NamedPack[];
}

/** Reads what a node of level 2 or above names. @throws KluisError naming the object that cannot be read */
export async function nodeUse(nodes: NodeReader, place: NodePlace, signal: AbortSignal): Promise<NodeUse> {
  const inner = await nodes.inner(place, signal);
  const uses = new Uses();
  uses.add(place, "nodes");
  const children = inner.children.filter((child) => child !== null);
  if (place.level > SEGMENT_LEVEL) return { children, packs: uses.list() };
  for (const child of children) await addBelow({ nodes, uses, signal }, child);
  return { children: [], packs: uses.list() };
}

interface Below {
  readonly nodes: NodeReader;
  readonly uses: Uses;
  readonly signal: AbortSignal;
}

async function addBelow(parts: Below, place: NodePlace): Promise<void> {
  const { nodes, uses, signal } = parts;
  signal.throwIfAborted();
  uses.add(place, "nodes");
  if (place.level === 0) {
    for (const chunk of leafChunks(await nodes.leaf(place, signal))) uses.add(chunk, "chunks");
    return;
  }
  const { children } = await nodes.inner(place, signal);
  for (const child of children) if (child !== null) await addBelow(parts, child);
}

class Uses {
  private readonly packs = new Map<string, { readonly kind: NamedPack["kind"]; live: number }>();

  add({ pack, length }: { readonly pack: string; readonly length: number }, kind: NamedPack["kind"]): void {
    const known = this.packs.get(pack);
    if (known === undefined) this.packs.set(pack, { kind, live: length });
    else known.live += length;
  }

  list(): NamedPack[] {
    return [...this.packs].map(([pack, { kind, live }]) => ({ pack, kind, live }));
  }
}
