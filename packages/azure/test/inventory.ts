/** A whole inventory of a subscription, as a discovery reads it: all pages of states and disks, then every VM. */
import { type DiskFacts, isKluisError, type KluisError } from "@kluis/domain";
import type { AzureConnection } from "../src/connection.ts";
import { findDisks } from "../src/disks.ts";
import {
  describeMachine,
  type InventoryPageOptions,
  type ListedVm,
  listDiskFacts,
  listMachines,
  listVmStates,
} from "../src/inventory.ts";
import type { Page } from "../src/page.ts";
import type { DiskFinding, VmStateView } from "../src/types.ts";

async function allOf<T>(
  azure: AzureConnection,
  subscriptionId: string,
  list: (azure: AzureConnection, options: InventoryPageOptions) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  for (let link: string | null = null; ; ) {
    const page: Page<T> = await list(azure, { subscriptionId, link });
    all.push(...page.items);
    if (page.next === null) return all;
    link = page.next;
  }
}

interface Found {
  readonly vm: ListedVm;
  /** Null when the role does not reach one of them. */
  readonly disks: readonly DiskFinding[] | null;
  readonly error: KluisError | null;
}

export async function readInventory(azure: AzureConnection, subscriptionId: string): Promise<Found[]> {
  const states = await allOf(azure, subscriptionId, listVmStates);
  const views = new Map<string, VmStateView>(states.map(({ key, view }) => [key, view]));
  const listed = new Map<string, DiskFacts>();
  for (const { key, facts } of await allOf(azure, subscriptionId, listDiskFacts)) listed.set(key, facts);
  const found: Found[] = [];
  for (const { machine } of await allOf(azure, subscriptionId, listMachines)) {
    const view = views.get((machine.id ?? "").toLowerCase());
    const vm = await describeMachine(azure, { machine, view });
    try {
      found.push({ vm, disks: await findDisks(azure, vm, { listed }), error: null });
    } catch (error) {
      if (!isKluisError(error, "AZURE_FORBIDDEN")) throw error;
      found.push({ vm, disks: null, error });
    }
  }
  return found;
}
