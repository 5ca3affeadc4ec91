/** A compaction of one pack, for tests and golden vaults. */
import type { VaultKeys } from "../src/keys/derive.ts";
import { newMovedName, packName } from "../src/names.ts";
import { PackAssembler } from "../src/pack/assembler.ts";
import type { PackRef } from "../src/pack/kind.ts";
import { encodeMovedTable } from "../src/read/moved.ts";
import { PackReader } from "../src/read/pack-reader.ts";
import { ITEM_CHUNK, itemContext, itemNonce, packCompressed, packRaw, unseal } from "../src/seal.ts";
import type { ChunkPlace } from "../src/types.ts";
import { signal } from "./fixtures.ts";
import type { MemoryStore } from "./memory-store.ts";

/** Seals every item of a pack again in another pack and replaces the old one by a moved table, like a compaction. */
export async function movePack(store: MemoryStore, keys: VaultKeys, pack: PackRef): Promise<PackRef> {
  const reader = new PackReader(store, keys, 0);
  const bytes = store.objects.get(packName(pack))?.length ?? 0;
  const target = new PackAssembler(keys, pack.kind);
  const table = new Map<number, ChunkPlace>();
  for (const item of await reader.readTable(pack, bytes, signal)) {
    const id = Buffer.from(item.id, "hex");
    const sealed = await reader.readRange(pack, item, signal);
    const context = itemContext(item.kind, id);
    const plain = await unseal(
      sealed,
      { key: reader.keyOf(pack), nonce: itemNonce(item.offset), context },
      item.plainLength,
    );
    const packed = item.kind === ITEM_CHUNK ? await packCompressed(plain, 1) : packRaw(plain);
    table.set(item.offset, target.add(item.kind, id, packed));
  }
  const finished = target.finish();
  await store.put(packName(finished), finished.parts, signal);
  const name = newMovedName(pack.pack);
  await store.put(name, [encodeMovedTable(name, table, keys)], signal);
  await store.delete(packName(pack), signal);
  return finished;
}
