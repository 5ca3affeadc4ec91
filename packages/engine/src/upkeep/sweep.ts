/** The sweeper: removes resources in Azure that have Kluis's tag but no owner in the database, after a safety delay. */
import {
  type ListOwnedOptions,
  listOwned,
  type OwnedResource,
  pollDeleteDisk,
  startDeleteDisk,
} from "@kluis/azure";
import {
  type AzureResourceRow,
  appendEvents,
  inTransaction,
  listLivingResources,
  listOpenAmong,
  markResourceRemoved,
  noteSweep,
  type Tx,
} from "@kluis/db";
import { engineActor, type LedgerTarget, limits, notice, toKluisError } from "@kluis/domain";
import { z } from "zod";
import type { EngineDeps } from "../deps.ts";
import { removeSnapshot } from "../job/snapshot-removal.ts";
import { reportPart } from "../runtime/health.ts";
import type { Again } from "../runtime/tasks.ts";
import { sweepGrants, sweepPlanned } from "./sweep-rows.ts";

type LivingRow = AzureResourceRow & { readonly jobOpen: boolean };

export interface SweepOptions {
  readonly signal: AbortSignal;
  /** Minimum age of a resource to remove; default: domain's limit. */
  readonly safetyMs?: number;
}

const CHECK_AGAIN_MS = 5_000;
/** Collections that one sweep reads: half of what Azure's budget of such reads holds. Larger fleets take several sweeps. */
const COLLECTIONS_PER_TURN = 300;
/** Length of a turn: the period of the sweeper. */
const TURN_MS = 15 * 60_000;
/** A disk in one of these states was delivered by a restore and belongs to a user, unless its row says otherwise. */
const DELIVERED_STATES: ReadonlySet<string> = new Set([
  "Unattached",
  "Attached",
  "Reserved",
  "ActiveSAS",
  "Frozen",
]);

/** Sweeps every subscription and reports the first failure as the sweeper's health. */
export async function sweepAzure(
  deps: EngineDeps,
  { signal, safetyMs = limits.sweepSafetyMs }: SweepOptions,
): Promise<Again | null> {
  const before = new Date(deps.clock.now().getTime() - safetyMs);
  const turn = { number: Math.floor(deps.clock.now().getTime() / TURN_MS), most: COLLECTIONS_PER_TURN };
  let first: unknown = null;
  const failed = (error: unknown): void => {
    // Throttling is not a failure: the next sweep continues.
    if (toKluisError(error).retry !== "after") first ??= error;
  };
  const sweep = { deps, before, signal, failed };
  await sweepGrants(sweep);
  let again: Again | null = null;
  // Subscriptions of disabled connections too: what Kluis created there must not stay.
  for (const subscriptionId of deps.azure.subscriptions) {
    try {
      again = (await sweepSubscription(deps, subscriptionId, { before, turn, signal, failed })) ?? again;
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn({ error, subscriptionId }, "sweeper: subscription skipped");
      failed(error);
    }
  }
  await sweepPlanned(sweep);
  await reportPart(deps, { part: "sweeper", error: first, healthy: notice("sweeper-healthy", {}) });
  return again;
}

interface SubscriptionSweep {
  readonly before: Date;
  readonly turn: NonNullable<ListOwnedOptions["turn"]>;
  readonly signal: AbortSignal;
  readonly failed: (error: unknown) => void;
}

async function sweepSubscription(
  deps: EngineDeps,
  subscriptionId: string,
  { before, turn, signal, failed }: SubscriptionSweep,
): Promise<Again | null> {
  let again: Again | null = null;
  const owned = await Array.fromAsync(
    listOwned(deps.azure, { subscriptionId, installationId: deps.installationId, turn, signal }),
  );
  const orphans = await findOrphans(deps, owned, before);
  const started = await listStarted(deps, { subscriptionId, owned });
  for (const orphan of [...orphans, ...started]) {
    try {
      again = (await removeOrphan(deps, orphan, signal)) ? again : { againInMs: CHECK_AGAIN_MS };
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn({ error, resourceId: orphan.id }, "sweeper: resource not removed; the others continue");
      failed(error);
    }
  }
  return again;
}

