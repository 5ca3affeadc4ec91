/** What a node of a chunk map names: the unit of the accounting that collection needs. */
import { SEGMENT_LEVEL } from "./constants.ts";
import { PackTally } from "./map/pack-list.ts";
import type { NodePlace } from "./node-ref.ts";
import type { PackKind } from "./pack/kind.ts";
import type { NodeReader } from "./read/node-reader.ts";

export interface NamedPack {
  /** Pack id, hex. */
  readonly pack: string;
  readonly kind: PackKind;
  /** Sealed bytes in it that the node needs. */
  readonly live: number;
}

export interface NodeUse {
  /** Nodes below that are counted too: those of level 2 and above. */
  readonly children: readonly NodePlace[];
  /** Every pack that must exist to read the node and, for the node of a segment, all content below it. */
  readonly packs: readonly NamedPack[];
}

/** Reads what a node of level 2 or above names. @throws KluisError naming the object that cannot be read */
export async function nodeUse(nodes: NodeReader, place: NodePlace, signal: AbortSignal): Promise<NodeUse> {
  const inner = await nodes.inner(place, signal);
  const isSegment = place.level === SEGMENT_LEVEL;
  const tally = new PackTally(inner.list === null ? [] : await nodes.packList(inner.list, signal));
  tally.node(place, 1);
  // The list counts neither itself nor the node that names it.
  if (inner.list !== null) tally.node(inner.list, 1);
  return {
    children: isSegment ? [] : inner.children.filter((child) => child !== null),
    packs: tally.entries().map(({ pack, kind, liveBytes }) => ({ pack, kind, live: liveBytes })),
  };
}
