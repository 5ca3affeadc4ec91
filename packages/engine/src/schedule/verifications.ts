/** Starts the verifications that policies plan: in their nights, in a fair order, and within the budgets of VM and vault. */
import {
  appendEvents,
  countOpenVerifications,
  createJob,
  databaseNow,
  inTransaction,
  listVerificationCandidates,
  listVerificationPolicies,
  listVerificationTeams,
  lockForVerification,
  lockNight,
  type NightUse,
  type Tx,
  teamsOfVm,
  type VerificationCandidate,
  type VerificationState,
} from "@kluis/db";
import {
  engineActor,
  isVerificationDue,
  nightOf,
  nightShare,
  planSample,
  type SampleBudget,
  type VerificationRule,
  type VerifyParameters,
} from "@kluis/domain";
import { SEGMENT_BYTES } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork, type WorkPage } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Points that one page reads. */
const PAGE = 100;
/** Scheduled verifications that are open at once. The end of one wakes the schedule, so that no long queue is older than its points. */
const OPEN_MOST = 200;
const GIB = 1024 ** 3;
/** A point has one scheduled verification in a night: none follows within this time. */
const NIGHT_MS = 12 * 3_600_000;

interface Item {
  readonly point: VerificationCandidate;
  readonly rule: VerificationRule;
  readonly night: string;
  /** The teams with points that wait in the point's vault; null: each has had its share, and what is left is for all. */
  readonly teams: readonly string[] | null;
}

export interface VerificationsResult {
  readonly started: number;
  readonly again: Again | null;
}

/** Safe to run in several engines at once, and again after a kill: a point is verified once in a night. */
export async function scheduleVerifications(deps: Deps, signal: AbortSignal): Promise<VerificationsResult> {
  const counts = { started: 0 };
  const again = await runWork(deps, scheduling(deps, counts), signal);
  if (counts.started > 0) deps.log.info(counts, "schedule: verifications started");
  return { ...counts, again };
}

function scheduling(deps: Deps, counts: { started: number }): RecurringWork<Item> {
  const spent = new Set<string>();
  return {
    name: "verification",
    page: (cursor) => readPage(deps, cursor),
    nameOf: ({ point }) => `recovery point of ${point.vmName}, ${point.takenAt.toISOString()}`,
    async work(item) {
      // What a night has spent does not come back: its other points cost no transaction.
      if (item.rule.mode !== "quick" && budgetsOf(item).some((key) => spent.has(key))) return;
      counts.started += await inTransaction(deps.db, (tx) => start(tx, deps, { ...item, spent }));
    },
  };
}

/** First each team gets its share, then the rest of the budgets goes to the points that wait for the longest. */
const REST = "rest ";

async function readPage({ db }: Deps, cursor: string | null): Promise<WorkPage<Item>> {
  const { prisma } = db;
  const isRest = cursor?.startsWith(REST) === true;
  const at = isRest ? (cursor ?? "").slice(REST.length) : cursor;
  const now = await databaseNow(prisma);
  const nights = new Map(
    (await listVerificationPolicies(prisma)).flatMap(({ policyId, timeZone, rule }) => {
      const night = nightOf(now, timeZone);
      return night === null ? [] : [[policyId, { rule, night }] as const];
    }),
  );
  const free = OPEN_MOST - (nights.size === 0 ? 0 : await countOpenVerifications(prisma));
  if (nights.size === 0 || free <= 0) return { items: [], next: null };
  const limit = Math.min(PAGE, free);
  const wanted = { policyIds: [...nights.keys()], since: new Date(now.getTime() - NIGHT_MS) };
  const teams = isRest ? null : await listVerificationTeams(prisma, wanted);
  const found = await listVerificationCandidates(prisma, { ...wanted, after: placeOf(at), limit });
  const items = found.flatMap((point) => {
    const of = nights.get(point.policyId);
    const waiting = teams === null ? null : (teams.get(point.vaultId) ?? []);
    return of !== undefined && isVerificationDue(of.rule, point, now)
      ? [{ point, ...of, teams: waiting }]
      : [];
  });
  return { items, next: nextPage(isRest, found.length < limit ? null : cursorAfter(found.at(-1))) };
}

