/** The scheduler: decides each planned backup exactly once, in any number of engines. */
import {
  advanceSchedule,
  appendEvents,
  connectionOfSubscription,
  createJob,
  type DueProtection,
  inTransaction,
  isDatabaseLost,
  knownError,
  listDueSchedules,
  listOccurrenceTimes,
  lockSchedule,
  notify,
  openBackupJob,
  type PolicyVersionRow,
  readScheduleProblems,
  recordOccurrence,
  type ScheduleProblems,
  setScheduleProblem,
  type Tx,
  takeBackFuture,
  teamsOfVm,
} from "@kluis/db";
import {
  deadlineFor,
  decideSchedule,
  engineActor,
  errorInfo,
  KluisError,
  type LedgerDraft,
  type LedgerTarget,
  limits,
  type Notice,
  nextOccurrence,
  notice,
  noticeText,
  type OccurrenceDecision,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Protections that one page reads. Each is decided in its own transaction. */
const PAGE = 200;

export interface TickResult {
  readonly started: number;
  readonly skipped: number;
  readonly missed: number;
  /** Set when due protections are left: the next run continues the tick. */
  readonly again: Again | null;
}

/**
 * Starts the backups that are due. It reads and writes only the protections that are due. One that cannot be scheduled rests for a
 * while and shows in the health of this work. Safe to run in several engines at the same time, and again after a crash at any point.
 * @param now the time of the database: a process whose clock is ahead must not decide the future
 */
export async function tick(deps: Deps, now: Date, signal?: AbortSignal): Promise<TickResult> {
  const counts = { started: 0, skipped: 0, missed: 0 };
  const back = await takeBackFuture(deps.db.prisma, { now, aheadMs: limits.clockToleranceMs });
  if (back > 0) deps.log.warn({ protections: back }, "schedule: times decided in the future were taken back");
  const again = await runWork(deps, scheduling(deps, now, counts), signal ?? new AbortController().signal);
  if (counts.started + counts.skipped + counts.missed > 0)
    deps.log.info(counts, "schedule: planned backups decided");
  return { ...counts, again };
}

type Counts = Record<OccurrenceDecision["state"], number>;

function scheduling(deps: Deps, now: Date, counts: Counts): RecurringWork<DueProtection> {
  const { prisma } = deps.db;
  return {
    name: "schedule",
    async page(cursor) {
      const items = await listDueSchedules(prisma, { now, after: placeOf(cursor), limit: PAGE });
      return { items, next: items.length < PAGE ? null : cursorAfter(items.at(-1)) };
    },
    nameOf: ({ vmName }) => `VM ${vmName}`,
    async work(due) {
      for (const { state } of await decideOrRest(deps, due, now)) counts[state]++;
    },
    async standing() {
      const problems = await readScheduleProblems(prisma);
      if (problems === null) return null;
      return { items: problems.count, first: `VM ${problems.vmName}`, error: notScheduled(problems) };
    },
  };
}

/** A protection that fails rests, so that many of them do not keep the tick busy. Its error still counts as a failed item. */
async function decideOrRest(
  deps: Deps,
  due: DueProtection,
  now: Date,
): Promise<readonly OccurrenceDecision[]> {
  try {
    return await decide(deps, { ...due, version: due.version() }, now);
  } catch (cause) {
    if (isDatabaseLost(cause)) throw cause;
    const { vmName, policyName } = due;
    const error = notScheduled({ vmName, policyName, problem: knownError(cause) }, cause);
    const tryAt = new Date(now.getTime() + limits.scheduleRetryMs);
    await setScheduleProblem(deps.db.prisma, due.id, { at: now, tryAt, error: errorInfo(knownError(cause)) });
    throw error;
  }
}

function notScheduled(
  { vmName, policyName, problem }: Pick<ScheduleProblems, "vmName" | "policyName" | "problem">,
  cause?: unknown,
): KluisError {
  return new KluisError("INTERNAL", {
    message: `Backups of VM ${vmName} cannot be scheduled by policy ${policyName}: ${problem.message}`,
    action: "Save the policy again in the portal.",
    params: { vm: vmName, policy: policyName },
    cause,
  });
}

type Scheduled = Omit<DueProtection, "version"> & { readonly version: PolicyVersionRow };

/** Decides one protection in one transaction: its occurrences, their jobs, and when it is due again. */
function decide(deps: Deps, protection: Scheduled, now: Date): Promise<readonly OccurrenceDecision[]> {
  return inTransaction(deps.db, async (tx) => {
    const { id, vmId, version, subscriptionId } = protection;
    const scheduledThrough = await lockSchedule(tx, { id, versionId: version.id });
    // Stopped, or under another policy since it was read: the next tick decides.
    if (scheduledThrough === null) return [];
    const jobOpen = (await openBackupJob(tx, vmId)) !== null;
    const { schedule } = version.document;
    const blocked = await blockedBy(tx, subscriptionId);
    const decision = decideSchedule({ schedule, scheduledThrough, now, jobOpen, blocked });
    // Decided in the future meanwhile: the next tick takes it back.
    if (decision.heals === true) return [];
    const known = new Set(await listOccurrenceTimes(tx, id, scheduledThrough));
    const fresh = decision.occurrences.filter(({ dueAt }) => !known.has(dueAt.getTime()));
    const events: LedgerDraft[] = [];
    for (const occurrence of fresh) events.push(...(await record(tx, deps, { protection, occurrence })));
    const { through } = decision;
    await advanceSchedule(tx, id, { through, nextDueAt: nextOccurrence(schedule, through) });
    if (events.length > 0) {
      await notify(tx, "inventory", { vmId });
      const teamIds = await teamsOfVm(tx, vmId);
      await appendEvents(
        tx,
        deps.clock,
        events.map((event) => ({ ...event, teamIds, vmId })),
      );
    }
    return fresh;
  });
}

/** Why no backup of the subscription may start; null when it may. */
async function blockedBy(tx: Tx, subscriptionId: string): Promise<Notice | null> {
  const connection = await connectionOfSubscription(tx, subscriptionId);
  if (connection === null) return notice("occurrence-not-connected", {});
  if (connection.state === "enabled") return null;
  return notice("occurrence-connection-disabled", { connection: connection.name });
}

async function record(
  tx: Tx,
  deps: Deps,
  { protection, occurrence }: { protection: Scheduled; occurrence: OccurrenceDecision },
): Promise<LedgerDraft[]> {
  const { dueAt, state, notice: said } = occurrence;
  const reason = said === null ? null : noticeText(said);
  const jobId = state === "started" ? await startJob(tx, deps, { protection, dueAt }) : null;
  const policyVersionId = protection.version.id;
  await recordOccurrence(
    tx,
    { protectionId: protection.id, dueAt, policyVersionId, state, notice: said, jobId },
    deps.clock,
  );
  const target: LedgerTarget = { type: "vm", id: protection.vmId, name: protection.vmName };
  const data = { dueAt: dueAt.toISOString(), policy: protection.policyName, reason, jobId };
  const event: LedgerDraft = { kind: `occurrence.${state}`, actor: engineActor, target, data };
  if (jobId === null) return [event];
  return [
    event,
    {
      kind: "job.created",
      actor: engineActor,
      target: { type: "job", id: jobId, name: `backup of ${protection.vmName}` },
      data: { trigger: "schedule", dueAt: dueAt.toISOString() },
    },
  ];
}

function startJob(
  tx: Tx,
  deps: Deps,
  { protection, dueAt }: { protection: Scheduled; dueAt: Date },
): Promise<string> {
  const job = {
    kind: "backup",
    vmId: protection.vmId,
    policyVersionId: protection.version.id,
    trigger: "schedule",
    actor: engineActor,
    dueAt,
    deadlineAt: deadlineFor(protection.version.document.schedule, dueAt),
  } as const;
  return createJob(tx, job, deps.clock);
}
