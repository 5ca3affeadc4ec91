/**
 * Does bulk actions, VM by VM. Each VM has its own transaction: what it changes, its events and its result are saved together or not at
 * all, so that a killed run repeats nothing and loses nothing.
 */
import { bulkEvent, engineActor, errorInfo, isKluisError, type KluisError } from "@kluis/domain";
import {
  type BulkItem,
  claimBulkItem,
  countItems,
  endBulk,
  endBulkItem,
  hasWaitingItems,
  lockBulk,
  type StoredBulk,
  shareBulk,
} from "../bulk/write.ts";
import { isDatabaseLost, knownError } from "../errors.ts";
import { inSavepoint, inTransaction, type Tx } from "../tx.ts";
import type { ActingContext } from "./acting.ts";
import { type BulkResult, doBulkItem } from "./bulk.ts";
import { appendVmEvents } from "./events.ts";
import type { Done } from "./operation.ts";

type Deps = ActingContext["api"];

/** What broke at a VM; null: nothing did. */
export interface BulkStep {
  readonly failed: { readonly vmId: string; readonly error: KluisError } | null;
}

/**
 * Does the next VM that no other engine does. What breaks at one VM is its result, and does not stop the next ones.
 * @returns null: no VM is left for this engine
 * @throws KluisError DATABASE_UNREACHABLE
 */
export async function doNextOfBulk(deps: Deps, bulkId: string): Promise<BulkStep | null> {
  // An object, because a type does not see what a function assigns.
  const begun: { item: BulkItem | null } = { item: null };
  try {
    return await inTransaction(deps.db, async (tx) => {
      begun.item = null;
      const bulk = await shareBulk(tx, bulkId);
      if (bulk === null || bulk.endedAt !== null) return null;
      const item = await claimBulkItem(tx, bulkId);
      if (item === null) return null;
      begun.item = item;
      await doItem(deps, tx, { bulk, item });
      return { failed: null };
    });
  } catch (error) {
    const { item } = begun;
    if (item === null || isDatabaseLost(error)) throw error;
    const failed = { vmId: item.vmId, error: knownError(error) };
    await noteFailed(deps, { bulkId, item, error: failed.error });
    return { failed };
  }
}

async function doItem(
  deps: Deps,
  tx: Tx,
  { bulk, item }: { readonly bulk: StoredBulk; readonly item: BulkItem },
): Promise<void> {
  const place = { bulkId: bulk.id, ordinal: item.ordinal };
  const done = await refusedOr(inSavepoint(tx, () => doBulkItem(deps, tx, { bulk, vmId: item.vmId })));
  if ("refused" in done) {
    await endBulkItem(tx, place, { state: "refused", error: errorInfo(done.refused) });
    return;
  }
  await endBulkItem(tx, place, done.result);
  await appendVmEvents(tx, deps.clock, done.events);
}

/** A rule or a right refused it. Everything else rolls the whole transaction back. */
async function refusedOr(
  work: Promise<Done<BulkResult>>,
): Promise<Done<BulkResult> | { readonly refused: KluisError }> {
  try {
    return await work;
  } catch (error) {
    if (isKluisError(error) && error.code !== "INTERNAL" && !isDatabaseLost(error)) return { refused: error };
    throw error;
  }
}

async function noteFailed(
  { db }: Deps,
  { bulkId, item, error }: { readonly bulkId: string; readonly item: BulkItem; readonly error: KluisError },
): Promise<void> {
  const place = { bulkId, ordinal: item.ordinal };
  await inTransaction(db, (tx) => endBulkItem(tx, place, { state: "failed", error: errorInfo(error) }));
}

/** Ends a bulk action without waiting VMs. False while another engine does some. */
export async function finishBulk({ db, clock }: Deps, bulkId: string): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const bulk = await lockBulk(tx, bulkId);
    if (bulk === null || bulk.endedAt !== null) return true;
    if (await hasWaitingItems(tx, bulkId)) return false;
    await endBulk(tx, bulkId);
    const data = { ...(await countItems(tx, bulkId)) };
    await appendVmEvents(tx, clock, [bulkEvent("bulk.ended", bulk, { actor: engineActor, data })]);
    return true;
  });
}
