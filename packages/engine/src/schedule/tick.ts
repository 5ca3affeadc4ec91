/** The scheduler: decides each planned backup exactly once, in any number of engines. */
import {
  advanceSchedule,
  appendEvents,
  connectionOfSubscription,
  createJob,
  healSchedule,
  inTransaction,
  listOccurrenceTimes,
  listScheduledProtections,
  lockSchedule,
  notify,
  openBackupJob,
  recordOccurrence,
  type ScheduledProtection,
  type Tx,
  teamsOfVm,
  type UnreadableProtection,
} from "@kluis/db";
import {
  deadlineFor,
  decideSchedule,
  engineActor,
  type LedgerDraft,
  type LedgerTarget,
  type Notice,
  notice,
  noticeText,
  type OccurrenceDecision,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

export interface TickResult {
  readonly started: number;
  readonly skipped: number;
  readonly missed: number;
  /** VMs that cannot be scheduled because their protection or policy cannot be read. */
  readonly unreadable: readonly UnreadableProtection[];
}

/**
 * Starts the backups that are due. Skips protections that cannot be read. Safe to run in several engines at the same time, and
 * again after a crash at any point.
 * @param now the time of the database: a process whose clock is ahead must not decide the future
 */
export async function tick(deps: Deps, now: Date): Promise<TickResult> {
  const counts = { started: 0, skipped: 0, missed: 0 };
  const unreadable: UnreadableProtection[] = [];
  const protections = await listScheduledProtections(deps.db.prisma, (one) => unreadable.push(one));
  for (const { error, ...protection } of unreadable)
    deps.log.error({ error, ...protection }, "schedule: protection cannot be read; skipped");
  for (const protection of protections) {
    for (const { state } of await decide(deps, protection, now)) counts[state]++;
  }
  if (counts.started + counts.skipped + counts.missed > 0)
    deps.log.info(counts, "schedule: planned backups decided");
  return { ...counts, unreadable };
}

/** Decides one protection in one transaction: its occurrences, their jobs, and the time up to which it is decided. */
function decide(
  deps: Deps,
  protection: ScheduledProtection,
  now: Date,
): Promise<readonly OccurrenceDecision[]> {
  return inTransaction(deps.db, async (tx) => {
    const scheduledThrough = await lockSchedule(tx, protection.id);
    if (scheduledThrough === null) return [];
    const jobOpen = (await openBackupJob(tx, protection.vmId)) !== null;
    const { schedule } = protection.version.document;
    const blocked = await blockedBy(tx, protection.subscriptionId);
    const decision = decideSchedule({ schedule, scheduledThrough, now, jobOpen, blocked });
    if (decision.heals === true) {
      deps.log.warn(
        { vmId: protection.vmId, scheduledThrough },
        "schedule: decided for the future; continues from now",
      );
      await healSchedule(tx, protection.id, now);
      return [];
    }
    const known = new Set(await listOccurrenceTimes(tx, protection.id, scheduledThrough));
    const fresh = decision.occurrences.filter(({ dueAt }) => !known.has(dueAt.getTime()));
    const events: LedgerDraft[] = [];
    for (const occurrence of fresh) events.push(...(await record(tx, deps, { protection, occurrence })));
    await advanceSchedule(tx, protection.id, decision.through);
    if (events.length > 0) {
      await notify(tx, "inventory", { vmId: protection.vmId });
      const teamIds = await teamsOfVm(tx, protection.vmId);
      await appendEvents(
        tx,
        deps.clock,
        events.map((event) => ({ ...event, teamIds, vmId: protection.vmId })),
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
  { protection, occurrence }: { protection: ScheduledProtection; occurrence: OccurrenceDecision },
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
  { protection, dueAt }: { protection: ScheduledProtection; dueAt: Date },
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
