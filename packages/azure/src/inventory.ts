/**
 * The VMs of a subscription with their disks, read with lists, page by page: the number of requests grows with pages, not with VMs.
 * Azure returns run-time states in a separate list (`statusOnly`). Read states and disks first, then describe each VM.
 */
import type { VirtualMachine } from "@azure/arm-compute";
import { type DiskFacts, diskFactsSchema, type VmFacts } from "@kluis/domain";
import { z } from "zod";
import { armKey } from "./arm-id.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { diskFactsOf } from "./disk-facts.ts";
import type { CallOptions } from "./lro.ts";
import { type Page, pageOf } from "./page.ts";
import type { VmInfo, VmStateView } from "./types.ts";
import { vmSizeOf } from "./vm-sizes.ts";
import { agentOf, vmInfo } from "./vms.ts";

/** A VM as the lists describe it. */
export type ListedVm = VmInfo & Pick<VmFacts, "agentState">;

export interface InventoryPageOptions extends CallOptions {
  readonly subscriptionId: string;
  /** The page to read; null: the first. */
  readonly link: string | null;
}

/** The run-time state of a VM, as plain JSON. */
export interface ListedState {
  /** `armKey` of the VM's id. */
  readonly key: string;
  readonly view: VmStateView;
}

/** A disk of the subscription, as plain JSON. What its VM says about it is not known yet. */
export interface ListedDisk {
  /** `armKey` of the disk's id. */
  readonly key: string;
  readonly facts: DiskFacts;
}

const codes = z.array(z.object({ code: z.string().optional(), displayStatus: z.string().optional() }));
const types = z.array(z.object({ type: z.string().optional() }));
const viewSchema = z.object({
  statuses: codes.optional(),
  vmAgent: z.object({ statuses: codes.optional(), extensionHandlers: types.optional() }).optional(),
  extensions: types.optional(),
});

/** Reads stored states again. One that another version of Kluis wrote is left out: its VM has an unknown state. */
export function parseListedState(json: unknown): ListedState | null {
  const parsed = z.object({ key: z.string(), view: viewSchema }).safeParse(json);
  return parsed.success ? parsed.data : null;
}

/** Reads a stored disk again. One that another version of Kluis wrote is left out: it is read from Azure. */
export function parseListedDisk(json: unknown): ListedDisk | null {
  const parsed = z.object({ key: z.string(), facts: diskFactsSchema }).safeParse(json);
  return parsed.success ? parsed.data : null;
}

export async function listVmStates(
  azure: AzureConnection,
  { subscriptionId, link, ...options }: InventoryPageOptions,
): Promise<Page<ListedState>> {
  const { virtualMachines } = azure.compute(subscriptionId);
  const listing = virtualMachines.listAll({ statusOnly: "true", ...abortable(options) });
  const name = {
    operation: "list the states of virtual machines",
    target: `/subscriptions/${subscriptionId}`,
  } as const;
  const { items, next } = await pageOf(name, listing, link);
  const states = items.flatMap(({ id, instanceView }) => {
    const view = viewSchema.safeParse(instanceView);
    return id !== undefined && view.success ? [{ key: armKey(id), view: view.data }] : [];
  });
  return { items: states, next };
}

/** One page of all disks of a subscription. A disk that Azure describes in an unknown form is left out, and read with its VM. */
export async function listDiskFacts(
  azure: AzureConnection,
  { subscriptionId, link, ...options }: InventoryPageOptions,
): Promise<Page<ListedDisk>> {
  const listing = azure.compute(subscriptionId).disks.list(abortable(options));
  const name = { operation: "list disks", target: `/subscriptions/${subscriptionId}` } as const;
  const { items, next } = await pageOf(name, listing, link);
  const disks = items.flatMap((disk) => {
    const { id } = disk;
    if (id === undefined) return [];
    const facts = diskFactsSchema.safeParse(diskFactsOf(withoutVm, disk));
    return facts.success ? [{ key: armKey(id), facts: facts.data }] : [];
  });
  return { items: disks, next };
}

/** In place of what a VM says about its disk. */
const withoutVm = {
  slot: "os",
  name: "",
  diskId: null,
  ephemeral: false,
  writeAccelerated: false,
  caching: null,
} as const;

/** A VM of the list, as Azure sent it. */
export interface ListedMachine {
  /** For messages: Azure's name of the VM. */
  readonly name: string;
  /** Lower case; empty when Azure sent none. */
  readonly resourceId: string;
  readonly machine: VirtualMachine;
}

export async function listMachines(
  azure: AzureConnection,
  { subscriptionId, link, ...options }: InventoryPageOptions,
): Promise<Page<ListedMachine>> {
  const listing = azure.compute(subscriptionId).virtualMachines.listAll(abortable(options));
  const name = { operation: "list virtual machines", target: `/subscriptions/${subscriptionId}` } as const;
  const { items, next } = await pageOf(name, listing, link);
  const machines = items.map((machine) => ({
    name: machine.name ?? machine.id ?? "",
    resourceId: (machine.id ?? "").toLowerCase(),
    machine,
  }));
  return { items: machines, next };
}

/**
 * A VM as its list and the list of states describe it.
 * @param view the VM's state; without it power and agent state are `unknown`
 * @throws KluisError INPUT_INVALID when the VM's id has an unknown form
 */
export async function describeMachine(
  azure: AzureConnection,
  { machine, view }: { readonly machine: VirtualMachine; readonly view: VmStateView | undefined },
  options: CallOptions = {},
): Promise<ListedVm> {
  const info = vmInfo(machine, view);
  const size = await vmSizeOf(azure, info, options);
  return { ...info, traits: { ...info.traits, ...size }, agentState: agentOf(view) };
}
