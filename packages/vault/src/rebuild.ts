/** Rebuilds the deduplication index from the packs. */
import { isOfOneObject, type KluisError } from "@kluis/domain/core";
import { packOfName, packPrefix } from "./names.ts";
import { type PackRef, packKinds } from "./pack/kind.ts";
import type { PackReader } from "./read/pack-reader.ts";
import { ITEM_CHUNK } from "./seal.ts";
import type { BlobStore } from "./store/port.ts";
import type { ChunkIndex } from "./types.ts";

export interface RebuildParts {
  readonly store: BlobStore;
  readonly packs: PackReader;
  readonly index: ChunkIndex;
  readonly signal: AbortSignal;
}

/** A pack as the store lists it. */
export interface StoredPack extends PackRef {
  readonly bytes: number;
}

/** Adds the chunks of one pack to an index. Adding it twice has no further effect. */
export async function indexPack(
  { packs, index, signal }: Omit<RebuildParts, "store">,
  pack: PackRef,
  bytes: number,
): Promise<number> {
  const entries = (await packs.readTable(pack, bytes, signal)).filter((item) => item.kind === ITEM_CHUNK);
  await index.add({ ...pack, bytes }, entries);
  return entries.length;
}

export interface RebuiltIndex {
  readonly packs: number;
  readonly chunks: number;
  /** Packs whose table does not open, the first of them: their content is only not found again. */
  readonly unread: readonly KluisError[];
  readonly unreadCount: number;
}

const UNREAD_LISTED = 1_000;

/**
 * Fills an index from the tables of all packs in the store. A pack that does not open is named and left out: it may be junk, and an index
 * that knows less only stores more.
 */
export async function rebuildIndex({ store, packs, index, signal }: RebuildParts): Promise<RebuiltIndex> {
  const done = { packs: 0, chunks: 0, unreadCount: 0 };
  const unread: KluisError[] = [];
  for (const kind of packKinds) {
    for await (const { name, bytes } of store.list(packPrefix[kind], signal)) {
      const pack = packOfName(name);
      if (pack === null) continue;
      const chunks = await indexPack({ packs, index, signal }, pack, bytes).catch(asUnread);
      if (chunks instanceof Error) {
        done.unreadCount += 1;
        if (unread.length < UNREAD_LISTED) unread.push(chunks);
        continue;
      }
      done.packs += 1;
      done.chunks += chunks;
    }
  }
  return { ...done, unread };
}

/** Damage, and a pack of an epoch that the keyring lacks, concern one pack. @throws every other error */
function asUnread(error: unknown): KluisError {
  if (isOfOneObject(error)) return error;
  throw error;
}