async function findOrphans(
  deps: EngineDeps,
  owned: readonly OwnedResource[],
  before: Date,
): Promise<OwnedResource[]> {
  const rows = await listLivingResources(deps.db.prisma, [
    "restore-point-collection",
    "restore-point",
    "disk",
  ]);
  const known = new Map(rows.map((row) => [row.resourceId.toLowerCase(), row]));
  const open = await listOpenAmong(
    deps.db.prisma,
    owned.flatMap(({ jobId }) => jobId ?? []),
  );
  return owned.filter((resource) => {
    if (resource.jobId !== null && open.has(resource.jobId)) return false;
    return isOrphan(resource, { row: known.get(resource.id.toLowerCase()) ?? null, before });
  });
}

/** The facts that the sweeper records before it calls Azure. */
const noteSchema = z.object({
  sweep: z.object({ id: z.string(), name: z.string(), jobId: z.string().nullable() }),
});

/** Removals that an earlier sweep started and that Azure finished since. Azure no longer lists them; the database must. */
async function listStarted(
  deps: EngineDeps,
  { subscriptionId, owned }: { readonly subscriptionId: string; readonly owned: readonly OwnedResource[] },
): Promise<OwnedResource[]> {
  const present = new Set(owned.map(({ id }) => id.toLowerCase()));
  const prefix = `/subscriptions/${subscriptionId.toLowerCase()}/`;
  const rows = await listLivingResources(deps.db.prisma, ["restore-point", "disk"]);
  return rows.flatMap(({ kind, resourceId, detail, createdAt, jobOpen }) => {
    const note = noteSchema.safeParse(detail);
    if (!note.success || jobOpen || (kind !== "restore-point" && kind !== "disk")) return [];
    if (present.has(resourceId) || !resourceId.startsWith(prefix)) return [];
    return [{ ...note.data.sweep, kind, createdAt: createdAt.toISOString(), diskState: null }];
  });
}

async function noteRemoval(deps: EngineDeps, orphan: OwnedResource): Promise<void> {
  const { kind, id, name, jobId, createdAt } = orphan;
  await noteSweep(deps.db.prisma, {
    kind,
    resourceId: id.toLowerCase(),
    createdAt: createdAt === null ? deps.clock.now() : new Date(createdAt),
    note: { id, name, jobId },
  });
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

/** Starts or polls the removal once. Returns true when the resource no longer exists. */
async function removeOrphan(deps: EngineDeps, orphan: OwnedResource, signal: AbortSignal): Promise<boolean> {
  await noteRemoval(deps, orphan);
  const removal =
    orphan.kind === "disk"
      ? await removeDisk(deps, orphan, signal)
      : await removePoint(deps, orphan.id, signal);
  if (removal === null) return false;
  deps.log.warn(
    { kind: orphan.kind, resourceId: orphan.id, jobId: orphan.jobId },
    "sweeper: removed a resource without owner",
  );
  await inTransaction(deps.db, async (tx) => {
    await removal(tx);
    const target: LedgerTarget = { type: orphan.kind, id: orphan.id, name: orphan.name };
    const data = { jobId: orphan.jobId, reason: "No open job and no kept snapshot owns it." };
    await appendEvents(tx, deps.clock, [
      { kind: "azure-resource.removed", actor: engineActor, target, data },
    ]);
  });
  return true;
}

/** Records the removal; null while Azure is still removing. */
type Gone = ((tx: Tx) => Promise<void>) | null;

async function removePoint(deps: EngineDeps, id: string, signal: AbortSignal): Promise<Gone> {
  const collectionId = id.slice(0, id.toLowerCase().lastIndexOf("/restorepoints/"));
  const removal = await removeSnapshot(deps, { restorePointId: id, collectionId, operation: null }, signal);
  return removal.kind === "gone" ? removal.save : null;
}

async function removeDisk(deps: EngineDeps, orphan: OwnedResource, signal: AbortSignal): Promise<Gone> {
  const { id: diskId, jobId } = orphan;
  // Another owner's: disks without a job tag are never deleted.
  if (jobId === null) return null;
  const started = await startDeleteDisk(deps.azure, { diskId, jobId }, { signal });
  const removal =
    started.status === "done" ? started : await pollDeleteDisk(deps.azure, started.operation, { signal });
  if (removal.status !== "done") return null;
  const at = deps.clock.now();
  return async (tx) => {
    await markResourceRemoved(tx, { kind: "disk", resourceId: diskId.toLowerCase(), at });
  };
}
