/**
 * The sweeper: finds resources in Azure that have Kluis's tag but no owner in the database, after a safety delay, and rows that an
 * ended job left. It records them as no longer wanted; the reconciler removes them.
 */
import {
  listOwnedCollections,
  listOwnedDisks,
  listOwnedSnapshots,
  type OwnedResource,
  readOwnedPoints,
} from "@kluis/azure";
import {
  type AzureResourceRow,
  databaseNow,
  findLivingResources,
  inTransaction,
  knownError,
  listOpenAmong,
  wakeReconciler,
  wantLeftRemoved,
  wantOrphanRemoved,
} from "@kluis/db";
import { isLimited, limits } from "@kluis/domain";
import { z } from "zod";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork, type WorkPage } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

type LivingRow = AzureResourceRow & { readonly jobOpen: boolean };

export interface SweepOptions {
  readonly signal: AbortSignal;
  /** Minimum age of a resource to remove; default: domain's limit. */
  readonly safetyMs?: number;
}

/**
 * Collections that are read, each with a request, and the pause after them: a quarter of what Azure allows, because backups read
 * restore points too.
 */
const COLLECTIONS = 50;
const PAUSE_MS = 60_000;
/** A disk in one of these states was delivered by a restore and belongs to a user, unless its row says otherwise. */
const DELIVERED_STATES: ReadonlySet<string> = new Set([
  "Unattached",
  "Attached",
  "Reserved",
  "ActiveSAS",
  "Frozen",
]);

/** The lists of a subscription, in this order. */
const phases = ["collections", "disks", "snapshots"] as const;

/**
 * Where the sweep continues. `link` is Azure's page, `from` the first collection of it that is not read yet, and `reads` the collections
 * that were read since the last pause: also on pages before, because most collections of a page may be of others.
 */
const cursorSchema = z.object({
  subscriptionId: z.string(),
  phase: z.enum(phases),
  link: z.string().nullable(),
  from: z.int().min(0),
  reads: z.int().min(0).default(0),
});
type Cursor = z.infer<typeof cursorSchema>;

type Item =
  /** What ended jobs left in the database. */
  | { readonly kind: "rows" }
  | { readonly kind: "collection"; readonly resource: OwnedResource }
  | { readonly kind: "disk" | "snapshot"; readonly resource: OwnedResource }
  /** Azure refuses a list of a subscription. */
  | { readonly kind: "unlisted"; readonly at: Cursor; readonly error: unknown };

/**
 * Continues the sweep of all subscriptions, or begins it. Those of disabled connections too: what Kluis created there must not
 * stay. A collection or a subscription that cannot be read stops no other.
 */
export function sweepAzure(
  deps: EngineDeps,
  { signal, safetyMs = limits.sweepSafetyMs }: SweepOptions,
): Promise<Again | null> {
  const before = new Date(deps.clock.now().getTime() - safetyMs);
  return runWork(deps, sweeping(deps, before, signal), signal);
}

function sweeping(deps: EngineDeps, before: Date, signal: AbortSignal): RecurringWork<Item> {
  return {
    name: "sweep",
    page: (cursor, isHeldUp) => {
      const at = cursor === null ? null : parseCursor(cursor);
      return at === null ? firstPage(deps) : pageAt(deps, { at, isHeldUp }, signal);
    },
    nameOf,
    work: (item) => workOn(deps, { item, before }, signal),
  };
}

/** Null for a cursor of another version: then the sweep begins again. */
function parseCursor(cursor: string): Cursor | null {
  if (!cursor.startsWith("{")) return null;
  const parsed = cursorSchema.safeParse(JSON.parse(cursor));
  return parsed.success ? parsed.data : null;
}

function nameOf(item: Item): string {
  switch (item.kind) {
    case "rows":
      return "the rows of ended jobs";
    case "unlisted":
      return `the ${item.at.phase} of subscription ${item.at.subscriptionId}`;
    case "collection":
      return `collection ${item.resource.name}`;
    case "disk":
    case "snapshot":
      return `${item.kind} ${item.resource.name}`;
    default:
      return item satisfies never;
  }
}

function firstPage(deps: EngineDeps): Promise<WorkPage<Item>> {
  return Promise.resolve({
    items: [{ kind: "rows" }],
    next: nextSubscription(deps, { subscriptionId: "", reads: 0 }),
  });
}

/** Subscriptions in the order of their ids, so that one that comes or goes moves no other. */
function nextSubscription(
  deps: Pick<EngineDeps, "azure">,
  { subscriptionId: after, reads }: Pick<Cursor, "subscriptionId" | "reads">,
): string | null {
  const [subscriptionId] = deps.azure.subscriptions.filter((id) => id > after).toSorted();
  if (subscriptionId === undefined) return null;
  return JSON.stringify({ subscriptionId, phase: phases[0], link: null, from: 0, reads } satisfies Cursor);
}

function nextPhase(deps: EngineDeps, at: Cursor): string | null {
  const phase = phases[phases.indexOf(at.phase) + 1];
  if (phase === undefined) return nextSubscription(deps, at);
  return JSON.stringify({ ...at, phase, link: null, from: 0 } satisfies Cursor);
}

const lists = {
  collections: listOwnedCollections,
  disks: listOwnedDisks,
  snapshots: listOwnedSnapshots,
} as const satisfies Record<Cursor["phase"], unknown>;

