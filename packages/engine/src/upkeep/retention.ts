/** Applies retention: prunes the points that no tier keeps, and resumes deletions. */
import {
  appendEvents,
  createJob,
  type DueProtection,
  databaseNow,
  inTransaction,
  isStranded,
  listDueRetentions,
  listLivePoints,
  listPointsBeingDeleted,
  listStrandedDeletions,
  lockSchedule,
  type StrandedDeletion,
  setPointRetention,
  setRetentionDue,
  teamsOfVm,
} from "@kluis/db";
import {
  engineActor,
  judgeRetention,
  type LedgerDraft,
  type LedgerTarget,
  nextRetentionChange,
  type RetentionVerdict,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Protections that one page reads. Each is judged in its own transaction. */
const PAGE = 100;
/** Where judging begins: the page before it has the deletions to resume. */
const JUDGING = "judge";

export interface RetentionResult {
  /** Deletions that were started. */
  readonly pruned: number;
  /** Deletions that were started again, because their job had ended too early. */
  readonly resumed: number;
  readonly again: Again | null;
}

type Item =
  | { readonly kind: "stranded"; readonly stranded: StrandedDeletion }
  | { readonly kind: "due"; readonly due: DueProtection };

/**
 * Resumes deletions, and prunes the points of active protections that are due: a point or the policy has changed, or a point
 * leaves a tier by now. Stopped protections keep their points, and so do those whose policy cannot be read.
 */
export async function applyRetention(deps: Deps, signal: AbortSignal): Promise<RetentionResult> {
  const counts = { pruned: 0, resumed: 0 };
  const now = await databaseNow(deps.db.prisma);
  const again = await runWork(deps, retentionWork(deps, now, counts), signal);
  if (counts.pruned > 0) deps.log.info(counts, "retention: pruning points");
  return { ...counts, again };
}

function retentionWork(
  deps: Deps,
  now: Date,
  counts: { pruned: number; resumed: number },
): RecurringWork<Item> {
  const { prisma } = deps.db;
  return {
    name: "retention",
    async page(cursor) {
      if (cursor === null) {
        const all = await listStrandedDeletions(prisma);
        return { items: all.map((stranded) => ({ kind: "stranded", stranded })), next: JUDGING };
      }
      const after = cursor === JUDGING ? null : placeOf(cursor);
      const due = await listDueRetentions(prisma, { now, after, limit: PAGE });
      const next = due.length < PAGE ? null : cursorAfter(due.at(-1));
      return { items: due.map((one) => ({ kind: "due", due: one })), next };
    },
    nameOf: (item) => `VM ${item.kind === "due" ? item.due.vmName : item.stranded.vmName}`,
    async work(item) {
      if (item.kind === "due") counts.pruned += await judgeVm(deps, item.due, now);
      else counts.resumed += await resumeDeletion(deps, item.stranded);
    },
  };
}

/**
 * Resumes a deletion whose job ended before the point was deleted, in the name of the original actor. Such a point cannot become
 * available again, because its manifest may be missing.
 * @returns the number of started deletions
 */
function resumeDeletion(deps: Deps, { pointId, vmId, vmName, request }: StrandedDeletion): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    if (!(await isStranded(tx, pointId))) return 0;
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
    return 1;
  });
}

/** Judges the points of a VM, writes the verdicts that changed, and records when the next one can change. */
function judgeVm(deps: Deps, due: DueProtection, now: Date): Promise<number> {
  const { id, vmId, vmName } = due;
  const version = due.version();
  return inTransaction(deps.db, async (tx) => {
    // Stopped, or under another policy since it was read: the next run judges.
    if ((await lockSchedule(tx, { id, versionId: version.id })) === null) return 0;
    const points = await listLivePoints(tx, vmId);
    const leaving = await listPointsBeingDeleted(tx, vmId);
    const { retention, schedule } = version.document;
    const rules = { retention, timeZone: schedule.timeZone, now, protectionActive: true };
    const facts = points.map(({ pinnedAt, state, ...point }) => ({
      ...point,
      pinned: pinnedAt !== null,
      good: state === "available",
    }));
    const verdicts = judgeRetention(facts, rules);
    const stored = new Map(points.map((point) => [point.id, point]));
    const events: LedgerDraft[] = [];
    for (const verdict of verdicts) {
      const { keep, tiers, expiresAt, reason } = verdict;
      if (isChanged(stored.get(verdict.id), verdict))
        await setPointRetention(tx, { pointId: verdict.id, tiers, expiresAt });
      if (keep || leaving.has(verdict.id)) continue;
      const of = { kind: "delete-point", vmId, pointId: verdict.id, trigger: "schedule" } as const;
      const parameters = { reason: "retention" };
      const jobId = await createJob(tx, { ...of, actor: engineActor, parameters }, deps.clock);
      const target: LedgerTarget = { type: "job", id: jobId, name: `delete-point of ${vmName}` };
      const data = { pointId: verdict.id, reason };
      events.push({ kind: "job.created", actor: engineActor, target, vmId, data });
    }
    await setRetentionDue(tx, id, nextRetentionChange(facts, rules, verdicts));
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

function isChanged(
  stored: { readonly tiers: readonly string[]; readonly expiresAt: Date | null } | undefined,
  { tiers, expiresAt }: RetentionVerdict,
): boolean {
  if (stored === undefined || stored.expiresAt?.getTime() !== expiresAt?.getTime()) return true;
  return stored.tiers.join(" ") !== tiers.join(" ");
}
