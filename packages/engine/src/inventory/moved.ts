/** VMs that moved to another resource group or subscription. They keep their row, and with it points, jobs and protection. */
import { findAzureVmId } from "@kluis/azure";
import { type DiscoveredVm, findMovedVm, type StoredVm } from "@kluis/db";
import { isKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

export type FormerPlace =
  | { readonly kind: "none" }
  /** The VM left this place. */
  | { readonly kind: "moved"; readonly from: StoredVm }
  /** Azure has the VM at both places: a move is under way, or a list is old. */
  | { readonly kind: "still-there"; readonly at: StoredVm };

/** Finds the place that a VM moved from, and asks Azure whether the VM left it. */
export async function formerPlaceOf(
  deps: Pick<EngineDeps, "db" | "azure">,
  vm: Pick<DiscoveredVm, "resourceId" | "azureVmId" | "osType" | "disks">,
): Promise<FormerPlace> {
  const from = await findMovedVm(deps.db.prisma, vm);
  if (from === null) return { kind: "none" };
  return (await isAt(deps, from)) ? { kind: "still-there", at: from } : { kind: "moved", from };
}

async function isAt(deps: Pick<EngineDeps, "azure">, vm: StoredVm): Promise<boolean> {
  try {
    const found = await findAzureVmId(deps.azure, vm.resourceId);
    return found === "" || found === vm.azureVmId;
  } catch (error) {
    // A place that Kluis may not read, or no longer has: the list of the new place decides.
    if (isKluisError(error, "AZURE_FORBIDDEN") || isKluisError(error, "INPUT_INVALID")) return false;
    throw error;
  }
}
