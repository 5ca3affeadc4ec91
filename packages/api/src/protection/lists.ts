import { allowLists, clearAttention, listDiskTrust, notify } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import type { AllowListsInput } from "./inputs.ts";
import type { listsAllowedView } from "./view.ts";

/**
 * Allows Azure's lists of changed ranges again for a disk whose list was wrong. Its next deltas are confirmed, as those of a new disk.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, DISK_NOT_FOUND
 */
export async function allowDiskLists(
  ctx: SignedInContext,
  input: AllowListsInput,
): Promise<z.input<typeof listsAllowedView>> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  const rows = await listDiskTrust(ctx.api.db.prisma, vm.id);
  const named = rows.filter(({ name, diskUniqueId }) => name === input.disk || diskUniqueId === input.disk);
  // A disk that was created again with its name is another one: the one that is turned off is meant.
  const row = named.find(({ isTurnedOff }) => isTurnedOff) ?? named[0];
  if (row === undefined) {
    const disks = rows.map(({ name }) => name).join(", ");
    throw new KluisError("DISK_NOT_FOUND", {
      reason: "in-vm",
      message: `The virtual machine ${vm.name} has no disk ${input.disk} with lists of changes.`,
      action: disks === "" ? "Its lists are in use from its second backup on." : `Its disks are ${disks}.`,
      params: { vm: vm.name, disk: input.disk, disks },
    });
  }
  const { diskUniqueId, name: disk, wrongList } = row;
  return record(ctx, async (tx) => {
    const changed: boolean = await allowLists(tx, { vmId: vm.id, diskUniqueId }, ctx.who.actor);
    const result = { vm, disk, changed };
    if (!changed) return { result, events: [] };
    await notify(tx, "inventory", { vmId: vm.id });
    await clearAttention(tx, `changed-ranges:${vm.id}/${diskUniqueId}`);
    const event: VmEvent = {
      kind: "protection.lists-allowed",
      actor: ctx.who.actor,
      target: { type: "vm", id: vm.id, name: vm.name },
      vmId: vm.id,
      data: { disk, diskUniqueId, wrongList },
    };
    return { result, events: [event] };
  });
}
