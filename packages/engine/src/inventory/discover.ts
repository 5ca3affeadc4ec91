/** Reads the inventory from Azure: VMs, their disks, and the facts that decide whether they can be protected. */
import { listInventory } from "@kluis/azure";
import {
  appendEvents,
  inTransaction,
  listSubscriptions,
  markUnseenVms,
  notify,
  upsertSubscription,
} from "@kluis/db";
import { errorInfo, forEachConcurrent, type LedgerDraft, toKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { deletedEvent, recordVm } from "./record-vm.ts";

/** VMs that are stored at the same time. Bounded by the database's connections. */
const VMS_AT_ONCE = 4;

/** Reads one subscription, or all. Marks a subscription that cannot be read, and continues with the others. */
export async function discover(deps: EngineDeps, only: string | null, signal: AbortSignal): Promise<void> {
  const wanted = deps.azure.subscriptions.filter(
    (id) => only === null || id.toLowerCase() === only.toLowerCase(),
  );
  for (const subscriptionId of wanted) {
    try {
      await discoverSubscription(deps, subscriptionId, signal);
      await recordSubscription(deps, subscriptionId, null);
    } catch (error) {
      if (signal.aborted) throw error;
      await recordSubscription(deps, subscriptionId, error);
      deps.log.warn({ error, subscriptionId }, "subscription cannot be read");
      if (toKluisError(error).retry !== "never") throw error;
    }
  }
}

async function recordSubscription(deps: EngineDeps, id: string, error: unknown): Promise<void> {
  const known = (await listSubscriptions(deps.db.prisma)).find((row) => row.id === id.toLowerCase());
  await upsertSubscription(deps.db.prisma, {
    id,
    tenantId: deps.azure.tenantId,
    name: known?.name ?? id,
    readable: error === null,
    problem: error === null ? null : errorInfo(error),
    seenAt: error === null ? deps.clock.now() : null,
  });
}

async function discoverSubscription(
  deps: EngineDeps,
  subscriptionId: string,
  signal: AbortSignal,
): Promise<void> {
  const ids: string[] = [];
  const since = deps.clock.now();
  await forEachConcurrent(
    listInventory(deps.azure, subscriptionId, { signal }),
    { limit: VMS_AT_ONCE, signal },
    async ({ vm, disks }) => {
      ids.push(await recordVm(deps, vm, disks));
    },
  );
  await inTransaction(deps.db, async (tx) => {
    const gone = await markUnseenVms(tx, { subscriptionId, ids, since }, deps.clock.now());
    const events: LedgerDraft[] = [];
    for (const vm of gone) {
      events.push(await deletedEvent(tx, vm));
      await notify(tx, "inventory", { vmId: vm.id });
    }
    await appendEvents(tx, deps.clock, events);
  });
}
