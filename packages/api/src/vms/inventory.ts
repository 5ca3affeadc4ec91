import { setTimeout as delay } from "node:timers/promises";
import { countFleet, enqueue, inTransaction, queuedTaskExists } from "@kluis/db";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { refreshWaitMs } from "../limits.ts";
import { fleetScope } from "../policies/facts.ts";
import { existingVms } from "./status.ts";
import type { refreshView } from "./view.ts";

const pollMs = 200;

/**
 * Requests a discovery from the engine and waits for its end, at most 20 s; after that the engine continues alone.
 * Writes no ledger event: the engine records what the discovery finds.
 */
export async function refreshInventory(
  ctx: SignedInContext,
  signal: AbortSignal | undefined,
): Promise<z.input<typeof refreshView>> {
  const { db, clock } = ctx.api;
  const task = await inTransaction(db, (tx) =>
    enqueue(tx, "discover", { asked: true }, { jobKey: "discover:asked" }),
  );
  const until = clock.now().getTime() + refreshWaitMs;
  let waiting = true;
  while (waiting && clock.now().getTime() < until) {
    signal?.throwIfAborted();
    await delay(pollMs, undefined, signal === undefined ? {} : { signal });
    waiting = await queuedTaskExists(db.prisma, task);
  }
  const counts = await countFleet(db.prisma, await fleetScope(ctx));
  return { finished: !waiting, vms: existingVms(counts) };
}
