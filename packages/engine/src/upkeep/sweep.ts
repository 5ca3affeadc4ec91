/**
 * The sweeper: finds resources in Azure that have Kluis's tag but no owner in the database, after a safety delay, and rows that an
 * ended job left. It records them as no longer wanted; the reconciler removes them.
 */
import { type ListOwnedOptions, listOwned, type OwnedResource } from "@kluis/azure";
import {
  type AzureResourceRow,
  databaseNow,
  inTransaction,
  knownError,
  listLivingResources,
  listOpenAmong,
  wakeReconciler,
  wantLeftRemoved,
  wantOrphanRemoved,
} from "@kluis/db";
import { limits, notice } from "@kluis/domain";
import { z } from "zod";
import type { EngineDeps } from "../deps.ts";
import { reportPart } from "../runtime/health.ts";

type LivingRow = AzureResourceRow & { readonly jobOpen: boolean };

export interface SweepOptions {
  readonly signal: AbortSignal;
  /** Minimum age of a resource to remove; default: domain's limit. */
  readonly safetyMs?: number;
}

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
): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - safetyMs);
  const turn = { number: Math.floor(deps.clock.now().getTime() / TURN_MS), most: COLLECTIONS_PER_TURN };
  let first: unknown = null;
  const failed = (error: unknown): void => {
    // Throttling is not a failure: the next sweep continues.
    if (knownError(error).retry !== "after") first ??= error;
  };
  await inTransaction(deps.db, async (tx) => {
    const at = await databaseNow(tx);
    await wantLeftRemoved(tx, { before, at });
    // Also a safety net: whatever happened to its task, the reconciler looks again.
    await wakeReconciler(tx, at);
  });
  // Subscriptions of disabled connections too: what Kluis created there must not stay.
  for (const subscriptionId of deps.azure.subscriptions) {
    try {
      await sweepSubscription(deps, subscriptionId, { before, signal, turn });
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn({ error, subscriptionId }, "sweeper: subscription skipped");
      failed(error);
    }
  }
  await reportPart(deps, { part: "sweeper", error: first, healthy: notice("sweeper-healthy", {}) });
}

interface SubscriptionSweep {
  readonly before: Date;
  readonly turn: NonNullable<ListOwnedOptions["turn"]>;
  readonly signal: AbortSignal;
}

async function sweepSubscription(
  deps: EngineDeps,
  subscriptionId: string,
  { before, turn, signal }: SubscriptionSweep,
): Promise<void> {
  const owned = await Array.fromAsync(
    listOwned(deps.azure, { subscriptionId, installationId: deps.installationId, turn, signal }),
  );
  for (const { resource, row } of await findOrphans(deps, owned, before)) {
    const { kind, id, jobId } = resource;
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

interface FoundOrphan {
  readonly resource: OwnedResource;
  readonly row: LivingRow | null;
}

async function findOrphans(
  deps: EngineDeps,
  owned: readonly OwnedResource[],
  before: Date,
): Promise<FoundOrphan[]> {
  const rows = await listLivingResources(deps.db.prisma, [
    "restore-point-collection",
    "restore-point",
    "snapshot",
    "disk",
  ]);
  const known = new Map(rows.map((row) => [row.resourceId.toLowerCase(), row]));
  const open = await listOpenAmong(
    deps.db.prisma,
    owned.flatMap(({ jobId }) => jobId ?? []),
  );
  return owned
    .filter(({ jobId }) => jobId === null || !open.has(jobId))
    .map((resource) => ({ resource, row: known.get(resource.id.toLowerCase()) ?? null }))
    .filter(({ resource, row }) => isOrphan(resource, { row, before }));
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
