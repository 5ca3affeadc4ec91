/** Garbage collection of a vault without a database: it has no record of ages, so the age of the objects decides. */
import { forEachConcurrent } from "@kluis/domain/core";
import { type BlobStore, packName, type UnresolvedPoint, type Vault } from "@kluis/vault";

export interface CollectRequest {
  readonly vault: Vault;
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

export interface Collected extends Part {
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
/** Packs of one call. Each call reads all maps again. */
const MOST = 1_000_000;

/** @throws KluisError VAULT_*, AZURE_FORBIDDEN for an identity that may not delete */
export async function collectVault(request: CollectRequest): Promise<Collected> {
  const { vault, store, dryRun, signal } = request;
  const plan = await vault.planCollection({ keep: [], signal });
  const old: string[] = [];
  const sizes = { old: 0, recent: 0 };
  const before = Date.now() - request.olderThanMs;
  await forEachConcurrent(plan.condemned.slice(0, MOST), { limit: HEADS, signal }, async (pack) => {
    const [chunks, nodes] = [packName({ pack, kind: "chunks" }), packName({ pack, kind: "nodes" })];
    const found = (await store.head(chunks, signal)) ?? (await store.head(nodes, signal));
    if (found === null) return;
    // A storage that tells no age gives no reason to believe that a pack is old.
    if (found.writtenAt !== undefined && found.writtenAt.getTime() <= before) {
      old.push(pack);
      sizes.old += found.bytes;
    } else sizes.recent += found.bytes;
  });
  const swept = dryRun || old.length === 0 ? null : await vault.sweep({ condemned: old, keep: [], signal });
  const freed =
    swept === null
      ? { packs: old.length, bytes: sizes.old }
      : { packs: swept.deleted.length, bytes: swept.freedBytes };
  return {
    packs: plan.packs,
    bytes: plan.bytes,
    points: plan.points,
    needed: { packs: plan.packs - plan.condemned.length, bytes: plan.bytes - plan.condemnedBytes },
    freed,
    recent: { packs: plan.condemned.length - old.length, bytes: sizes.recent },
    unresolved: plan.unresolved,
  };
}
