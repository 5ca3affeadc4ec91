/** The VMs that Azure's lists lacked. Only Azure's answer about a VM itself says that it is gone. */
import { findAzureVmId } from "@kluis/azure";
import {
  appendEvents,
  inTransaction,
  knownError,
  listUnseenVms,
  markVmsGone,
  notify,
  type UnseenVm,
} from "@kluis/db";
import { isKluisError, type KluisError, type LedgerDraft, limits } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { deletedEvent } from "./record-vm.ts";

/** VMs of a subscription that one discovery asks Azure about, each with one request. Others wait for the next ones. */
const ASKED_MOST = 100;

/**
 * Marks the unseen VMs as deleted that no longer exist. One that the identity may not see stays as it is.
 * @returns why a VM could not be read; null when all that were asked about could
 */
export async function settleUnseen(
  deps: EngineDeps,
  seen: Parameters<typeof listUnseenVms>[1],
  signal: AbortSignal,
): Promise<KluisError | null> {
  const unseen = await listUnseenVms(deps.db.prisma, seen);
  const gone: UnseenVm[] = [];
  let problem: KluisError | null = null;
  for (const vm of thisTurn(unseen, deps.clock.now())) {
    try {
      if (await isGone(deps, vm, signal)) gone.push(vm);
    } catch (error) {
      signal.throwIfAborted();
      problem ??= knownError(error);
      deps.log.warn({ error, resourceId: vm.resourceId }, "a VM is no longer listed, and cannot be read");
      // Anything else is not about this VM: asking about the others would fail too.
      if (!isKluisError(error, "AZURE_FORBIDDEN")) break;
    }
  }
  await markGone(deps, gone, seen.since);
  return problem;
}

/** Takes turns, so that VMs that stay invisible do not keep the others from being asked about. */
export function thisTurn<T>(unseen: readonly T[], now: Date): readonly T[] {
  const turns = Math.ceil(unseen.length / ASKED_MOST);
  const turn = turns === 0 ? 0 : Math.floor(now.getTime() / limits.discoverMs) % turns;
  return unseen.slice(turn * ASKED_MOST, (turn + 1) * ASKED_MOST);
}

/** A VM with another id took its name: then this one is gone too. */
async function isGone(deps: EngineDeps, vm: UnseenVm, signal: AbortSignal): Promise<boolean> {
  const found = await findAzureVmId(deps.azure, vm.resourceId, { signal });
  return found === null || (found !== "" && found !== vm.azureVmId);
}

async function markGone(deps: EngineDeps, vms: readonly UnseenVm[], since: Date): Promise<void> {
  if (vms.length === 0) return;
  await inTransaction(deps.db, async (tx) => {
    const events: LedgerDraft[] = [];
    for (const vm of await markVmsGone(tx, { vms, since }, deps.clock.now())) {
      events.push(await deletedEvent(tx, vm));
      await notify(tx, "inventory", { vmId: vm.id });
    }
    await appendEvents(tx, deps.clock, events);
  });
}
