/** Reads the inventory: which VMs exist, with which disks, and what cannot be protected. */
import { getVm, inspectDisks, listVms, vmFactsOf } from "@kluis/azure";
import {
  appendEvents,
  inTransaction,
  listPredecessors,
  listSubscriptions,
  markUnseenVms,
  notify,
  teamsOfVm,
  upsertSubscription,
  upsertVm,
  type VmFacts,
} from "@kluis/db";
import { engineActor, errorInfo, forEachConcurrent, type LedgerDraft, toKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** VMs that are looked at at once: kind to Azure's per-subscription limits. */
const VMS_AT_ONCE = 4;

/** Reads one subscription, or all. A subscription that cannot be read is marked so; the others are read all the same. */
export async function discover(deps: EngineDeps, only: string | null, signal: AbortSignal): Promise<void> {
  const wanted = deps.azure.subscriptions.filter(
    (id) => only === null || id.toLowerCase() === only.toLowerCase(),
  );
  for (const subscriptionId of wanted) {
    try {
      await discoverSubscription(deps, subscriptionId, signal);
      await writeSubscription(deps, subscriptionId, null);
    } catch (error) {
      if (signal.aborted) throw error;
      await writeSubscription(deps, subscriptionId, error);
      deps.log.warn({ error, subscriptionId }, "the subscription cannot be read");
      if (toKluisError(error).retry !== "never") throw error;
    }
  }
}

async function writeSubscription(deps: EngineDeps, id: string, error: unknown): Promise<void> {
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
    listVms(deps.azure, subscriptionId, { signal }),
    { limit: VMS_AT_ONCE, signal },
    async ({ resourceId }) => {
      const vm = await getVm(deps.azure, resourceId, { signal });
      if (vm === null) return;
      const disks = await inspectDisks(deps.azure, vm, { crashConsistent: false, signal });
      ids.push(await writeVm(deps, { ...vmFactsOf(vm, disks), configuration: vm.configuration }));
    },
  );
  await inTransaction(deps.db, async (tx) => {
    const gone = await markUnseenVms(tx, { subscriptionId, ids, since }, deps.clock.now());
    const events: LedgerDraft[] = [];
    for (const vm of gone) {
      const teamIds = await teamsOfVm(tx, vm.id);
      const target = { type: "vm", id: vm.id, name: vm.name };
      events.push({ kind: "vm.deleted", actor: engineActor, target, vmId: vm.id, teamIds });
      await notify(tx, "inventory", { vmId: vm.id });
    }
    await appendEvents(tx, deps.clock, events);
  });
}

/** Writes one VM down, with an event when it is new or differs. Returns its id. */
function writeVm(deps: EngineDeps, facts: VmFacts): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    const predecessors = await listPredecessors(tx, facts);
    const { id, change, before } = await upsertVm(tx, facts, deps.clock);
    await notify(tx, "inventory", { vmId: id });
    if (change === "unchanged") return id;
    const { name, size, location, resourceGroup, disks } = facts;
    const now = {
      size,
      location,
      resourceGroup,
      disks: disks.map((disk) => ({ key: disk.key, name: disk.name, bytes: disk.bytes })),
    };
    const was = before && {
      size: before.size,
      disks: before.disks.map((disk) => ({ key: disk.key, name: disk.name, bytes: disk.bytes })),
    };
    const gone: LedgerDraft[] = [];
    for (const old of predecessors) {
      const teamIds = await teamsOfVm(tx, old.id);
      const target = { type: "vm", id: old.id, name: old.name };
      gone.push({
        kind: "vm.deleted",
        actor: engineActor,
        target,
        vmId: old.id,
        teamIds,
        data: { replacedBy: id },
      });
    }
    await appendEvents(tx, deps.clock, [
      ...gone,
      {
        kind: change === "discovered" ? "vm.discovered" : "vm.changed",
        actor: engineActor,
        target: { type: "vm", id, name },
        vmId: id,
        teamIds: await teamsOfVm(tx, id),
        data: { now, ...(was === null ? {} : { was }) },
      },
    ]);
    return id;
  });
}
