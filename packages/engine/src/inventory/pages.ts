/** The pages of a discovery. Lists of states and disks are stored, so that any engine continues with the VMs. */
import {
  type ListedMachine,
  listDiskFacts,
  listMachines,
  listVmStates,
  parseListedDisk,
  parseListedState,
  type VmStateView,
} from "@kluis/azure";
import {
  type InventoryPass,
  inventoryItems,
  knownError,
  newId,
  removeInventoryPages,
  removeOldInventoryPages,
  saveInventoryPage,
  type UnseenVm,
} from "@kluis/db";
import { type DiskFacts, isLimited } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { WorkPage } from "../runtime/recurring-work.ts";
import { type DiscoveryCursor, nextOf, parseCursor, textOf } from "./cursor.ts";
import { unseenInTurn } from "./unseen.ts";

/** What passes that never ended have stored goes after this time. */
const STORED_MS = 24 * 3_600_000;

export interface DiscoveredSubscription {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
}

/** What a pass knows of the subscription's VMs before it reads them, by lower-case ids. */
export interface Lists {
  readonly states: ReadonlyMap<string, VmStateView>;
  readonly disks: ReadonlyMap<string, DiskFacts>;
}

export type DiscoveryItem = {
  readonly pass: InventoryPass;
  readonly subscription: DiscoveredSubscription;
} & (
  | { readonly kind: "vm"; readonly vm: ListedMachine; readonly lists: Lists }
  /** Azure's list lacked it. */
  | { readonly kind: "unseen"; readonly vm: UnseenVm; readonly since: Date }
  | { readonly kind: "read" }
  | { readonly kind: "unreadable"; readonly error: unknown }
);

/** Reads the pages of a discovery of some subscriptions. */
export class DiscoveryPages {
  readonly #deps: EngineDeps;
  readonly #subscriptions: readonly DiscoveredSubscription[];
  #loaded: { readonly key: string; readonly lists: Lists } | null = null;

  constructor(deps: EngineDeps, subscriptions: readonly DiscoveredSubscription[]) {
    this.#deps = deps;
    this.#subscriptions = subscriptions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** @param isHeldUp a subscription that Azure limits must not wait any more: others are behind it */
  async read(
    cursor: string | null,
    { isHeldUp, signal }: { readonly isHeldUp: boolean; readonly signal: AbortSignal },
  ): Promise<WorkPage<DiscoveryItem>> {
    const at = cursor === null ? null : parseCursor(cursor);
    if (at === null) return this.#first();
    const subscription = this.#subscriptions.find(({ id }) => id === at.subscriptionId);
    // Its connection was disabled meanwhile.
    if (subscription === undefined) return { items: [], next: await this.#leave(at) };
    try {
      return await this.#page(at, subscription, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { code, retry } = knownError(error);
      if ((isLimited(retry) && !isHeldUp) || code === "DATABASE_UNREACHABLE") throw error;
      const { passId, subscriptionId } = at;
      const item = { kind: "unreadable", pass: { passId, subscriptionId }, subscription, error } as const;
      return { items: [item], next: await this.#leave(at) };
    }
  }

  async #first(): Promise<WorkPage<DiscoveryItem>> {
    const { db, clock } = this.#deps;
    await removeOldInventoryPages(db.prisma, new Date(clock.now().getTime() - STORED_MS));
    return { items: [], next: this.#subscription(newId(clock), "") };
  }

  /** The beginning of the next subscription; null after the last one. */
  #subscription(passId: string, after: string): string | null {
    const next = this.#subscriptions.find(({ id }) => id > after);
    if (next === undefined) return null;
    const since = this.#deps.clock.now().toISOString();
    return textOf({ passId, subscriptionId: next.id, since, phase: "states", link: null, number: 0 });
  }

  async #leave(at: DiscoveryCursor): Promise<string | null> {
    await removeInventoryPages(this.#deps.db.prisma, at);
    return this.#subscription(at.passId, at.subscriptionId);
  }

  async #page(
    at: DiscoveryCursor,
    subscription: DiscoveredSubscription,
    signal: AbortSignal,
  ): Promise<WorkPage<DiscoveryItem>> {
    const { passId, subscriptionId, phase, link } = at;
    const { azure } = this.#deps;
    const options = { subscriptionId, link, signal };
    const of = { pass: { passId, subscriptionId }, subscription };
    switch (phase) {
      case "states":
        return this.#stored(at, phase, await listVmStates(azure, options));
      case "disks":
        return this.#stored(at, phase, await listDiskFacts(azure, options));
      case "vms": {
        const lists = await this.#lists(of.pass);
        const page = await listMachines(azure, options);
        return {
          items: page.items.map((vm) => ({ kind: "vm", ...of, vm, lists })),
          next: nextOf(at, page.next),
        };
      }
      case "unseen": {
        const since = new Date(at.since);
        const vms = await unseenInTurn(this.#deps, { subscriptionId, since });
        return { items: vms.map((vm) => ({ kind: "unseen", ...of, vm, since })), next: nextOf(at, null) };
      }
      case "end":
        return {
          items: [{ kind: "read", ...of }],
          next: this.#subscription(passId, subscriptionId),
        };
      default:
        return phase satisfies never;
    }
  }

  async #stored(
    at: DiscoveryCursor,
    kind: "states" | "disks",
    page: { readonly items: readonly object[]; readonly next: string | null },
  ): Promise<WorkPage<DiscoveryItem>> {
    const { passId, subscriptionId, number } = at;
    await saveInventoryPage(this.#deps.db.prisma, {
      passId,
      subscriptionId,
      kind,
      number,
      items: page.items,
    });
    return { items: [], next: nextOf(at, page.next) };
  }

  /** Loaded once per run. */
  async #lists(pass: InventoryPass): Promise<Lists> {
    const key = `${pass.passId} ${pass.subscriptionId}`;
    if (this.#loaded?.key === key) return this.#loaded.lists;
    const states = new Map<string, VmStateView>();
    const disks = new Map<string, DiskFacts>();
    const { prisma } = this.#deps.db;
    for await (const item of inventoryItems(prisma, pass, "states")) {
      const state = parseListedState(item);
      if (state !== null) states.set(state.key, state.view);
    }
    for await (const item of inventoryItems(prisma, pass, "disks")) {
      const disk = parseListedDisk(item);
      if (disk !== null) disks.set(disk.key, disk.facts);
    }
    const lists = { states, disks };
    this.#loaded = { key, lists };
    return lists;
  }
}
