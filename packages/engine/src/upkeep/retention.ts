/** Applies retention: prunes the points that no tier keeps, and resumes deletions. */
import {
  appendEvents,
  createJob,
  inTransaction,
  listLivePoints,
  listPointsBeingDeleted,
  listScheduledProtections,
  listStrandedDeletions,
  type ScheduledProtection,
  setPointRetention,
  teamsOfVm,
} from "@kluis/db";
import { engineActor, judgeRetention, type LedgerDraft, type LedgerTarget } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

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
