/** Leads readers from damaged or compacted places to new ones (docs/vault-format.md, Moved table). */
import type { VaultKeys } from "../keys/derive.ts";
import { newMovedName } from "../names.ts";
import { encodeMovedTable } from "../read/moved.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkPlace } from "../types.ts";
import type { HealedItem } from "./places.ts";

/** Entries of one moved table, far below its maximum. */
const TABLE_ENTRIES = 200_000;

/** Stores moved tables that lead from the old places to the new ones. The new ones must be durable. */
export async function storeMoved(
  healed: readonly HealedItem[],
  {
    store,
    keys,
    signal,
  }: { readonly store: BlobStore; readonly keys: VaultKeys; readonly signal: AbortSignal },
): Promise<void> {
  const packs = new Map<string, Map<number, ChunkPlace>[]>();
  for (const { pack, offset, place } of healed) {
    const tables = packs.get(pack) ?? [new Map<number, ChunkPlace>()];
    packs.set(pack, tables);
    if ((tables.at(-1)?.size ?? 0) >= TABLE_ENTRIES) tables.push(new Map());
    const { pack: to, offset: at, length } = place;
    tables.at(-1)?.set(offset, { pack: to, offset: at, length });
  }
  for (const [pack, tables] of packs) {
    for (const table of tables) {
      const name = newMovedName(pack);
      await store.put(name, [encodeMovedTable(name, table, keys)], signal);
    }
  }
}
