/** Compares a part of the packs of a vault: those of a kind whose id begins with a prefix. Bounded memory, safe to repeat. */
import {
  type ComparedPack,
  closeDamage,
  type HealedPlace,
  inTransaction,
  listDamageOfMoved,
  listMissingDamage,
  listPacksToCompare,
  recordDamage,
  trustPacks,
} from "@kluis/db";
import { batchesOf, type DamageFinding, forEachConcurrent, WHOLE_OBJECT } from "@kluis/domain";
import { packName, packOfName, packPrefix } from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import { movedElsewhere } from "./moved.ts";

type Deps = Pick<EngineDeps, "db">;
export type PackKind = "chunks" | "nodes";

export interface PackPart {
  readonly kind: PackKind;
  /** Two hex characters, or empty for all packs of the kind. */
  readonly prefix: string;
}

/** A pack in the storage that the database does not know. */
export interface UnknownPack {
  readonly pack: string;
  readonly kind: PackKind;
  readonly bytes: number;
  readonly name: string;
}

export interface ComparedPart {
  readonly missing: number;
  /** Packs that were missing and are there again. */
  readonly found: number;
  readonly unknown: readonly UnknownPack[];
}

/** Packs that are looked for one by one when a list does not have them. When all of so many are gone, the list is believed. */
const CONFIRMED = 200;
const AT_ONCE = 100;
const HEADS = 8;
const SOUGHT = 5_000;

export async function comparePacks(
  deps: Deps,
  {
    opened,
    part,
    since,
    signal,
  }: {
    readonly opened: OpenedVault;
    readonly part: PackPart;
    /** The database's time before the list is read. */
    readonly since: Date;
    readonly signal: AbortSignal;
  },
): Promise<ComparedPart> {
  const { store, id: vaultId } = opened;
  const { kind, prefix } = part;
  const listed = new Map<string, number>();
  const under = prefix === "" ? packPrefix[kind] : `${packPrefix[kind]}${prefix}/`;
  for await (const { name, bytes } of store.list(under, signal)) {
    const pack = packOfName(name);
    if (pack?.kind === kind) listed.set(pack.pack, bytes);
  }
  const known = await listPacksToCompare(deps.db.prisma, { vaultId, kind, prefix, before: since });
  const gone = await confirmed(opened, { kind, signal }, known.filter(isTrusted(listed)));
  const cut = known.filter(({ packId, bytes, state, isExpected }) => {
    const there = listed.get(packId);
    return isExpected && state === "live" && bytes > 0 && there !== undefined && there !== bytes;
  });
  const findings = [
    ...gone.map((packId) => finding(kind, packId, { reason: "missing", problem: "it is missing" })),
    ...cut.map(({ packId, bytes }) => {
      const problem = `it has ${listed.get(packId) ?? 0} bytes and not ${bytes}`;
      return finding(kind, packId, { reason: "unreadable", problem });
    }),
  ];
  const absent = [...gone, ...(await stillMissing(deps, opened, { kind, listed, known }))];
  await recordAll(deps, opened, { part, findings, absent, signal });
  const back = known.filter(({ packId, state }) => state === "missing" && listed.has(packId));
  await trustAgain(deps, vaultId, { kind, packs: back });
  const names = new Set(known.map(({ packId }) => packId));
  const unknown = [...listed].flatMap(([pack, bytes]) =>
    names.has(pack) ? [] : [{ pack, kind, bytes, name: packName({ pack, kind }) }],
  );
  return { missing: findings.length, found: back.length, unknown };
}

/** Items that moved tables lead to get their new places in the same transaction, before the search finds the points that need them. */
async function recordAll(
  deps: Deps,
  opened: OpenedVault,
  found: {
    readonly part: PackPart;
    readonly findings: readonly DamageFinding[];
    readonly absent: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { part, findings, absent: packs, signal } = found;
  const record = (some: readonly DamageFinding[], moved: readonly HealedPlace[] = []) =>
    inTransaction(deps.db, (tx) =>
      recordDamage(tx, { vaultId: opened.id, foundBy: "comparison", findings: some, moved }),
    );
  const elsewhere = new Set<string>();
  for await (const { pack, places } of movedElsewhere(deps, opened, { ...part, packs, signal })) {
    const name = packName({ pack, kind: part.kind });
    elsewhere.add(name);
    await record(
      findings.filter(({ object }) => object === name),
      places,
    );
  }
  const others = findings.filter(({ object }) => !elsewhere.has(object));
  for (const some of batchesOf(others, AT_ONCE)) await record(some);
}

/** Packs that are known to be missing, with damage that is open: a moved table may have been written, or be readable now. */
async function stillMissing(
  { db }: Deps,
  { id: vaultId }: OpenedVault,
  {
    kind,
    listed,
    known,
  }: {
    readonly kind: PackKind;
    readonly listed: ReadonlyMap<string, number>;
    readonly known: readonly ComparedPack[];
  },
): Promise<readonly string[]> {
  const missing = known.filter(({ packId, state }) => state === "missing" && !listed.has(packId));
  const objects = new Map(missing.map(({ packId }) => [packName({ pack: packId, kind }), packId]));
  const open: string[] = [];
  for (const some of batchesOf([...objects.keys()], SOUGHT))
    for (const { object } of await listMissingDamage(db.prisma, vaultId, some))
      open.push(objects.get(object) ?? "");
  return open;
}

function isTrusted(listed: ReadonlyMap<string, number>): (pack: ComparedPack) => boolean {
  return ({ packId, state, isExpected }) => isExpected && state !== "missing" && !listed.has(packId);
}

function finding(
  kind: PackKind,
  pack: string,
  why: Pick<DamageFinding, "reason" | "problem">,
): DamageFinding {
  return { object: packName({ pack, kind }), offset: WHOLE_OBJECT, ...why };
}

/** A list may be behind the storage: objects are looked for, and only when a whole sample is gone, the rest is believed. */
async function confirmed(
  { store }: OpenedVault,
  { kind, signal }: { readonly kind: PackKind; readonly signal: AbortSignal },
  candidates: readonly ComparedPack[],
): Promise<readonly string[]> {
  const ids = candidates.map(({ packId }) => packId);
  const there = new Set<string>();
  const lookFor = (some: readonly string[]): Promise<void> =>
    forEachConcurrent(some, { limit: HEADS, signal }, async (pack) => {
      if ((await store.head(packName({ pack, kind }), signal)) !== null) there.add(pack);
    });
  await lookFor(ids.slice(0, CONFIRMED));
  if (there.size > 0) await lookFor(ids.slice(CONFIRMED));
  return ids.filter((pack) => !there.has(pack));
}

async function trustAgain(
  { db }: Deps,
  vaultId: string,
  { kind, packs }: { readonly kind: PackKind; readonly packs: readonly ComparedPack[] },
): Promise<void> {
  for (const some of batchesOf(packs, AT_ONCE)) {
    const ids = some.map(({ packId }) => packId);
    await inTransaction(db, async (tx) => {
      const objects = ids.map((pack) => packName({ pack, kind }));
      const damage = await listMissingDamage(tx, vaultId, objects);
      await trustPacks(tx, vaultId, ids);
      const moved = await listDamageOfMoved(tx, vaultId, ids);
      await closeDamage(tx, { vaultId, ids: [...damage.map(({ id }) => id), ...moved], by: "comparison" });
    });
  }
}
