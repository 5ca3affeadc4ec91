/** Reads the inventory from Azure: VMs, their disks, and the facts that decide whether they can be protected. */
import { listInventory } from "@kluis/azure";
import { isDatabaseLost, knownError, upsertSubscription } from "@kluis/db";
import { errorInfo, forEachConcurrent, type KluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { recordVm, recordVmWithoutDisks } from "./record-vm.ts";
import { settleUnseen } from "./unseen.ts";

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
      const facts = { id: subscription.id, name: subscription.name, tenantId: row.tenantId };
      try {
        const problem = await discoverSubscription(deps, subscription.id, signal);
        await recordSubscription(deps, facts, { readable: true, problem });
      } catch (error) {
        if (signal.aborted || isDatabaseLost(error)) throw error;
        await recordSubscription(deps, facts, { readable: false, problem: error });
        deps.log.warn({ error, subscriptionId: subscription.id }, "subscription cannot be read");
        if (knownError(error).retry !== "never") errors.push(error);
      }
    }
  }
  if (errors.length > 0) throw errors[0];
}

type SubscriptionFacts = Pick<Parameters<typeof upsertSubscription>[1], "id" | "name" | "tenantId">;

async function recordSubscription(
  deps: EngineDeps,
  facts: SubscriptionFacts,
  { readable, problem }: { readonly readable: boolean; readonly problem: unknown },
): Promise<void> {
  const now = deps.clock.now();
  await upsertSubscription(
    deps.db.prisma,
    {
      ...facts,
      readable,
      problem: problem === null ? null : errorInfo(knownError(problem)),
      seenAt: readable ? now : null,
    },
    now,
  );
}

/** Returns why one of its VMs could not be read or stored; null when all were. */
async function discoverSubscription(
  deps: EngineDeps,
  subscriptionId: string,
  signal: AbortSignal,
): Promise<KluisError | null> {
  const ids: string[] = [];
  let problem: KluisError | null = null;
  const since = deps.clock.now();
  await forEachConcurrent(
    listInventory(deps.azure, subscriptionId, { signal }),
    { limit: VMS_AT_ONCE, signal },
    async ({ vm, disks, error }) => {
      if (error !== null) {
        problem ??= error;
        deps.log.warn({ error, resourceId: vm.resourceId }, "a disk of a VM may not be read");
      }
      try {
        ids.push(await (disks === null ? recordVmWithoutDisks(deps, vm) : recordVm(deps, vm, disks)));
      } catch (storing) {
        signal.throwIfAborted();
        if (isDatabaseLost(storing)) throw storing;
        problem ??= knownError(storing);
        deps.log.warn({ error: storing, resourceId: vm.resourceId }, "a VM was not stored");
      }
    },
  );
  return (await settleUnseen(deps, { subscriptionId, ids, since }, signal)) ?? problem;
}
