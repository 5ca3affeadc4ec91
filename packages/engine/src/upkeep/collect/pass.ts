/**
 * Condemns packs that nothing names, and deletes them after the grace period. The order of the reads makes it safe: candidates, then
 * what open jobs hold, then the accounts. A job that ends meanwhile leaves the second and is in the third.
 */
import { isDatabaseLost, knownError, type PackRow } from "@kluis/db";
import { batchesOf, errorInfo, forEachConcurrent, limits } from "@kluis/domain";
import type { BlobStore, Vault } from "@kluis/vault";
import { type Accounted, type AccountParts, accountVault } from "./account.ts";
import { heldPacks } from "./held.ts";
import type { AccountPort, CollectPort } from "./port.ts";

export interface PassParts {
  readonly port: AccountPort & CollectPort;
  readonly vault: Pick<Vault, "nodeUse">;
  readonly store: Pick<BlobStore, "delete" | "list">;
  readonly packName: (pack: PackRow) => string;
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

export interface PassResult {
  readonly condemned: number;
  readonly reprieved: number;
  readonly deleted: number;
  readonly freedBytes: number;
  /** Deletions that the storage refused. */
  readonly refused: number;
  readonly accounted: Accounted;
}

/** Packs of one pass. Others follow with the next one. */
const MOST = 20_000;
/** Packs that one transaction writes. */
const AT_ONCE = 500;
const DELETIONS = 8;

export async function collectPass(parts: PassParts): Promise<PassResult> {
  const { port, graceMs } = parts;
  const before = await accountVault(parts);
  const doubt = await port.doubt();
  const { keepUntil } = doubt;
  const idle = await port.idle({ forMs: graceMs, keepUntil, limit: MOST });
  const sweepable = await port.sweepable({ graceMs, limit: MOST });
  const result = { condemned: 0, reprieved: 0 };
  const held = idle.length + sweepable.length === 0 ? new Set<string>() : await heldPacks(parts);
  const after = await accountVault(parts);
  const accounted = sumOf(before, after);
  const settled = await port.doubt();
  // Another run counts at this moment: what it has not reached yet may be needed.
  if (settled.open > 0) return { ...result, deleted: 0, freedBytes: 0, refused: 0, accounted };
  const isFree = ({ packId }: PackRow): boolean => !held.has(packId);
  const numbers = (packs: readonly PackRow[]): number[] => packs.map(({ number }) => number);
  for (const packs of batchesOf(
    sweepable.filter((pack) => !isFree(pack)),
    AT_ONCE,
  ))
    result.reprieved += await port.reprieve(numbers(packs));
  for (const packs of batchesOf(sweepable.filter(isFree), AT_ONCE))
    await port.beginDeletion({ packs: numbers(packs), graceMs, keepUntil: settled.keepUntil });
  // A node that has just failed may need some of the candidates.
  const isSame = settled.keepUntil?.getTime() === keepUntil?.getTime();
  for (const packs of batchesOf(isSame ? idle.filter(isFree) : [], AT_ONCE))
    result.condemned += await port.condemn({ packs: numbers(packs), forMs: graceMs });
  return { ...result, ...(await deletePacks(parts)), accounted };
}

function sumOf(a: Accounted, b: Accounted): Accounted {
  return {
    added: a.added + b.added,
    removed: a.removed + b.removed,
    nodes: a.nodes + b.nodes,
    failed: a.failed + b.failed,
  };
}

/** Deletes the objects of packs whose deletion was decided, also by a run that was killed. */
async function deletePacks({ port, store, packName, signal }: PassParts) {
  const sum = { deleted: 0, freedBytes: 0, refused: 0 };
  for (;;) {
    const packs = await port.deleting(AT_ONCE);
    const gone: PackRow[] = [];
    await forEachConcurrent(packs, { limit: DELETIONS, signal }, async (pack) => {
      try {
        await store.delete(packName(pack), signal);
        for await (const { name } of store.list(`moved/${pack.packId.slice(0, 2)}/${pack.packId}/`, signal))
          await store.delete(name, signal);
        gone.push(pack);
      } catch (error) {
        signal.throwIfAborted();
        if (isDatabaseLost(error)) throw error;
        sum.refused++;
        const retryMs = limits.packRefusalPauseMs;
        await port.refused({ number: pack.number, refusal: errorInfo(knownError(error)), retryMs });
      }
    });
    for (const some of batchesOf(gone, AT_ONCE)) await port.forget(some.map(({ number }) => number));
    sum.deleted += gone.length;
    sum.freedBytes += gone.reduce((bytes, pack) => bytes + pack.bytes, 0);
    if (packs.length < AT_ONCE) return sum;
  }
}

export type { AccountParts };
