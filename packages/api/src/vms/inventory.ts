import { setTimeout as delay } from "node:timers/promises";
import { countFleet, enqueue, inTransaction, queuedTaskExists } from "@kluis/db";
import type { SignedInContext } from "../context.ts";
import { refreshWaitMs } from "../limits.ts";
import { fleetLook } from "../policies/facts.ts";

const pollMs = 200;

/**
 * Asks the engine to read the inventory and waits until it has, at most 20 s; then it goes on without us.
 * It changes nothing of ours, so it leaves no event: what discovery finds, the engine records.
 */
export async function refreshInventory(
  ctx: SignedInContext,
  signal: AbortSignal | undefined,
): Promise<{ readonly finished: boolean; readonly vms: number }> {
  const { db, clock } = ctx.api;
  const task = await inTransaction(db, (tx) => enqueue(tx, "discover", {}, { jobKey: "discover:asked" }));
  const until = clock.now().getTime() + refreshWaitMs;
  let waiting = true;
  while (waiting && clock.now().getTime() < until) {
    signal?.throwIfAborted();
    await delay(pollMs, undefined, signal === undefined ? {} : { signal });
    waiting = await queuedTaskExists(db.prisma, task);
  }
  const counts = await countFleet(db.prisma, await fleetLook(ctx));
  const vms = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.deleted;
  return { finished: !waiting, vms };
}