function nextPage(isRest: boolean, after: string | null): string | null {
  if (isRest) return after === null ? null : `${REST}${after}`;
  return after ?? REST;
}

/** Returns the number of jobs that it added: none when the budget is used up, or another scheduler was first. */
async function start(tx: Tx, deps: Deps, item: Item & { readonly spent: Set<string> }): Promise<number> {
  const { point, rule, night, spent } = item;
  const { id: pointId, vmId, vaultId, vmName, takenAt } = point;
  const use = await lockNight(tx, { night, vaultId, vmId, pointId });
  const state = await lockForVerification(tx, pointId);
  if (state === null || state.open !== null || use.isTaken) return 0;
  const planned = planOf(rule, state, { ...use, left: leftFor(item, use) });
  const [vault, vm] = budgetsOf(item);
  if (vaultLeft(use) < SEGMENT_BYTES) spent.add(vault);
  // In the share of a team: the rest of the budget may have room.
  if (item.teams !== null && planned === null) return 0;
  if (rule.mode === "sampled" && planned === null) spent.add(vm);
  if (planned === null) return 0;
  const parameters: VerifyParameters = { ...planned, night };
  const job = { kind: "verify", vmId, pointId, trigger: "schedule", actor: engineActor } as const;
  const jobId = await createJob(tx, { ...job, parameters }, deps.clock);
  const teamIds = await teamsOfVm(tx, vmId);
  const target = { type: "point", id: pointId, name: `${vmName} ${takenAt.toISOString()}` } as const;
  const data = { jobId, jobKind: "verify", ...parameters };
  await appendEvents(tx, deps.clock, [
    { kind: "job.created", actor: engineActor, target, vmId, teamIds, data },
  ]);
  return 1;
}

/**
 * The verification that the budgets allow; null: they are used up. A full one that does not fit reads the next part of the point instead,
 * and the following nights read the rest.
 */
function planOf(
  rule: VerificationRule,
  { disks, round }: VerificationState,
  use: NightUse & { readonly left: number },
): Omit<VerifyParameters, "night"> | null {
  if (rule.mode === "quick") return { mode: "quick", bytes: 0 };
  const shape = { disks, segmentBytes: SEGMENT_BYTES };
  const { left } = use;
  const whole = disks.reduce((sum, bytes) => sum + bytes, 0);
  if (rule.mode === "full" && whole <= left) return { mode: "full", bytes: whole };
  const within = (budget: SampleBudget) => planSample(shape, round, budget);
  const most = within({ unit: "bytes", amount: left });
  const wanted = rule.mode === "full" ? most : within(nightly(rule, use.vmBytes));
  const { count, bytes } = wanted.bytes <= most.bytes ? wanted : most;
  return count === 0 ? null : { mode: "sampled", segments: count, bytes };
}

function vaultLeft({ vaultGib, vaultBytes }: NightUse): number {
  return vaultGib === null ? Number.MAX_SAFE_INTEGER : Math.max(0, vaultGib * GIB - vaultBytes);
}

/** What the team of a point may read of the vault's budget now. */
function leftFor({ point, teams }: Item, use: NightUse): number {
  const left = vaultLeft(use);
  if (use.vaultGib === null || teams === null) return left;
  const shares = { budget: use.vaultGib * GIB, used: use.teamBytes, waiting: teams };
  return Math.min(left, nightShare(point.team, shares));
}

/** Names the budgets of a night that an item uses. */
function budgetsOf({ point, night }: Pick<Item, "point" | "night">): [vault: string, vm: string] {
  return [`${night} vault ${point.vaultId}`, `${night} vm ${point.vmId}`];
}

function nightly(
  { nightly: budget }: Extract<VerificationRule, { mode: "sampled" }>,
  vmBytes: number,
): SampleBudget {
  if (budget.unit === "percent") return budget;
  return { unit: "bytes", amount: Math.max(0, budget.amount * GIB - vmBytes) };
}
