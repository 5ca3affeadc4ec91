/** Applies retention: prunes the points that no tier keeps, resumes deletions, and removes expired snapshots. */
import {
  type AzureResourceRow,
  appendEvents,
  createJob,
  inTransaction,
  listKeptSnapshots,
  listLivePoints,
  listPointsBeingDeleted,
  listScheduledProtections,
  listStrandedDeletions,
  listVmsInBackup,
  type ScheduledProtection,
  setPointRetention,
  teamsOfVm,
} from "@kluis/db";
import {
  engineActor,
  judgeRetention,
  type KluisError,
  type LedgerDraft,
  type LedgerTarget,
  toKluisError,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { snapshotSchema } from "../job/snapshot.ts";
import { removeSnapshot } from "../job/snapshot-removal.ts";
import type { Again } from "../runtime/tasks.ts";

/** Prunes points of active protections; stopped ones keep their points. Returns the number of started deletions. */
export async function judgePoints(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<number> {
  let pruned = 0;
  const protections = await listScheduledProtections(deps.db.prisma, ({ error, ...one }) => {
    deps.log.error({ error, ...one }, "retention: protection cannot be read; all its points are kept");
  });
  for (const protection of protections) pruned += await judgeVm(deps, protection);
  if (pruned > 0) deps.log.info({ pruned }, "retention: pruning points");
  return pruned;
}

/**
 * Resumes deletions whose job ended before the point was deleted, in the name of the original actor. Such a point cannot become
 * available again, because its manifest may be missing.
 * @returns the number of started deletions
 */
export async function resumeDeletions(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const stranded = await listStrandedDeletions(tx);
    for (const { pointId, vmId, vmName, request } of stranded) {
      const job = { kind: "delete-point", vmId, pointId, trigger: "schedule" } as const;
      const { actor, parameters } = request ?? { actor: engineActor, parameters: { reason: "retention" } };
      const jobId = await createJob(tx, { ...job, actor, parameters }, deps.clock);
      const target: LedgerTarget = { type: "job", id: jobId, name: `delete-point of ${vmName}` };
      const data = { pointId, reason: "An earlier deletion of the recovery point did not finish." };
      const teamIds = await teamsOfVm(tx, vmId);
      await appendEvents(tx, deps.clock, [
        { kind: "job.created", actor: engineActor, target, vmId, teamIds, data },
      ]);
      deps.log.warn({ pointId, jobId }, "retention: resumed a deletion");
    }
    return stranded.length;
  });
}

function judgeVm(deps: Pick<EngineDeps, "db" | "clock">, protection: ScheduledProtection): Promise<number> {
  const { vmId, vmName, version } = protection;
  const { retention, schedule } = version.document;
  return inTransaction(deps.db, async (tx) => {
    const points = await listLivePoints(tx, vmId);
    const leaving = await listPointsBeingDeleted(tx, vmId);
    const verdicts = judgeRetention(
      points.map(({ id, takenAt, pinnedAt, state }) => ({
        id,
        takenAt,
        pinned: pinnedAt !== null,
        good: state === "available",
      })),
      { retention, timeZone: schedule.timeZone, now: deps.clock.now(), protectionActive: true },
    );
    const events: LedgerDraft[] = [];
    for (const { id, keep, tiers, expiresAt, reason } of verdicts) {
      await setPointRetention(tx, { pointId: id, tiers, expiresAt });
      if (keep || leaving.has(id)) continue;
      const job = {
        kind: "delete-point",
        vmId,
        pointId: id,
        trigger: "schedule",
        actor: engineActor,
      } as const;
      const jobId = await createJob(tx, { ...job, parameters: { reason: "retention" } }, deps.clock);
      const target: LedgerTarget = { type: "job", id: jobId, name: `delete-point of ${vmName}` };
      events.push({ kind: "job.created", actor: engineActor, target, vmId, data: { pointId: id, reason } });
    }
    if (events.length > 0) {
      const teamIds = await teamsOfVm(tx, vmId);
      await appendEvents(
        tx,
        deps.clock,
        events.map((event) => ({ ...event, teamIds })),
      );
    }
    return events.length;
  });
}

/** How soon to check snapshots that Azure is removing. */
const CHECK_AGAIN_MS = 5_000;

/**
 * Removes expired snapshots. Keeps the newest one of a VM while its policy keeps snapshots, because the next backup lists its
 * changes against it. Skips VMs with a running backup, which may use them as a base.
 */
export async function removeOldSnapshots(deps: EngineDeps, signal: AbortSignal): Promise<Again | null> {
  const kept = await listKeptSnapshots(deps.db.prisma);
  const busy = await listVmsInBackup(deps.db.prisma);
  const bases = await neededBases(deps, kept);
  const now = deps.clock.now();
  let running = false;
  let failed: KluisError | null = null;
  for (const row of kept) {
    if (row.keepUntil !== null && row.keepUntil > now) continue;
    if (bases.has(row.id) || (row.vmId !== null && busy.has(row.vmId))) continue;
    try {
      running = !(await removeKept(deps, row, signal)) || running;
    } catch (error) {
      signal.throwIfAborted();
      failed ??= toKluisError(error);
      deps.log.warn(
        { error, resourceId: row.resourceId },
        "retention: snapshot not removed; the others continue",
      );
    }
  }
  if (failed !== null && !running) throw failed;
  return running ? { againInMs: CHECK_AGAIN_MS } : null;
}

/** Ids of the newest kept snapshot of each VM whose policy keeps snapshots. Expects rows newest first within a VM. */
async function neededBases(deps: EngineDeps, kept: readonly AzureResourceRow[]): Promise<Set<string>> {
  const keeping = new Set<string>();
  // A policy that cannot be read may keep snapshots.
  const readable = await listScheduledProtections(deps.db.prisma, ({ vmId }) => keeping.add(vmId));
  for (const { vmId, version } of readable) {
    if (version.document.instantRestoreDays > 0) keeping.add(vmId);
  }
  const bases = new Set<string>();
  const seen = new Set<string>();
  for (const { id, vmId } of kept) {
    if (vmId === null || seen.has(vmId)) continue;
    seen.add(vmId);
    if (keeping.has(vmId)) bases.add(id);
  }
  return bases;
}

/** Returns true when the snapshot is removed. */
async function removeKept(deps: EngineDeps, row: AzureResourceRow, signal: AbortSignal): Promise<boolean> {
  const { id, collectionId, name } = snapshotSchema.parse(row.detail);
  const removal = await removeSnapshot(deps, { restorePointId: id, collectionId, operation: null }, signal);
  if (removal.kind === "running") return false;
  await inTransaction(deps.db, async (tx) => {
    await removal.save(tx);
    const vm = row.vmId === null ? {} : { vmId: row.vmId, teamIds: await teamsOfVm(tx, row.vmId) };
    const target: LedgerTarget = { type: "snapshot", id, name };
    const data = { reason: "Its time for instant restore is over.", pointId: row.pointId };
    await appendEvents(tx, deps.clock, [
      { kind: "snapshot.removed", actor: engineActor, target, data, ...vm },
    ]);
  });
  return true;
}
