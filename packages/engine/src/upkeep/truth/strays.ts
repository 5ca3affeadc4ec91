/** Objects in a vault's storage that the database does not know: counted and named. Nothing deletes them. */
import { knownPackIds } from "@kluis/db";
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
import { unknownManifests } from "./points.ts";

type Deps = Pick<EngineDeps, "db">;
type StrayKind = Exclude<keyof VaultStrays, "bytes" | "names">;

/** Objects of one query. */
const AT_ONCE = 1_000;
/** An object may be about to be recorded: a writer stores it first. No write takes as long. */
const SETTLED_MS = 24 * 3_600_000;
/** Unknown objects of a kind whose age is looked up. Further ones count as these. */
const AGED = 1_000;

type Stray = ObjectInfo;

/** Adds those of the unknown objects that are old enough. */
export async function addStrays(
  { store }: OpenedVault,
  strays: VaultStrays,
  given: {
    readonly kind: StrayKind;
    readonly objects: readonly Stray[];
    /** The present time, by the clock of the database. */
    readonly now: Date;
    readonly signal: AbortSignal;
  },
): Promise<VaultStrays> {
  const { kind, objects, now, signal } = given;
  const names = [...strays.names];
  let { bytes } = strays;
  let count = 0;
  for (const [at, object] of objects.entries()) {
    signal.throwIfAborted();
    if (at < AGED) {
      const info = await latest(store, object, signal);
      const age = info?.writtenAt === undefined ? SETTLED_MS : now.getTime() - info.writtenAt.getTime();
      if (info === null || age < SETTLED_MS) continue;
    }
    count += 1;
    bytes += object.bytes;
    if (names.length < TRUTH_NAMES) names.push(object.name);
  }
  return { ...strays, [kind]: strays[kind] + count, bytes, names };
}

/** The object as it is now, and as it was listed when a store takes no such name; null when it is gone. */
function latest(store: OpenedVault["store"], object: Stray, signal: AbortSignal): Promise<Stray | null> {
  return isObjectName(object.name) ? store.head(object.name, signal) : Promise.resolve(object);
}

/** What belongs to an installation beside the vault, and is not of it. */
const besides = /^(?:checks|anchors|ledger)\//;

/** Goes through all names, and returns the unknown objects. Packs were compared before. */
export async function findStrays(
  deps: Deps,
  { opened, now, signal }: { readonly opened: OpenedVault; readonly now: Date; readonly signal: AbortSignal },
): Promise<VaultStrays> {
  const points = new Map<string, number>();
  const others: Stray[] = [];
  const moved: Stray[] = [];
  let portion: { readonly pack: string; readonly object: Stray }[] = [];
  const lookUp = async (): Promise<void> => {
    const known = await knownPackIds(
      deps.db.prisma,
      opened.id,
      portion.map(({ pack }) => pack),
    );
    moved.push(...portion.filter(({ pack }) => !known.has(pack)).map(({ object }) => object));
    portion = [];
  };
  for await (const object of opened.store.list("", signal)) {
    const { name, bytes } = object;
    const from = packOfMovedName(name);
    if (from !== null) portion.push({ pack: from, object });
    else if (name.startsWith(POINTS_PREFIX) && isObjectName(name))
      points.set(name.slice(POINTS_PREFIX.length), bytes);
    else if (!isKnownName(name)) others.push(object);
    if (portion.length >= AT_ONCE) await lookUp();
  }
  await lookUp();
  const unknown: Stray[] = [];
  for await (const id of unknownManifests(deps, points.keys()))
    unknown.push({ name: `${POINTS_PREFIX}${id}`, bytes: points.get(id) ?? 0 });
  let strays: VaultStrays = noStrays;
  for (const [kind, objects] of [
    ["moved", moved],
    ["points", unknown],
    ["others", others],
  ] as const)
    strays = await addStrays(opened, strays, { kind, objects, now, signal });
  return strays;
}

function isKnownName(name: string): boolean {
  return (
    name === DESCRIPTOR_NAME || packOfName(name) !== null || slotOfName(name) !== null || besides.test(name)
  );
}
