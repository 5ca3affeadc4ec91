/** The VMs of a subscription with their disks, read with lists: the number of requests grows with pages, not with VMs. */
import type { VirtualMachineInstanceView } from "@azure/arm-compute";
import { isKluisError, type KluisError, type VmFacts } from "@kluis/domain";
import { armKey } from "./arm-id.ts";
import { pagesOf } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { findDisks, listDisks } from "./disks.ts";
import type { CallOptions } from "./lro.ts";
import type { DiskFinding, VmInfo } from "./types.ts";
import { vmSizeOf } from "./vm-sizes.ts";
import { agentOf, vmInfo } from "./vms.ts";

/** A VM as the lists describe it. */
export type ListedVm = VmInfo & Pick<VmFacts, "agentState">;

export interface InventoryItem {
  readonly vm: ListedVm;
  /** Null when a disk may not be read: the stored facts about the VM's disks must stay as they are. */
  readonly disks: readonly DiskFinding[] | null;
  readonly error: KluisError | null;
}

/**
 * Lists every VM of a subscription, page by page. Azure returns run-time states in a separate list (`statusOnly`): a VM
 * that only the other list holds has power and agent state `unknown`.
 */
export async function* listVms(
  azure: AzureConnection,
  subscriptionId: string,
  options: CallOptions = {},
): AsyncGenerator<ListedVm> {
  const client = azure.compute(subscriptionId);
  const target = `/subscriptions/${subscriptionId}`;
  const views = new Map<string, VirtualMachineInstanceView>();
  const statuses = client.virtualMachines.listAll({ statusOnly: "true", ...abortable(options) }).byPage();
  for await (const vm of pagesOf({ operation: "list the states of virtual machines", target }, statuses)) {
    if (vm.id !== undefined && vm.instanceView) views.set(armKey(vm.id), vm.instanceView);
  }
  const machines = client.virtualMachines.listAll(abortable(options)).byPage();
  for await (const vm of pagesOf({ operation: "list virtual machines", target }, machines)) {
    const view = views.get(armKey(vm.id ?? ""));
    const info = readable(() => vmInfo(vm, view));
    if (info === null) continue;
    const size = await vmSizeOf(azure, info, options);
    yield { ...info, traits: { ...info.traits, ...size }, agentState: agentOf(view) };
  }
}

/** A VM whose id has an unknown form is left out: one bad item must not stop the others. */
function readable(read: () => VmInfo): VmInfo | null {
  try {
    return read();
  } catch (error) {
    if (isKluisError(error, "INPUT_INVALID")) return null;
    throw error;
  }
}

/** Every VM of a subscription with its disks. Lists disks last, so that a disk of a listed VM is in the list. */
export async function* listInventory(
  azure: AzureConnection,
  subscriptionId: string,
  options: CallOptions = {},
): AsyncGenerator<InventoryItem> {
  const machines = await Array.fromAsync(listVms(azure, subscriptionId, options));
  const listed = await listDisks(azure, subscriptionId, options);
  for (const vm of machines) yield { vm, ...(await disksOf(azure, vm, { ...options, listed })) };
}

/** A disk outside the reach of the role concerns its VM only; any other failure is about the subscription. */
async function disksOf(
  azure: AzureConnection,
  vm: ListedVm,
  options: Parameters<typeof findDisks>[2],
): Promise<Pick<InventoryItem, "disks" | "error">> {
  try {
    return { disks: await findDisks(azure, vm, options), error: null };
  } catch (error) {
    if (isKluisError(error, "AZURE_FORBIDDEN")) return { disks: null, error };
    throw error;
  }
}
