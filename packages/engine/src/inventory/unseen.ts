/** The VMs that Azure's lists lacked. Only Azure's answer about a VM itself says that it is gone. */
import { findAzureVmId } from "@kluis/azure";
import {
  appendEvents,
  countUnseenVms,
  inTransaction,
  listUnseenVms,
  markVmGone,
  notify,
  type UnseenVm,
} from "@kluis/db";
import { limits } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { deletedEvent } from "./record-vm.ts";

/** VMs of a subscription that one discovery asks Azure about, each with one request. Others wait for the next ones. */
const ASKED_MOST = 100;

/** The VMs of a subscription that this discovery asks about: those in turn of all that it did not see. */
export async function unseenInTurn(
  deps: Pick<EngineDeps, "db" | "clock">,
  unseen: Parameters<typeof countUnseenVms>[1],
): Promise<UnseenVm[]> {
  const count = await countUnseenVms(deps.db.prisma, unseen);
  const skip = firstOfTurn(count, deps.clock.now());
  return listUnseenVms(deps.db.prisma, { ...unseen, skip, limit: ASKED_MOST });
}

/** Takes turns, so that VMs that stay invisible do not keep the others from being asked about. */
export function firstOfTurn(count: number, now: Date): number {
  const turns = Math.ceil(count / ASKED_MOST);
  return turns === 0 ? 0 : (Math.floor(now.getTime() / limits.discoverMs) % turns) * ASKED_MOST;
}

/**
 * Marks an unseen VM as deleted that no longer exists. One that the identity may not see stays as it is.
 * @throws KluisError AZURE_FORBIDDEN when the identity may not see it
 */
export async function settleUnseen(
  deps: EngineDeps,
  { vm, since }: { readonly vm: UnseenVm; readonly since: Date },
  signal: AbortSignal,
): Promise<void> {
  const found = await findAzureVmId(deps.azure, vm.resourceId, { signal });
  // A VM with another id took its name: then this one is gone too.
  const isThere = found === "" || found === vm.azureVmId;
  if (isThere) return;
  await inTransaction(deps.db, async (tx) => {
    if (!(await markVmGone(tx, { id: vm.id, since, at: deps.clock.now() }))) return;
    const event = await deletedEvent(tx, vm);
    await notify(tx, "inventory", { vmId: vm.id });
    await appendEvents(tx, deps.clock, [event]);
  });
}
