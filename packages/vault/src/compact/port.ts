/** The parts of compaction that a vault offers. */
import type { NodeRef } from "../node-ref.ts";
import type { MovedTargets } from "../read/moved-reader.ts";
import type { ChunkPlace } from "../types.ts";
import type { CompactOptions, CompactResult } from "./compact.ts";
import type { LiveItem } from "./live.ts";

export interface VaultCompaction {
  /** Finds what maps need of these packs. `below` returns the nodes of level 2 and above that are below a node: look at them too. */
  liveItems(packs: ReadonlySet<string>): {
    below(ref: NodeRef, signal: AbortSignal): Promise<readonly NodeRef[]>;
    items(): readonly LiveItem[];
  };
  /** Where moved tables say that items are now, in their order; places of killed compactions may not exist. */
  movedPlaces(items: readonly ChunkPlace[], signal: AbortSignal): Promise<readonly (readonly ChunkPlace[])[]>;
  /** The items of a pack that its moved tables name: the places of each, by offset. */
  movedItems(pack: string, signal: AbortSignal): Promise<ReadonlyMap<number, readonly ChunkPlace[]>>;
  /** The packs to which the moved tables of a pack lead. */
  movedTargets(pack: string, signal: AbortSignal): Promise<MovedTargets>;
  /** Seals what is needed of packs again in new ones, and stores moved tables. Deletes nothing. */
  compact(options: CompactOptions): Promise<CompactResult>;
}
