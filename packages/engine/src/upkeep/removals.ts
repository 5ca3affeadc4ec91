/** Removes points that retention no longer keeps, and purges those that were removed long enough ago. */
import {
  appendEvents,
  beginPurge,
  createJob,
  type DuePurge,
  inTransaction,
  notify,
  notifyEach,
  softDeletePoints,
  type Tx,
  teamsOfVm,
  teamsOfVms,
} from "@kluis/db";
import {
  type Actor,
  describeRemovalCause,
  engineActor,
  type LedgerDraft,
  type RemovalCause,
  type RetentionVerdict,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

type Deps = Pick<EngineDeps, "db" | "clock">;

/** A point that no tier keeps. */
export interface Removal {
  readonly vmId: string;
  readonly vmName: string;
  readonly takenAt: Date;
  readonly verdict: RetentionVerdict;
  /** Which rules remove it, and whose change of them; the engine where they did not change. */
  readonly cause: RemovalCause;
  readonly by: Actor;
  /** When its content is deleted. */
  readonly purgeAt: Date;
}

/** Removes points in the caller's transaction. Returns how many. */
export async function removePoints(tx: Tx, deps: Deps, removals: readonly Removal[]): Promise<number> {
  if (removals.length === 0) return 0;
  const teams = await teamsOfVms(tx, [...new Set(removals.map(({ vmId }) => vmId))]);
  const teamsOf = (vmId: string): readonly string[] => teams.get(vmId) ?? [];
  const removed = await softDeletePoints(
    tx,
    removals.map(({ verdict, purgeAt, cause, by }) => ({
      pointId: verdict.id,
      reason: "retention",
      actor: by,
      cause,
      purgeAt,
    })),
  );
  const gone = removals.filter(({ verdict }) => removed.has(verdict.id));
  const softDeleted = gone.map(
    ({ vmId, vmName, takenAt, verdict, purgeAt, cause, by }): LedgerDraft => ({
      kind: "point.soft-deleted",
      actor: engineActor,
      target: { type: "point", id: verdict.id, name: `${vmName} ${takenAt.toISOString()}` },
      vmId,
      teamIds: teamsOf(vmId),
      data: {
        reason: "retention",
        why: verdict.reason,
        because: describeRemovalCause(cause, by.name),
        cause,
        causedBy: by,
        purgeAt: purgeAt.toISOString(),
      },
    }),
  );
  await appendEvents(tx, deps.clock, softDeleted);
  await notifyEach(
    tx,
    "points",
    gone.map(({ verdict, vmId }) => ({ pointId: verdict.id, vmId })),
  );
  return removed.size;
}

/** Starts the deletion of a soft-deleted point whose time is over, unless it was brought back. Returns the number of deletions. */
export function purgePoint(deps: Deps, { pointId, vmId, vmName, reason }: DuePurge): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    if (!(await beginPurge(tx, pointId))) return 0;
    const job = { kind: "delete-point", vmId, pointId, trigger: "schedule", actor: engineActor } as const;
    const jobId = await createJob(tx, { ...job, parameters: { reason } }, deps.clock);
    const event: LedgerDraft = {
      kind: "job.created",
      actor: engineActor,
      target: { type: "job", id: jobId, name: `delete-point of ${vmName}` },
      vmId,
      teamIds: await teamsOfVm(tx, vmId),
      data: { pointId, reason: "The time in which it could be brought back is over." },
    };
    await appendEvents(tx, deps.clock, [event]);
    await notify(tx, "points", { pointId, vmId });
    return 1;
  });
}
