/**
 * Compares the moved tables in the storage with the database, which may be older than the vault: packs to which a table leads are kept
 * as long as points name the pack that the table is about. Reads only tables that are not in its counts.
 */
import type { ListedTables } from "@kluis/db";
import { batchesOf } from "@kluis/domain";
import { type BlobStore, MOVED_PREFIX, packOfMovedName, type Vault } from "@kluis/vault";

export interface TablePort {
  /** Those of these packs that have a row, and tables that were not read for it. */
  unlinked(listed: readonly ListedTables[]): Promise<readonly ListedTables[]>;
  link(found: ListedTables & { readonly targets: readonly string[] }): Promise<void>;
}

export interface TableParts {
  readonly port: TablePort;
  readonly vault: Pick<Vault, "movedTargets">;
  readonly store: Pick<BlobStore, "list">;
  readonly signal: AbortSignal;
}

const AT_ONCE = 500;
/** No list has as many: tables that the keyring cannot open yet are tried again. */
const NOT_READ = -1;

/** @returns the packs whose tables were found */
export async function linkListed({ port, vault, store, signal }: TableParts): Promise<number> {
  const packs = new Map<string, number>();
  for await (const { name } of store.list(MOVED_PREFIX, signal)) {
    const pack = packOfMovedName(name);
    if (pack !== null) packs.set(pack, (packs.get(pack) ?? 0) + 1);
  }
  let linked = 0;
  const listed = [...packs].map(([pack, tables]) => ({ pack, tables }));
  for (const some of batchesOf(listed, AT_ONCE)) {
    for (const found of await port.unlinked(some)) {
      const { packs: targets, isWhole } = await vault.movedTargets(found.pack, signal);
      await port.link({ pack: found.pack, tables: isWhole ? found.tables : NOT_READ, targets });
      linked++;
    }
  }
  return linked;
}
