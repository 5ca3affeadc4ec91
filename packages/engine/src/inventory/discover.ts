/** Reads the inventory from Azure: VMs, their disks, and the facts that decide whether they can be protected. */
import { listInventory } from "@kluis/azure";
import { appendEvents, inTransaction, markUnseenVms, notify, upsertSubscription } from "@kluis/db";
import { errorInfo, forEachConcurrent, type LedgerDraft, toKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { deletedEvent, recordVm } from "./record-vm.ts";

/** VMs that are stored at the same time. Bounded by the database's connections. */
const VMS_AT_ONCE = 4;

/**
 * Reads one subscription, or all of the enabled connections. Marks a subscription that cannot be read, and continues with the
 * others.
 * @throws the first error that a retry may solve, after all subscriptions
 */
export async function discover(deps: EngineDeps, only: string | null, signal: AbortSignal): Promise<void> {
  await deps.connections.refresh();
  const enabled = deps.connections.list().filter(({ row }) => row.state === "enabled");
  const errors: unknown[] = [];
  for (const { row } of enabled) {
    for (const subscription of row.subscriptions) {
      if (only !== null && subscription.id !== only.toLowerCase()) continue;
      const facts = { ...subscription, tenantId: row.tenantId };
      try {
        await discoverSubscription(deps, subscription.id, signal);
        await recordSubscription(deps, facts, null);
      } catch (error) {
        if (signal.aborted) throw error;
        await recordSubscription(deps, facts, error);
        deps.log.warn({ error, subscriptionId: subscription.id }, "subscription cannot be read");
        if (toKluisError(error).retry !== "never") errors.push(error);
      }
    }
  }
  if (errors.length > 0) throw errors[0];
}

type SubscriptionFacts = Pick<Parameters<typeof upsertSubscription>[1], "id" | "name" | "tenantId">;

async function recordSubscription(deps: EngineDeps, facts: SubscriptionFacts, error: unknown): Promise<void> {
  await upsertSubscription(deps.db.prisma, {
    ...facts,
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
