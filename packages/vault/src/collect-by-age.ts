/** Garbage collection of a vault without a database: it has no record of ages, so the age of the objects decides. */
import { randomBytes } from "node:crypto";
import { forEachConcurrent, isKluisError } from "@kluis/domain/core";
import { CHECK_PREFIX } from "./check-store.ts";
import { POINTS_PREFIX, packName } from "./names.ts";
import type { BlobStore, ObjectInfo } from "./store/port.ts";
import type { UnresolvedPoint } from "./types.ts";
import type { Vault } from "./vault.ts";

export interface CollectByAgeOptions {
  readonly vault: Pick<Vault, "planCollection" | "sweep">;
  readonly store: BlobStore;
  /** Newer packs stay: a backup that runs may have stored them. */
  readonly olderThanMs: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

interface Part {
  readonly packs: number;
  readonly bytes: number;
}

export interface CollectedByAge extends Part {
  readonly points: number;
  readonly needed: Part;
  /** Freed, or what would be freed. */
  readonly freed: Part;
  /** Not needed, and too recent. */
  readonly recent: Part;
  /** Points that cannot be read: what they need is not known, so nothing is freed. */
  readonly unresolved: readonly UnresolvedPoint[];
}

const HEADS = 8;

/**
 * Deletes the packs that no point needs and that are old by the clock of the storage. The clock of this machine decides nothing: ages
 * come from the storage, and a machine that is a day ahead would delete what a running backup has stored.
 * @throws KluisError VAULT_*, AZURE_FORBIDDEN for an identity that may not delete
 */
export async function collectByAge(options: CollectByAgeOptions): Promise<CollectedByAge> {
  const { vault, store, olderThanMs, dryRun, signal } = options;
  // Before the lists are read: later objects are newer.
  const storeNow = await timeOf(store, signal);
  const plan = await vault.planCollection({ keep: [], signal });
  const found: (ObjectInfo & { readonly pack: string })[] = [];
  await forEachConcurrent(plan.condemned, { limit: HEADS, signal }, async (pack) => {
    const [chunks, nodes] = [packName({ pack, kind: "chunks" }), packName({ pack, kind: "nodes" })];
    const info = (await store.head(chunks, signal)) ?? (await store.head(nodes, signal));
    if (info !== null) found.push({ ...info, pack });
  });
  const before = (storeNow ?? (await newest(store, found, signal))) - olderThanMs;
  // A storage that tells no age gives no reason to believe that a pack is old.
  const isOld = ({ writtenAt }: ObjectInfo): boolean =>
    writtenAt !== undefined && writtenAt.getTime() <= before;
  const old = found.filter(isOld);
  const condemned = old.map(({ pack }) => pack);
  const swept = dryRun || old.length === 0 ? null : await vault.sweep({ condemned, keep: [], signal });
  const freed =
    swept === null
      ? { packs: old.length, bytes: bytesOf(old) }
      : { packs: swept.deleted.length, bytes: swept.freedBytes };
  return {
    packs: plan.packs,
    bytes: plan.bytes,
    points: plan.points,
    needed: { packs: plan.packs - plan.condemned.length, bytes: plan.bytes - plan.condemnedBytes },
    freed,
    recent: { packs: found.length - old.length, bytes: bytesOf(found.filter((info) => !isOld(info))) },
    unresolved: plan.unresolved,
  };
}

function bytesOf(objects: readonly ObjectInfo[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The time of the storage, from an object that is written and removed again; null when it cannot be written. */
async function timeOf(store: BlobStore, signal: AbortSignal): Promise<number | null> {
  const name = `${CHECK_PREFIX}${randomBytes(12).toString("hex")}`;
  // An identity that only reads or deletes, a disk that is full: the reason for a collection. What the storage does not answer fails later.
  const isKnown = await attempt(() => store.put(name, [Buffer.from("time")], signal), signal);
  if (!isKnown) return null;
  try {
    return (await store.head(name, signal))?.writtenAt?.getTime() ?? null;
  } finally {
    await attempt(() => store.delete(name, signal), signal);
  }
}

async function attempt(work: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!isKluisError(error)) throw error;
    return false;
  }
}

/** The newest age of an object: the storage is at least so late. */
async function newest(store: BlobStore, packs: readonly ObjectInfo[], signal: AbortSignal): Promise<number> {
  let at = Number.NEGATIVE_INFINITY;
  const look = ({ writtenAt }: ObjectInfo): void => {
    at = Math.max(at, writtenAt?.getTime() ?? at);
  };
  packs.forEach(look);
  for await (const info of store.list(POINTS_PREFIX, signal)) look(info);
  return at;
}
