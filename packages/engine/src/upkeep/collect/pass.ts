/**
 * Condemns packs that nothing names, and deletes them after the grace period. The order of the reads makes it safe: candidates, then
 * what open jobs hold, then the accounts. A job that ends meanwhile leaves the second and is in the third.
 */
import type { PackRow } from "@kluis/db";
import { batchesOf } from "@kluis/domain";
import { type BlobStore, movedPrefix, type Vault } from "@kluis/vault";
import { type Accounted, type AccountParts, accountVault } from "./account.ts";
import { type DeletedPacks, deletePacks } from "./delete-packs.ts";
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

export interface PassResult extends DeletedPacks {
  readonly condemned: number;
  readonly reprieved: number;
  readonly accounted: Accounted;
}

/** Packs of one pass. Others follow with the next one. */
const MOST = 20_000;
/** Packs that one transaction writes. */
const AT_ONCE = 500;

export async function collectPass(parts: PassParts): Promise<PassResult> {
  const { port, graceMs } = parts;
  const first = await accountVault(parts);
  const doubt = await port.doubt();
  const { keepUntil } = doubt;
  // One time for lists and decisions: this pass may take longer than the grace period.
  const before = new Date((await port.now()).getTime() - graceMs);
  const idle = await port.idle({ before, keepUntil, limit: MOST });
  const sweepable = await port.sweepable({ before, limit: MOST });
  const result = { condemned: 0, reprieved: 0 };
  const held = idle.length + sweepable.length === 0 ? new Set<string>() : await heldPacks(parts);
  const after = await accountVault(parts);
  const accounted = sumOf(first, after);
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
    await port.beginDeletion({ packs: numbers(packs), before, keepUntil: settled.keepUntil });
  // A node that has just failed may need some of the candidates.
  const isSame = settled.keepUntil?.getTime() === keepUntil?.getTime();
  for (const packs of batchesOf(isSame ? idle.filter(isFree) : [], AT_ONCE))
    result.condemned += await port.condemn({ packs: numbers(packs), before });
  return { ...result, ...(await deleteCondemned(parts)), accounted };
}

function sumOf(a: Accounted, b: Accounted): Accounted {
  return {
    added: a.added + b.added,
    removed: a.removed + b.removed,
    nodes: a.nodes + b.nodes,
    failed: a.failed + b.failed,
  };
}

/** The objects of packs, with the tables of where their items are. */
function deleteCondemned({ port, store, packName, signal }: PassParts): Promise<DeletedPacks> {
  return deletePacks<PackRow>({
    next: (limit) => port.deleting(limit),
    async remove(pack) {
      await store.delete(packName(pack), signal);
      for await (const { name } of store.list(movedPrefix(pack.packId), signal))
        await store.delete(name, signal);
    },
    end: (packs) => port.forget(packs),
    refused: (pack) => port.refused(pack),
    signal,
  });
}

export type { AccountParts };
