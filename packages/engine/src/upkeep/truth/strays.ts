/**
 * Objects in a vault's storage that the database does not know: counted, and some of them named. Nothing deletes them. Others may write
 * any number of them, so no list of them is kept.
 */
import { knownPackIds, knownPointIds } from "@kluis/db";
import { noStrays, TRUTH_NAMES, type VaultStrays } from "@kluis/domain";
import {
  DESCRIPTOR_NAME,
  isObjectName,
  type ObjectInfo,
  POINTS_PREFIX,
  packOfMovedName,
  packOfName,
  slotOfName,
} from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";

type StrayKind = Exclude<keyof VaultStrays, "bytes" | "names">;

/** Objects of one query. */
const AT_ONCE = 1_000;
/** An object may be about to be recorded: a writer stores it first. No write takes as long. */
const SETTLED_MS = 24 * 3_600_000;
/** Unknown objects of a kind that are looked at once more. The list alone decides about further ones. */
const AGED = 1_000;

interface Place {
  readonly store: Pick<OpenedVault["store"], "head">;
}

interface Look {
  /** The present time, by the clock of the database. */
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** What the database knows. */
interface KnownObjects {
  knownPacks(ids: readonly string[]): Promise<ReadonlySet<string>>;
  knownPoints(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What the database knows of a vault. */
export function knownObjects({ db }: Pick<EngineDeps, "db">, vaultId: string): KnownObjects {
  return {
    knownPacks: (ids) => knownPackIds(db.prisma, vaultId, ids),
    knownPoints: (ids) => knownPointIds(db.prisma, ids),
  };
}

/** Counts the unknown objects of one kind that are old enough. */
class StrayTally {
  readonly names: string[] = [];
  count = 0;
  bytes = 0;
  readonly #place: Place;
  readonly #look: Look;
  #seen = 0;

  constructor(place: Place, look: Look) {
    this.#place = place;
    this.#look = look;
  }

  async add(objects: readonly ObjectInfo[]): Promise<void> {
    for (const object of objects) {
      this.#look.signal.throwIfAborted();
      if (!(await this.#isSettled(object))) continue;
      this.count += 1;
      this.bytes += object.bytes;
      if (this.names.length < TRUTH_NAMES) this.names.push(object.name);
    }
  }

  async #isSettled(object: ObjectInfo): Promise<boolean> {
    const { now, signal } = this.#look;
    this.#seen += 1;
    // A store takes no such name.
    const isAsked = this.#seen <= AGED && isObjectName(object.name);
    const info = isAsked ? await this.#place.store.head(object.name, signal) : object;
    if (info === null) return false;
    return info.writtenAt === undefined || now.getTime() - info.writtenAt.getTime() >= SETTLED_MS;
  }
}

/** A count of the unknown objects of one kind, to which they are added page by page. */
export function strayTally(place: Place, look: Look): StrayTally {
  return new StrayTally(place, look);
}

/** The strays, and those that were counted. */
export function withTally(
  strays: VaultStrays,
  kind: StrayKind,
  { count, bytes, names }: StrayTally,
): VaultStrays {
  return {
    ...strays,
    [kind]: strays[kind] + count,
    bytes: strays.bytes + bytes,
    names: [...strays.names, ...names].slice(0, TRUTH_NAMES),
  };
}

/** Objects with an id that the database may know: looked up in portions. */
class Portion {
  readonly #known: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly #tally: StrayTally;
  #objects: { readonly id: string; readonly object: ObjectInfo }[] = [];

  constructor(known: (ids: readonly string[]) => Promise<ReadonlySet<string>>, tally: StrayTally) {
    this.#known = known;
    this.#tally = tally;
  }

  async add(id: string, object: ObjectInfo): Promise<void> {
    this.#objects.push({ id, object });
    if (this.#objects.length === AT_ONCE) await this.end();
  }

  async end(): Promise<void> {
    const objects = this.#objects;
    this.#objects = [];
    const known = await this.#known(objects.map(({ id }) => id));
    await this.#tally.add(objects.flatMap(({ id, object }) => (known.has(id) ? [] : [object])));
  }
}

/** What belongs to an installation beside the vault, and is not of it. */
const besides = /^(?:checks|anchors|ledger)\//;

/** Goes through all names, and counts the unknown objects. Packs were compared before. */
export async function findStrays(
  known: KnownObjects,
  { store, ...look }: Look & { readonly store: Pick<OpenedVault["store"], "head" | "list"> },
): Promise<VaultStrays> {
  const tally = () => new StrayTally({ store }, look);
  const [moved, points, others] = [tally(), tally(), tally()];
  const tables = new Portion((ids) => known.knownPacks(ids), moved);
  const manifests = new Portion((ids) => known.knownPoints(ids), points);
  for await (const object of store.list("", look.signal)) {
    const { name } = object;
    const from = packOfMovedName(name);
    if (from !== null) await tables.add(from, object);
    else if (name.startsWith(POINTS_PREFIX) && isObjectName(name))
      await manifests.add(name.slice(POINTS_PREFIX.length), object);
    else if (!isKnownName(name)) await others.add([object]);
  }
  await tables.end();
  await manifests.end();
  // In this order, so that any number of strange names leaves room for the others.
  const found = withTally(withTally(noStrays, "moved", moved), "points", points);
  return withTally(found, "others", others);
}

function isKnownName(name: string): boolean {
  return (
    name === DESCRIPTOR_NAME || packOfName(name) !== null || slotOfName(name) !== null || besides.test(name)
  );
}
