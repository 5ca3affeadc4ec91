/** What compaction needs from the database. The tests have one in memory too. */
import type { Compacted, Leaving, Moved, NodeCursor, NodePage, SparsePack } from "@kluis/db";
import type { ChunkIndex } from "@kluis/vault";
import type { RefusedPack } from "../collect/delete-packs.ts";
import type { AccountPort, CollectPort } from "../collect/port.ts";

export interface CompactPort
  extends AccountPort,
    Pick<CollectPort, "now" | "doubt" | "heldNodes" | "countedOf"> {
  hasRefusal(): Promise<boolean>;
  sparse(options: {
    readonly keepUntil: Date | null;
    readonly limit: number;
  }): Promise<readonly SparsePack[]>;
  /** Packs of which only the table is damaged: they are replaced also when all of them is needed. */
  broken(options: {
    readonly keepUntil: Date | null;
    readonly limit: number;
  }): Promise<readonly SparsePack[]>;
  countNodes(): Promise<number>;
  /** Without those that an unreadable node may need. */
  countLeaving(keepUntil: Date | null): Promise<number>;
  leave(packs: readonly number[]): Promise<number>;
  leaving(options: Leaving): Promise<readonly SparsePack[]>;
  /** Packs that cannot be copied any more are used again, or collected. */
  dropLeaving(): Promise<void>;
  keep(packs: readonly { readonly number: number; readonly refs: number }[]): Promise<void>;
  /** Packs whose moved tables lead to these. */
  sources(packs: readonly number[]): Promise<readonly string[]>;
  nodes(page: {
    readonly since: Date | null;
    readonly after: NodeCursor | null;
    readonly limit: number;
  }): Promise<NodePage>;
  /** The index that gets new packs with the content of a VM's backups. */
  index(vmId: string | null): ChunkIndex;
  record(done: Compacted): Promise<number>;
  moved(options: Moved): Promise<readonly MovedPack[]>;
  /** Packs are copied again when a pack with their items was damaged since. */
  moveDamagedAgain(): Promise<void>;
  moveAgain(packs: readonly number[]): Promise<void>;
  /** Those of these packs whose objects are to stay. */
  staying(packs: readonly string[]): Promise<ReadonlySet<string>>;
  beginRemoval(packs: readonly number[]): Promise<readonly number[]>;
  removing(limit: number): Promise<readonly SparsePack[]>;
  endRemoval(packs: readonly number[]): Promise<void>;
  refused(pack: RefusedPack): Promise<void>;
}

export interface MovedPack extends SparsePack {
  readonly movedAt: Date;
}
