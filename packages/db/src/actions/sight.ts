/** Which VMs and policies a user sees, and the error for others. */
import { type Access, KluisError, visibleVmFilter } from "@kluis/domain";
import type { PolicySight } from "../policies/read.ts";
import type { Tx } from "../tx.ts";
import { findVms } from "../vms/find.ts";
import { type StoredVm } from "../vms/write.ts";
import type { ActingContext } from "./acting.ts";

/** The policies that the user may see: those offered to all teams, and those of teams in which the user may read. */
export function policySightOf(access: Access): PolicySight {
  const visibility = visibleVmFilter(access);
  return visibility.all ? "all" : { teamIds: visibility.teamIds };
}

/** @throws KluisError VM_NOT_FOUND, also for a VM that the user does not see */
export async function requireSeen(
  { who }: Pick<ActingContext, "who">,
  tx: Tx,
  vmId: string,
): Promise<StoredVm> {
  const [vm] = await findVms(tx, visibleVmFilter(who.access), vmId);
  if (vm === undefined) throw unknownVm(vmId);
  return vm;
}

/** Says the same of a VM of another team, so that no answer reveals it. */
export function unknownVm(ref: string): KluisError {
  return new KluisError("VM_NOT_FOUND", {
    reason: "unknown",
    message: `The virtual machine ${ref} does not exist, or you cannot see it.`,
    action: "Check the name, or list the virtual machines.",
    params: { vm: ref },
  });
}
