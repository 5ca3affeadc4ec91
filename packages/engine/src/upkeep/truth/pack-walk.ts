/**
 * Walks the packs of a part of a vault in both directions: what the storage lists and the database does not know, and the other way round.
 * The storage may hold any number of objects, so its list streams by. Of the database, the rows of one part are held; {@link partsOf}
 * bounds them.
 */
import type { ComparedPack } from "@kluis/db";
import { batchesOf, forEachConcurrent } from "@kluis/domain";
import type { ObjectInfo } from "@kluis/vault";

/** Packs of one query, and of one call of a sink. */
export const WALK_PAGE = 1_000;
/** Packs that are looked for one by one when a list does not have them. When all of so many are gone, the list is believed. */
const CONFIRMED = 200;
const HEADS = 8;

export interface ListedPack {
  readonly pack: string;
  readonly bytes: number;
}

export interface PackWalkPort {
  /** What the database knows of the part, ascending by id. */
  page(after: string | null, limit: number): Promise<readonly ComparedPack[]>;
  /** The rows of these packs as they are now. */
  again(packs: readonly string[]): Promise<readonly ComparedPack[]>;
  list(): AsyncIterable<ListedPack>;
  isThere(pack: string): Promise<boolean>;
}

/** Each gets at most {@link WALK_PAGE} packs at a time. */
export interface PackSinks {
  /** In the storage, and not in the database. */
  unknown(packs: readonly ListedPack[]): Promise<void>;
  /** Trusted by the database, and gone from the storage. */
  gone(packs: readonly string[]): Promise<void>;
  /** Of another size than the database knows. */
  cut(
    packs: readonly { readonly pack: string; readonly bytes: number; readonly found: number }[],
  ): Promise<void>;
  /** Known as missing, and there again. */
  back(packs: readonly string[]): Promise<void>;
  /** Known as missing, and still gone. */
  absent(packs: readonly string[]): Promise<void>;
}

type Known = Map<string, Pick<ComparedPack, "bytes" | "state" | "isExpected">>;

export async function walkPacks(port: PackWalkPort, sinks: PackSinks, signal: AbortSignal): Promise<void> {
  const known = await readKnown(port, signal);
  let listed: ListedPack[] = [];
  for await (const info of port.list()) {
    listed.push(info);
    if (listed.length < WALK_PAGE) continue;
    await lookAtListed(port, sinks, { listed, known });
    listed = [];
  }
  await lookAtListed(port, sinks, { listed, known });
  await lookAtRest(port, sinks, { rest: [...known.keys()], signal });
}

async function readKnown(port: PackWalkPort, signal: AbortSignal): Promise<Known> {
  const known: Known = new Map();
  for (let after: string | null = null; ; ) {
    signal.throwIfAborted();
    const page: readonly ComparedPack[] = await port.page(after, WALK_PAGE);
    for (const { packId, bytes, state, isExpected } of page) known.set(packId, { bytes, state, isExpected });
    if (page.length < WALK_PAGE) return known;
    after = page.at(-1)?.packId ?? null;
  }
}

/** Takes what the storage has out of `known`. */
async function lookAtListed(
  port: PackWalkPort,
  sinks: PackSinks,
  { listed, known }: { readonly listed: readonly ListedPack[]; readonly known: Known },
): Promise<void> {
  const strange = listed.filter(({ pack }) => !known.has(pack));
  const cut: { pack: string; bytes: number; found: number }[] = [];
  const back: string[] = [];
  for (const { pack, bytes: found } of listed) {
    const row = known.get(pack);
    if (row === undefined) continue;
    known.delete(pack);
    const { bytes, state, isExpected } = row;
    if (state === "missing") back.push(pack);
    else if (isExpected && state === "live" && bytes > 0 && found !== bytes) cut.push({ pack, bytes, found });
  }
  if (cut.length > 0) await sinks.cut(cut);
  if (back.length > 0) await sinks.back(back);
  if (strange.length === 0) return;
  // A pack may have been recorded since the rows were read.
  const recorded = new Set((await port.again(strange.map(({ pack }) => pack))).map(({ packId }) => packId));
  const unknown = strange.filter(({ pack }) => !recorded.has(pack));
  if (unknown.length > 0) await sinks.unknown(unknown);
}

async function lookAtRest(
  port: PackWalkPort,
  sinks: PackSinks,
  { rest, signal }: { readonly rest: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  const confirm = confirmer(port, signal);
  for (const packs of batchesOf(rest, WALK_PAGE)) {
    signal.throwIfAborted();
    // A pack may have been collected since the rows were read.
    const rows = await port.again(packs);
    const trusted = rows.filter(({ state, isExpected }) => isExpected && state !== "missing");
    const gone = await confirm(trusted.map(({ packId }) => packId));
    if (gone.length > 0) await sinks.gone(gone);
    const absent = rows.flatMap(({ packId, state }) => (state === "missing" ? [packId] : []));
    if (absent.length > 0) await sinks.absent(absent);
  }
}

/** A list may be behind the storage: objects are looked for, and only when a whole sample is gone, the rest is believed. */
function confirmer(port: PackWalkPort, signal: AbortSignal) {
  let asked = 0;
  let found = 0;
  return async (packs: readonly string[]): Promise<string[]> => {
    const there = new Set<string>();
    const lookFor = (some: readonly string[]): Promise<void> =>
      forEachConcurrent(some, { limit: HEADS, signal }, async (pack) => {
        if (await port.isThere(pack)) there.add(pack);
      });
    const sample = packs.slice(0, Math.max(0, CONFIRMED - asked));
    await lookFor(sample);
    asked += sample.length;
    found += there.size;
    if (found > 0) await lookFor(packs.slice(sample.length));
    return packs.filter((pack) => !there.has(pack));
  };
}

/** Objects of a store as packs of a kind; others are left out. */
export async function* packsIn(
  objects: AsyncIterable<ObjectInfo>,
  packOf: (name: string) => string | null,
): AsyncGenerator<ListedPack> {
  for await (const { name, bytes } of objects) {
    const pack = packOf(name);
    if (pack !== null) yield { pack, bytes };
  }
}
