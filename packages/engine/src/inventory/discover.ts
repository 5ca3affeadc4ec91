/** Reads the inventory from Azure: VMs, their disks, and the facts that decide whether they can be protected. */
import { type DiskFinding, describeMachine, findDisks, type ListedVm } from "@kluis/azure";
import {
  inTransaction,
  isDatabaseLost,
  knownError,
  noteInventoryProblem,
  noteVmProblem,
  notify,
  readInventoryProblem,
  removeInventoryPages,
  upsertSubscription,
} from "@kluis/db";
import { type ErrorInfo, errorInfo, isLimited } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import { type Paused, runOnce } from "../runtime/run-once.ts";
import type { Again } from "../runtime/tasks.ts";
import { type DiscoveredSubscription, type DiscoveryItem, DiscoveryPages } from "./pages.ts";
import { recordVm, recordVmWithoutDisks } from "./record-vm.ts";
import { settleUnseen } from "./unseen.ts";

/** VMs that are stored at the same time. Bounded by the database's connections. */
const VMS_AT_ONCE = 4;
/** The pause before subscriptions are read again that an outage made unreadable. */
const OUTAGE_AGAIN_MS = 60_000;

/**
 * Continues the discovery of all subscriptions of enabled connections, or begins it. A VM that cannot be read or stored, and a
 * subscription that cannot be read, stop no other.
 */
export async function keepDiscovered(deps: EngineDeps, signal: AbortSignal): Promise<Again | null> {
  const subscriptions = await enabledSubscriptions(deps);
  const outages: unknown[] = [];
  const again = await runWork(deps, discovering(deps, { subscriptions, outages, signal }), signal);
  return again ?? (outages.length > 0 ? { againInMs: OUTAGE_AGAIN_MS } : null);
}

interface Asked {
  /** Null: all subscriptions. */
  readonly only: string | null;
  /** Where an earlier run paused; null: the beginning. */
  readonly cursor: string | null;
}

/**
 * Reads one subscription, or all, for someone who waits.
 * @returns where to continue when Azure limits it; null at the end
 * @throws the first error that a retry may solve, after all subscriptions
 */
export async function discoverAsked(
  deps: EngineDeps,
  { only, cursor }: Asked,
  signal: AbortSignal,
): Promise<Paused | null> {
  const all = await enabledSubscriptions(deps);
  const subscriptions = all.filter(({ id }) => only === null || id === only.toLowerCase());
  const outages: unknown[] = [];
  const work = discovering(deps, { subscriptions, outages, signal });
  const paused = await runOnce(deps, work, { cursor, signal });
  if (paused === null && outages.length > 0) throw outages[0];
  return paused;
}

/** Reads one subscription, or all, from the beginning. */
export async function discover(deps: EngineDeps, only: string | null, signal: AbortSignal): Promise<void> {
  await discoverAsked(deps, { only, cursor: null }, signal);
}

async function enabledSubscriptions(deps: EngineDeps): Promise<DiscoveredSubscription[]> {
  await deps.connections.refresh();
  return deps.connections
    .list()
    .filter(({ row }) => row.state === "enabled")
    .flatMap(({ row }) => row.subscriptions.map(({ id, name }) => ({ id, name, tenantId: row.tenantId })));
}

interface Discovering {
  readonly subscriptions: readonly DiscoveredSubscription[];
  /** Gets the errors of subscriptions that a retry may solve. */
  readonly outages: unknown[];
  readonly signal: AbortSignal;
}

function discovering(
  deps: EngineDeps,
  { subscriptions, outages, signal }: Discovering,
): RecurringWork<DiscoveryItem> {
  const pages = new DiscoveryPages(deps, subscriptions);
  return {
    name: "discovery",
    atOnce: VMS_AT_ONCE,
    page: (cursor, isHeldUp) => pages.read(cursor, { isHeldUp, signal }),
    nameOf: (item) =>
      item.kind === "vm" || item.kind === "unseen"
        ? `VM ${item.vm.name}`
        : `subscription ${item.subscription.name}`,
    async work(item, abort) {
      switch (item.kind) {
        case "vm":
          return noting(deps, item, { resourceId: item.vm.resourceId }, () => readVm(deps, item, abort));
        case "unseen":
          return noting(deps, item, { id: item.vm.id }, () => settleUnseen(deps, item, abort));
        case "read":
          return recordRead(deps, item);
        case "unreadable":
          if (knownError(item.error).retry !== "never") outages.push(item.error);
          await recordSubscription(deps, item.subscription, {
            readable: false,
            problem: errorInfo(knownError(item.error)),
          });
          throw item.error;
        default:
          return item satisfies never;
      }
    },
  };
}

async function readVm(
  deps: EngineDeps,
  { vm: { machine, resourceId }, lists }: Extract<DiscoveryItem, { kind: "vm" }>,
  signal: AbortSignal,
): Promise<void> {
  const vm = await describeMachine(deps.azure, { machine, view: lists.states.get(resourceId) }, { signal });
  const disks = await disksOf(deps, { vm, listed: lists.disks }, signal);
  if (!("error" in disks)) return void (await recordVm(deps, vm, disks.findings));
  await recordVmWithoutDisks(deps, vm, errorInfo(knownError(disks.error)));
  throw disks.error;
}

/** A disk outside the reach of the role, or about which Azure gives no answer, concerns its VM only. */
async function disksOf(
  deps: EngineDeps,
  { vm, listed }: { readonly vm: ListedVm; readonly listed: Parameters<typeof findDisks>[2]["listed"] },
  signal: AbortSignal,
): Promise<{ readonly findings: readonly DiskFinding[] } | { readonly error: unknown }> {
  try {
    return { findings: await findDisks(deps.azure, vm, { listed, signal }) };
  } catch (error) {
    signal.throwIfAborted();
    if (isLimited(knownError(error).retry)) throw error;
    return { error };
  }
}

type Problem = Parameters<typeof noteVmProblem>[1];

/** Notes the error of a VM with the VM, and that the subscription has one. */
async function noting(
  deps: EngineDeps,
  { pass }: Pick<DiscoveryItem, "pass">,
  ...[vm, work]: readonly [vm: Problem, work: () => Promise<void>]
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = knownError(error);
    if (isLimited(known.retry) || known.code === "CANCELLED" || isDatabaseLost(error)) throw error;
    const problem = errorInfo(known);
    await inTransaction(deps.db, async (tx) => {
      await noteInventoryProblem(tx, pass, problem);
      for (const vmId of await noteVmProblem(tx, vm, { problem, at: deps.clock.now() }))
        await notify(tx, "inventory", { vmId });
    });
    throw error;
  }
}

async function recordRead(
  deps: EngineDeps,
  { pass, subscription }: Pick<DiscoveryItem, "pass" | "subscription">,
): Promise<void> {
  const problem = await readInventoryProblem(deps.db.prisma, pass);
  await recordSubscription(deps, subscription, { readable: true, problem });
  await removeInventoryPages(deps.db.prisma, pass);
  // Assignment rules protect what is new.
  await addTask(deps.db.prisma, { name: "rules.apply", payload: {}, runAt: deps.clock.now() });
}

async function recordSubscription(
  deps: EngineDeps,
  subscription: DiscoveredSubscription,
  { readable, problem }: { readonly readable: boolean; readonly problem: ErrorInfo | null },
): Promise<void> {
  const now = deps.clock.now();
  const facts = {
    ...subscription,
    readable,
    problem,
    seenAt: readable ? now : null,
  };
  await upsertSubscription(deps.db.prisma, facts, now);
}
