/** Rebuilds the deduplication index from the packs. */
import { packOfName, packPrefix } from "./names.ts";
import { packKinds } from "./pack/kind.ts";
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

/** Fills an index from the tables of all packs in the store. @throws KluisError VAULT_DATA_DAMAGED naming the pack */
export async function rebuildIndex({
  store,
  packs,
  index,
  signal,
}: RebuildParts): Promise<{ packs: number; chunks: number }> {
  const done = { packs: 0, chunks: 0 };
  for (const kind of packKinds) {
    for await (const { name, bytes } of store.list(packPrefix[kind], signal)) {
      const pack = packOfName(name);
      if (pack === null) continue;
      const entries = (await packs.readTable(pack, bytes, signal)).filter((item) => item.kind === ITEM_CHUNK);
      await index.add({ ...pack, bytes }, entries);
      done.packs += 1;
      done.chunks += entries.length;
    }
  }
  return done;
}
