/** Compares a part of the packs of a vault: those of a kind whose id begins with a prefix. Bounded memory, safe to repeat. */
import {
  closeDamage,
  type HealedPlace,
  inTransaction,
  listDamageOfMoved,
  listMissingDamage,
  listPacksToCompare,
  readPacksToCompare,
  recordDamage,
  trustPacks,
} from "@kluis/db";
import { batchesOf, type DamageFinding, WHOLE_OBJECT } from "@kluis/domain";
import { packName, packOfName, packPrefix } from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import { movedElsewhere } from "./moved.ts";
import { type PackSinks, type PackWalkPort, packsIn, walkPacks } from "./pack-walk.ts";

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
}

const AT_ONCE = 100;

/** Compares a part of the packs. Memory is bounded by the rows of the part; the storage may hold any number of objects. */
export async function comparePacks(
  deps: Deps,
  {
    opened,
    part,
    since,
    signal,
    onUnknown,
  }: {
    readonly opened: OpenedVault;
    readonly part: PackPart;
    /** The database's time before the comparison. */
    readonly since: Date;
    readonly signal: AbortSignal;
    /** Gets the packs that the database does not know, a page at a time. */
    readonly onUnknown: (packs: readonly UnknownPack[]) => Promise<void>;
  },
): Promise<ComparedPart> {
  const { kind } = part;
  const counts = { missing: 0, found: 0 };
  const record = async (findings: readonly DamageFinding[], absent: readonly string[]): Promise<void> => {
    await recordAll(deps, opened, { part, findings, absent, signal });
    counts.missing += findings.length;
  };
  const sinks: PackSinks = {
    unknown: (packs) =>
      onUnknown(packs.map(({ pack, bytes }) => ({ pack, kind, bytes, name: packName({ pack, kind }) }))),
    gone: (packs) =>
      record(
        packs.map((pack) => finding(kind, pack, { reason: "missing", problem: "it is missing" })),
        packs,
      ),
    cut: (packs) =>
      record(
        packs.map(({ pack, bytes, found }) => {
          const problem = `it has ${found} bytes and not ${bytes}`;
          return finding(kind, pack, { reason: "unreadable", problem });
        }),
        [],
      ),
    back: async (packs) => {
      await trustAgain(deps, opened.id, { kind, packs });
      counts.found += packs.length;
    },
    absent: async (packs) => record([], await stillMissing(deps, opened.id, { kind, packs })),
  };
  await walkPacks(portOf(deps, { opened, part, since, signal }), sinks, signal);
  return counts;
}

function portOf(
  { db }: Deps,
  {
    opened,
    part,
    since,
    signal,
  }: {
    readonly opened: OpenedVault;
    readonly part: PackPart;
    readonly since: Date;
    readonly signal: AbortSignal;
  },
): PackWalkPort {
  const { store, id: vaultId } = opened;
  const { kind, prefix } = part;
  const under = prefix === "" ? packPrefix[kind] : `${packPrefix[kind]}${prefix}/`;
  const packOf = (name: string): string | null => {
    const pack = packOfName(name);
    return pack?.kind === kind ? pack.pack : null;
  };
  return {
    page: (after, limit) =>
      listPacksToCompare(db.prisma, { vaultId, kind, prefix, before: since, after, limit }),
    again: (packs) => readPacksToCompare(db.prisma, { vaultId, packs, before: since }),
    list: () => packsIn(store.list(under, signal), packOf),
    isThere: async (pack) => (await store.head(packName({ pack, kind }), signal)) !== null,
  };
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

/** Those that have damage that is open: a moved table may have been written, or be readable now. */
async function stillMissing(
  { db }: Deps,
  vaultId: string,
  { kind, packs }: { readonly kind: PackKind; readonly packs: readonly string[] },
): Promise<readonly string[]> {
  const objects = new Map(packs.map((pack) => [packName({ pack, kind }), pack]));
  const open = await listMissingDamage(db.prisma, vaultId, [...objects.keys()]);
  return open.flatMap(({ object }) => objects.get(object) ?? []);
}

function finding(
  kind: PackKind,
  pack: string,
  why: Pick<DamageFinding, "reason" | "problem">,
): DamageFinding {
  return { object: packName({ pack, kind }), offset: WHOLE_OBJECT, ...why };
}

async function trustAgain(
  { db }: Deps,
  vaultId: string,
  { kind, packs }: { readonly kind: PackKind; readonly packs: readonly string[] },
): Promise<void> {
  for (const some of batchesOf(packs, AT_ONCE)) {
    const ids = [...some];
    await inTransaction(db, async (tx) => {
      const objects = ids.map((pack) => packName({ pack, kind }));
      const damage = await listMissingDamage(tx, vaultId, objects);
      await trustPacks(tx, vaultId, ids);
      const moved = await listDamageOfMoved(tx, vaultId, ids);
      await closeDamage(tx, { vaultId, ids: [...damage.map(({ id }) => id), ...moved], by: "comparison" });
    });
  }
}