async function pageAt(
  deps: EngineDeps,
  { at, isHeldUp }: { readonly at: Cursor; readonly isHeldUp: boolean },
  signal: AbortSignal,
): Promise<WorkPage<Item>> {
  const { subscriptionId, phase, link, from } = at;
  // Its connection was removed meanwhile.
  if (!deps.azure.subscriptions.includes(subscriptionId))
    return { items: [], next: nextSubscription(deps, at) };
  const { installationId } = deps;
  let page: Awaited<ReturnType<typeof listOwnedDisks>>;
  try {
    page = await lists[phase](deps.azure, { subscriptionId, installationId, link, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isLimited(knownError(error).retry) && !isHeldUp) throw error;
    return { items: [{ kind: "unlisted", at, error }], next: nextPhase(deps, at) };
  }
  const afterPage = (here: Cursor): string | null =>
    page.next === null ? nextPhase(deps, here) : JSON.stringify({ ...here, link: page.next, from: 0 });
  if (phase !== "collections") {
    const kind = phase === "disks" ? "disk" : "snapshot";
    return { items: page.items.map((resource) => ({ kind, resource })), next: afterPage(at) };
  }
  const to = Math.min(page.items.length, from + readsLeft(at));
  const { reads, pauseMs } = pace(at, to - from);
  const here = { ...at, from: to, reads };
  return {
    items: page.items.slice(from, to).map((resource) => ({ kind: "collection", resource })),
    next: to === page.items.length ? afterPage(here) : JSON.stringify(here),
    ...(pauseMs === null ? {} : { pauseMs }),
  };
}

type Paced = Pick<Cursor, "reads">;

/** Collections that may be read before the next pause. */
export function readsLeft({ reads }: Paced): number {
  return Math.max(1, COLLECTIONS - reads);
}

/** The reads since the last pause, after some more, and the pause that follows them. */
export function pace({ reads }: Paced, more: number): Paced & { readonly pauseMs: number | null } {
  const all = reads + more;
  return all < COLLECTIONS ? { reads: all, pauseMs: null } : { reads: 0, pauseMs: PAUSE_MS };
}

interface Looked {
  readonly item: Item;
  readonly before: Date;
}

async function workOn(deps: EngineDeps, { item, before }: Looked, signal: AbortSignal): Promise<void> {
  switch (item.kind) {
    case "rows":
      return leaveRows(deps, before, signal);
    case "unlisted":
      throw item.error;
    case "disk":
    case "snapshot":
      return recordOrphans(deps, { kind: item.kind, owned: [item.resource], before });
    case "collection": {
      const owned = await readOwnedPoints(deps.azure, item.resource.id, { signal });
      return recordOrphans(deps, { kind: "restore-point", owned, before });
    }
    default:
      return item satisfies never;
  }
}

/** Rows that one transaction marks; wantLeftRemoved's limit. */
const ROWS = 1_000;

async function leaveRows(deps: EngineDeps, before: Date, signal: AbortSignal): Promise<void> {
  for (let left = ROWS; left === ROWS; ) {
    signal.throwIfAborted();
    left = await inTransaction(deps.db, async (tx) => {
      const at = await databaseNow(tx);
      // Also a safety net: whatever happened to its task, the reconciler looks again.
      await wakeReconciler(tx, at);
      return wantLeftRemoved(tx, { before, at, limit: ROWS });
    });
  }
}

interface Owned {
  readonly kind: "restore-point" | "disk" | "snapshot";
  readonly owned: readonly OwnedResource[];
  readonly before: Date;
}

async function recordOrphans(deps: EngineDeps, { kind, owned, before }: Owned): Promise<void> {
  if (owned.length === 0) return;
  const { prisma } = deps.db;
  const resourceIds = owned.map(({ id }) => id.toLowerCase());
  const rows = await findLivingResources(prisma, { kind, resourceIds });
  const known = new Map(rows.map((row) => [row.resourceId, row]));
  const open = await listOpenAmong(
    prisma,
    owned.flatMap(({ jobId }) => jobId ?? []),
  );
  for (const resource of owned) {
    const { id, jobId } = resource;
    const row = known.get(id.toLowerCase()) ?? null;
    if ((jobId !== null && open.has(jobId)) || !isOrphan(resource, { row, before })) continue;
    const orphan = {
      kind,
      resourceId: id.toLowerCase(),
      jobId,
      vmId: row?.vmId ?? null,
      reason: "orphan",
    } as const;
    const isNew = await inTransaction(deps.db, async (tx) =>
      wantOrphanRemoved(tx, { ...orphan, at: await databaseNow(tx) }),
    );
    if (isNew) deps.log.warn({ kind, resourceId: id, jobId }, "sweeper: found a resource without owner");
  }
}

/** Whether a resource has no owner and is old enough to be sure of that. */
export function isOrphan(
  resource: OwnedResource,
  { row, before }: { readonly row: LivingRow | null; readonly before: Date },
): boolean {
  // A collection is removed with its last restore point. An empty one costs nothing, and a backup may be about to use it.
  if (resource.kind === "restore-point-collection") return false;
  if (resource.kind === "disk" && !isUndelivered(resource, row)) return false;
  if (row !== null && (row.jobOpen || row.pointId !== null || row.createdAt > before)) return false;
  return resource.createdAt === null ? row !== null : new Date(resource.createdAt) <= before;
}

/** A restore records that it delivered its disk. One that could neither close nor delete the disk leaves it whole, but open. */
const deliveredSchema = z.object({ delivered: z.literal(true) });

function isUndelivered({ jobId, diskState }: OwnedResource, row: LivingRow | null): boolean {
  if (jobId === null) return false;
  if (!DELIVERED_STATES.has(diskState ?? "")) return true;
  const isOfRow = row !== null && row.jobId === jobId && !deliveredSchema.safeParse(row.detail).success;
  return diskState === "Unattached" && isOfRow;
}
