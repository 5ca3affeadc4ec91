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
  databaseNow,
  type InventoryPass,
  inventoryItems,
  knownError,
  newId,
  removeInventoryPages,
  removeOldInventoryPages,
  saveInventoryPage,
  type UnseenVm,
} from "@kluis/db";
import { type DiskFacts, isLimited, KluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { WorkPage } from "../runtime/recurring-work.ts";
import { type DiscoveryCursor, nextOf, parseCursor, textOf } from "./cursor.ts";
import { unseenInTurn } from "./unseen.ts";

/** What passes that never ended have stored goes after this time. */
const STORED_MS = 24 * 3_600_000;

/** How long Azure's limits on one subscription may hold up the others behind it. */
const LIMITED_MOST_MS = 10 * 60_000;
/** The shortest pause before a limited page is read again. */
const LIMITED_SHORTEST_MS = 1_000;

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

const firstPage = { link: null, number: 0, limitedSince: null } as const;

/** The same error as one of the subscription: it does not end the run. */
function lasting({ message, action, params }: KluisError): KluisError {
  return new KluisError(
    { code: "AZURE_THROTTLED", reason: "connection" },
    { message, params, retry: "backoff", ...(action === undefined ? {} : { action }) },
  );
}

/** Reads the pages of a discovery of some subscriptions. */
export class DiscoveryPages {
  readonly #deps: EngineDeps;
  readonly #subscriptions: readonly DiscoveredSubscription[];
  readonly #whenLimited: "pauses" | "throws";
  #loaded: { readonly key: string; readonly lists: Lists } | null = null;

  /** `whenLimited`: what a page does that Azure's limits keep from being read. */
  constructor(
    deps: EngineDeps,
    subscriptions: readonly DiscoveredSubscription[],
    whenLimited: "pauses" | "throws",
  ) {
    this.#deps = deps;
    this.#whenLimited = whenLimited;
    this.#subscriptions = subscriptions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  async read(cursor: string | null, signal: AbortSignal): Promise<WorkPage<DiscoveryItem>> {
    const at = cursor === null ? null : parseCursor(cursor);
    if (at === null) return this.#first();
    const subscription = this.#subscriptions.find(({ id }) => id === at.subscriptionId);
    // Its connection was disabled meanwhile.
    if (subscription === undefined) return { items: [], next: await this.#leave(at) };
    try {
      return await this.#page(at, subscription, signal);
    } catch (error) {
      signal.throwIfAborted();
      const known = knownError(error);
      if (known.code === "DATABASE_UNREACHABLE") throw error;
      if (isLimited(known.retry)) return this.#limited(at, subscription, known);
      return this.#unreadable(at, subscription, error);
    }
  }

  async #unreadable(
    at: DiscoveryCursor,
    subscription: DiscoveredSubscription,
    error: unknown,
  ): Promise<WorkPage<DiscoveryItem>> {
    const { passId, subscriptionId } = at;
    const item = { kind: "unreadable", pass: { passId, subscriptionId }, subscription, error } as const;
    return { items: [item], next: await this.#leave(at) };
  }

  /** Reads the page again when Azure allows it. A limit that lasts must not hold up the other subscriptions. */
  async #limited(
    at: DiscoveryCursor,
    subscription: DiscoveredSubscription,
    error: KluisError,
  ): Promise<WorkPage<DiscoveryItem>> {
    if (this.#whenLimited === "throws") throw error;
    const now = await databaseNow(this.#deps.db.prisma);
    const limitedSince = at.limitedSince ?? now.toISOString();
    const pauseMs = Math.max(LIMITED_SHORTEST_MS, error.retryAfterMs ?? 0);
    const heldUpMs = now.getTime() - new Date(limitedSince).getTime() + pauseMs;
    if (heldUpMs <= LIMITED_MOST_MS) return { items: [], next: textOf({ ...at, limitedSince }), pauseMs };
    return this.#unreadable(at, subscription, lasting(error));
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
    return textOf({ passId, subscriptionId: next.id, since, phase: "states", ...firstPage });
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
