/** What the storage has elsewhere of packs that are gone: a database that is older than the vault does not know that they were compacted. */
import { type HealedPlace, inTransaction, linkFound, vaultScope } from "@kluis/db";
import { type ChunkPlace, packName, packOfMovedName } from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";

type Deps = Pick<EngineDeps, "db">;
type PackKind = Parameters<typeof packName>[0]["kind"];

export interface MovedPack {
  readonly pack: string;
  readonly places: readonly HealedPlace[];
}

/** Goes through those of the packs that have moved tables; `prefix`: two hex characters, or empty. */
export async function* movedElsewhere(
  deps: Deps,
  opened: OpenedVault,
  gone: {
    readonly packs: readonly string[];
    readonly kind: PackKind;
    readonly prefix: string;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<MovedPack> {
  const { packs, kind, prefix, signal } = gone;
  if (packs.length === 0) return;
  // Of these packs only: anyone who writes to the storage can add moved tables of others.
  const tables = new Map(packs.map((pack) => [pack, 0]));
  for await (const { name } of opened.store.list(prefix === "" ? "moved/" : `moved/${prefix}/`, signal)) {
    const pack = packOfMovedName(name);
    const count = pack === null ? undefined : tables.get(pack);
    if (pack !== null && count !== undefined) tables.set(pack, count + 1);
  }
  const there = new Map<string, boolean>();
  const isThere = async (pack: string): Promise<boolean> => {
    const known = there.get(pack) ?? (await opened.store.head(packName({ pack, kind }), signal)) !== null;
    there.set(pack, known);
    return known;
  };
  for (const pack of packs) {
    const count = tables.get(pack) ?? 0;
    if (count === 0) continue;
    const places: HealedPlace[] = [];
    for (const [offset, elsewhere] of await opened.vault.movedItems(pack, signal)) {
      const place = await firstThat(elsewhere, isThere);
      if (place !== null) places.push({ pack, offset, place: { pack: place.pack, offset: place.offset } });
    }
    await keepTargets(deps, opened, { pack, tables: count, places, signal });
    yield { pack, places };
  }
}

async function firstThat(
  places: readonly ChunkPlace[],
  isThere: (pack: string) => Promise<boolean>,
): Promise<ChunkPlace | null> {
  for (const place of places) if (await isThere(place.pack)) return place;
  return null;
}

/** Gives packs that this database does not know a row, and keeps them as long as points name the pack that is gone. */
async function keepTargets(
  { db }: Deps,
  { id: vaultId, vault }: OpenedVault,
  moved: MovedPack & { readonly tables: number; readonly signal: AbortSignal },
): Promise<void> {
  const { pack, tables, places, signal } = moved;
  const { packs, isWhole } = await vault.movedTargets(pack, signal);
  const targets = [...new Set([...packs, ...places.map(({ place }) => place.pack)])];
  const scope = await vaultScope(db.prisma, vaultId);
  // A table that could not be opened is looked for again by the next collection.
  await inTransaction(db, (tx) => linkFound(tx, scope, { pack, tables: isWhole ? tables : -1, targets }));
}
