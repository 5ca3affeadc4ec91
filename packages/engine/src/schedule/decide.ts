/** Decides the planned backups of a page of protections in one transaction, by a fixed number of statements. */
import {
  advanceSchedules,
  appendEvents,
  connectionsOfSubscriptions,
  createJobs,
  type DueProtection,
  inTransaction,
  listOccurrenceTimes,
  listRuleHistories,
  lockSchedules,
  type NewJob,
  type NewOccurrence,
  notifyEach,
  openBackupJobs,
  type PolicyVersionRow,
  preferIndexes,
  recordOccurrences,
  type Tx,
  teamsOfVms,
} from "@kluis/db";
import {
  deadlineFor,
  decideSchedule,
  type EarlierSchedule,
  earlierSchedules,
  engineActor,
  type LedgerDraft,
  type LedgerTarget,
  type Notice,
  nextOccurrence,
  notice,
  noticeText,
  type OccurrenceDecision,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

type Deps = Pick<EngineDeps, "db" | "clock">;

/** Decisions of one transaction. After an outage a protection can have hundreds. */
const MOST_DECISIONS = 1_000;

type Scheduled = Omit<DueProtection, "version"> & { readonly version: PolicyVersionRow };

export interface PageDecisions {
  readonly decided: readonly OccurrenceDecision[];
  /** Not decided: their policy cannot be read, another transaction has locked them, or the page had too many decisions. */
  readonly left: readonly DueProtection[];
}

export interface DecideOptions {
  readonly now: Date;
  /** Whether to wait for protections and VMs that another transaction has locked, instead of leaving them. */
  readonly wait: boolean;
}

/** Decides the occurrences of these protections, their jobs, and when each is due again: all of it, or nothing with an error. */
export async function decidePage(
  deps: Deps,
  page: readonly DueProtection[],
  options: DecideOptions,
): Promise<PageDecisions> {
  const readable = page.flatMap((due) => readPolicy(due) ?? []);
  const done = await inTransaction(deps.db, (tx) => decideIn(tx, deps, { page: readable, ...options }));
  const left = page.filter(({ id }) => !done.ids.has(id));
  return { decided: done.decisions.flatMap(({ occurrences }) => occurrences), left };
}

function readPolicy(due: DueProtection): Scheduled | null {
  try {
    return { ...due, version: due.version() };
  } catch {
    // Deciding it alone reports why.
    return null;
  }
}

interface Decision {
  readonly protection: Scheduled;
  /** Those without a recorded decision. */
  readonly occurrences: readonly OccurrenceDecision[];
  readonly through: Date;
}

async function decideIn(
  tx: Tx,
  deps: Deps,
  { page, ...options }: DecideOptions & { readonly page: readonly Scheduled[] },
): Promise<{ readonly ids: ReadonlySet<string>; readonly decisions: readonly Decision[] }> {
  await preferIndexes(tx);
  const claims = page.map(({ id, version }) => ({ id, versionId: version.id }));
  const { locked, through, changed } = await lockSchedules(tx, claims, options);
  // Few: a change decides what has passed, unless something was due.
  const histories = await listRuleHistories(
    tx,
    [...through.keys()].filter((id) => changed.has(id)),
  );
  const due = page.flatMap((protection): Due[] => {
    const scheduledThrough = through.get(protection.id);
    if (scheduledThrough === undefined) return [];
    const history = histories.get(protection.id);
    const earlier = history === undefined ? [] : earlierSchedules(history, scheduledThrough);
    return [{ protection, scheduledThrough, earlier }];
  });
  const facts = await readFacts(tx, due, options);
  const decided = due.flatMap((one) => decideOne(one, facts) ?? []);
  const decisions = within(decided, MOST_DECISIONS);
  await record(tx, deps, decisions);
  const left = new Set(decided.slice(decisions.length).map(({ protection }) => protection.id));
  const waiting = due.filter(({ protection }) => !facts.isLocked(protection));
  for (const { protection } of waiting) left.add(protection.id);
  // Stopped, or under another policy since it was read: the next tick decides. So it does after a time that must be taken back.
  return { ids: new Set([...locked].filter((id) => !left.has(id))), decisions };
}

interface Due {
  readonly protection: Scheduled;
  readonly scheduledThrough: Date;
  /** Schedules that have held since, before the present one. */
  readonly earlier: readonly EarlierSchedule[];
}

interface Facts {
  readonly now: Date;
  isLocked(protection: Scheduled): boolean;
  isCapturing(protection: Scheduled): boolean;
  /** Why no backup of the VM may start; null when it may. */
  blockedBy(protection: Scheduled): Notice | null;
  isKnown(protection: Scheduled, dueAt: Date): boolean;
}

async function readFacts(tx: Tx, due: readonly Due[], { now, wait }: DecideOptions): Promise<Facts> {
  const vmIds = due.map(({ protection }) => protection.vmId);
  const vms = await openBackupJobs(tx, vmIds, { wait });
  const subscriptions = [...new Set(due.map(({ protection }) => protection.subscriptionId))];
  const connections = await connectionsOfSubscriptions(tx, subscriptions);
  const after = new Map(due.map(({ protection, scheduledThrough }) => [protection.id, scheduledThrough]));
  const known = await listOccurrenceTimes(tx, after);
  return {
    now,
    isLocked: ({ vmId }) => vms.locked.has(vmId),
    isCapturing: ({ vmId }) => vms.capturing.has(vmId),
    blockedBy: ({ subscriptionId }) => {
      const connection = connections.get(subscriptionId.toLowerCase());
      if (connection === undefined) return notice("occurrence-not-connected", {});
      if (connection.state === "enabled") return null;
      return notice("occurrence-connection-disabled", { connection: connection.name });
    },
    isKnown: ({ id }, dueAt) => known.get(id)?.has(dueAt.getTime()) ?? false,
  };
}

function decideOne({ protection, scheduledThrough, earlier }: Due, facts: Facts): Decision | null {
  if (!facts.isLocked(protection)) return null;
  const { occurrences, through, heals } = decideSchedule({
    schedule: protection.version.document.schedule,
    earlier,
    scheduledThrough,
    now: facts.now,
    jobOpen: facts.isCapturing(protection),
    blocked: facts.blockedBy(protection),
  });
  if (heals === true) return null;
  return {
    protection,
    occurrences: occurrences.filter(({ dueAt }) => !facts.isKnown(protection, dueAt)),
    through,
  };
}

/** The first decisions that have at most so many occurrences together, and at least one. */
function within(decisions: readonly Decision[], most: number): readonly Decision[] {
  let sum = 0;
  const end = decisions.findIndex(
    ({ occurrences }, index) => (sum += occurrences.length) > most && index > 0,
  );
  return end === -1 ? decisions : decisions.slice(0, end);
}

interface Recorded {
  readonly protection: Scheduled;
  readonly occurrence: OccurrenceDecision;
  readonly jobId: string | null;
}

async function record(tx: Tx, deps: Deps, decisions: readonly Decision[]): Promise<void> {
  const all = decisions.flatMap(({ protection, occurrences }) =>
    occurrences.map((occurrence) => ({ protection, occurrence })),
  );
  const started = all.filter(({ occurrence }) => occurrence.state === "started");
  const jobIds = await createJobs(tx, started.map(jobOf), deps.clock);
  const jobs = new Map(started.map(({ protection }, index) => [protection.id, jobIds[index]]));
  const recorded = all.map(({ protection, occurrence }): Recorded => {
    const jobId = occurrence.state === "started" ? (jobs.get(protection.id) ?? null) : null;
    return { protection, occurrence, jobId };
  });
  await recordOccurrences(tx, recorded.map(rowOf), deps.clock);
  const next = nextTimes();
  await advanceSchedules(
    tx,
    decisions.map(({ protection, through }) => ({
      id: protection.id,
      through,
      nextDueAt: next(protection, through),
    })),
  );
  if (recorded.length === 0) return;
  const vmIds = [...new Set(recorded.map(({ protection }) => protection.vmId))];
  await notifyEach(
    tx,
    "inventory",
    vmIds.map((vmId) => ({ vmId })),
  );
  const teams = await teamsOfVms(tx, vmIds);
  const events = recorded.flatMap((one) => {
    const { vmId } = one.protection;
    return eventsOf(one).map((event) => ({ ...event, teamIds: teams.get(vmId) ?? [], vmId }));
  });
  await appendEvents(tx, deps.clock, events);
}

/** When a protection is due next; those of one policy version and instant are computed once. */
function nextTimes(): (protection: Scheduled, through: Date) => Date {
  const known = new Map<string, Date>();
  return ({ version }, through) => {
    const key = `${version.id} ${through.getTime()}`;
    const next = known.get(key) ?? nextOccurrence(version.document.schedule, through);
    known.set(key, next);
    return next;
  };
}

function jobOf({ protection, occurrence }: Omit<Recorded, "jobId">): NewJob & { readonly kind: "backup" } {
  const { vmId, version } = protection;
  const { dueAt } = occurrence;
  const deadlineAt = deadlineFor(version.document.schedule, dueAt);
  const job = { kind: "backup", trigger: "schedule", actor: engineActor } as const;
  return { ...job, vmId, policyVersionId: version.id, dueAt, deadlineAt };
}

function rowOf({ protection, occurrence, jobId }: Recorded): NewOccurrence {
  const { dueAt, state, notice: said } = occurrence;
  return {
    protectionId: protection.id,
    dueAt,
    policyVersionId: protection.version.id,
    state,
    notice: said,
    jobId,
  };
}

function eventsOf({ protection, occurrence, jobId }: Recorded): LedgerDraft[] {
  const { dueAt, state, notice: said } = occurrence;
  const reason = said === null ? null : noticeText(said);
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
