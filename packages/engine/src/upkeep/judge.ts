/** Judges the points of a page of protections in one transaction, by a fixed number of statements. */
import {
  type DueProtection,
  databaseNow,
  holdGuardrails,
  inTransaction,
  type LivePoint,
  listLivePoints,
  listPointsInJobs,
  listRuleHistories,
  lockSchedules,
  type PolicyVersionRow,
  preferIndexes,
  readActiveRules,
  readGuardrails,
  type StoredVerdict,
  setPointRetention,
  setRetentionDue,
  type Tx,
} from "@kluis/db";
import {
  type DatedPoint,
  engineActor,
  judgeRetention,
  nextRetentionChange,
  purgeTime,
  type RetentionFloor,
  type RetentionVerdict,
  type RuleHistory,
  removalCauses,
  retentionFloor,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { type Removal, removePoints } from "./removals.ts";

type Deps = Pick<EngineDeps, "db" | "clock">;

/** Points that one transaction of several VMs reads: 100 VMs with a point an hour for more than a week. */
const MOST_POINTS = 20_000;
/** Deletions that one transaction starts. A VM with more of them stays due. */
const MOST_PRUNED = 500;

type Judged = Omit<DueProtection, "version"> & { readonly version: PolicyVersionRow };

export interface PageVerdicts {
  /** Points that were removed. */
  readonly pruned: number;
  /** Not judged: their policy cannot be read, another transaction has locked them, or the page had too many points. */
  readonly left: readonly DueProtection[];
}

export interface JudgeOptions {
  readonly now: Date;
  /** Whether to wait for protections that another transaction has locked, instead of inJobs them. */
  readonly wait: boolean;
}

/**
 * Writes the verdicts that changed, removes points, and records when the next verdict can change: all of it, or nothing with
 * an error.
 */
export async function judgePage(
  deps: Deps,
  page: readonly DueProtection[],
  options: JudgeOptions,
): Promise<PageVerdicts> {
  const readable = page.flatMap((due) => readPolicy(due) ?? []);
  const { ids, pruned } = await inTransaction(deps.db, (tx) =>
    judgeIn(tx, deps, { page: readable, ...options }),
  );
  return { pruned, left: page.filter(({ id }) => !ids.has(id)) };
}

function readPolicy(due: DueProtection): Judged | null {
  try {
    return { ...due, version: due.version() };
  } catch {
    // Judging it alone reports why.
    return null;
  }
}

async function judgeIn(
  tx: Tx,
  deps: Deps,
  { page, now, wait }: JudgeOptions & { readonly page: readonly Judged[] },
): Promise<{ readonly ids: ReadonlySet<string>; readonly pruned: number }> {
  // Before any row: a new version and what is judged at the same moment see each other.
  const floor = retentionFloor(await holdGuardrails(tx));
  await preferIndexes(tx);
  const claims = page.map(({ id, version }) => ({ id, versionId: version.id }));
  const { locked, through } = await lockSchedules(tx, claims, { wait });
  // Stopped, or under another policy since it was read: the next run judges.
  const usable = page.filter(({ id }) => through.has(id));
  const vmIds = usable.map(({ vmId }) => vmId);
  const points = await readPoints(tx, vmIds);
  const inJobs = await listPointsInJobs(tx, vmIds);
  const judged = within(
    usable.flatMap((protection) => {
      const live = points.get(protection.vmId);
      return live === undefined ? [] : [judgeOne(protection, { points: live, inJobs, now, floor })];
    }),
  );
  await setPointRetention(
    tx,
    judged.flatMap(({ changed }) => changed),
  );
  await setRetentionDue(tx, new Map(judged.map(({ protection, dueAt }) => [protection.id, dueAt])));
  const removing = judged.filter(({ prune }) => prune.length > 0);
  const histories = await listRuleHistories(
    tx,
    removing.map(({ protection }) => protection.id),
  );
  const pruned = await removePoints(
    tx,
    deps,
    removing.flatMap((one) => withCauses(one, histories.get(one.protection.id), now)),
  );
  const done = new Set(judged.map(({ protection }) => protection.id));
  const left = new Set(usable.map(({ id }) => id).filter((id) => !done.has(id)));
  return { ids: new Set([...locked].filter((id) => !left.has(id))), pruned };
}

/** The points by VM. VMs that do not fit into one read are missing; a single VM always fits. */
async function readPoints(tx: Tx, vmIds: readonly string[]): Promise<Map<string, LivePoint[]>> {
  const limit = vmIds.length === 1 ? Number.MAX_SAFE_INTEGER : MOST_POINTS;
  const read = await listLivePoints(tx, vmIds, limit);
  const points = new Map(vmIds.map((id): [string, LivePoint[]] => [id, []]));
  for (const point of read) points.get(point.vmId)?.push(point);
  const cut = read.length < limit ? undefined : read.at(-1)?.vmId;
  // In the order of ids the rest comes after the one that was cut.
  if (cut !== undefined) for (const id of vmIds) if (id >= cut) points.delete(id);
  return points;
}

interface Judgement {
  readonly protection: Judged;
  readonly points: readonly DatedPoint[];
  readonly changed: readonly StoredVerdict[];
  readonly prune: readonly Omit<Removal, "cause" | "by">[];
  /** When it must be judged again. */
  readonly dueAt: Date;
}

function judgeOne(
  protection: Judged,
  {
    points,
    inJobs,
    now,
    floor,
  }: {
    readonly points: readonly LivePoint[];
    readonly inJobs: ReadonlySet<string>;
    readonly now: Date;
    readonly floor: RetentionFloor;
  },
): Judgement {
  const { retention, schedule } = protection.version.document;
  const rules = { retention, timeZone: schedule.timeZone, now, leastDays: floor.shortestDays };
  const facts = points.map(factsOf);
  const verdicts = judgeRetention(facts, rules);
  const stored = new Map(points.map((point) => [point.id, point]));
  const { vmId, vmName } = protection;
  const purgeAt = purgeTime(protection.version.document, { now, leastDays: floor.softDeleteDays });
  const all = verdicts.flatMap((verdict): Judgement["prune"] => {
    const point = stored.get(verdict.id);
    if (verdict.keep || point === undefined || inJobs.has(verdict.id)) return [];
    return [{ vmId, vmName, verdict, takenAt: point.takenAt, purgeAt }];
  });
  // The oldest are last.
  const prune = all.slice(-MOST_PRUNED);
  // Their removal clears the verdict in the same statement.
  const removed = new Set(prune.map(({ verdict }) => verdict.id));
  const changed = changedOf(
    points,
    verdicts.filter(({ id }) => !removed.has(id)),
  );
  const dueAt = prune.length < all.length ? new Date(0) : nextRetentionChange(verdicts, now);
  return { protection, points: facts, changed, prune, dueAt };
}

function factsOf({ id, takenAt, createdAt, pinnedAt, keptUntil, state }: LivePoint): DatedPoint {
  return { id, takenAt, createdAt, pinned: pinnedAt !== null, keptUntil, good: state === "available" };
}

/** Names whose change of rules takes each point, as of the judgement. */
function withCauses(
  { protection, points, prune }: Judgement,
  history: RuleHistory | undefined,
  now: Date,
): Removal[] {
  const { policyName: policy, version } = protection;
  const removed = new Set(prune.map(({ verdict }) => verdict.id));
  const causes = history === undefined ? null : removalCauses(points, { removed, history, now });
  return prune.map((one): Removal => {
    const found = causes?.get(one.verdict.id);
    if (found === undefined) {
      const cause = { kind: "aged", policy, version: version.version } as const;
      return { ...one, cause, by: engineActor };
    }
    const cause = { kind: found.kind, policy, version: found.version };
    return { ...one, cause, by: found.by ?? engineActor };
  });
}

/**
 * Stores the verdicts on the points of a VM in the transaction that adds one, so that no page shows a point without its rules. Removes
 * nothing: the next run of retention does.
 */
export async function judgeNewPoint(tx: Tx, vmId: string): Promise<void> {
  const rules = await readActiveRules(tx, vmId);
  if (rules === null) return;
  const points = await listLivePoints(tx, [vmId], MOST_POINTS);
  const { retention, schedule } = rules;
  const now = await databaseNow(tx);
  // Not held: a version that changes what is kept makes retention judge every VM again.
  const { shortestDays: leastDays } = retentionFloor(await readGuardrails(tx));
  const facts = points.map(factsOf);
  const verdicts = judgeRetention(facts, { retention, timeZone: schedule.timeZone, now, leastDays });
  await setPointRetention(
    tx,
    changedOf(
      points,
      verdicts.filter(({ keep }) => keep),
    ),
  );
}

function changedOf(points: readonly LivePoint[], verdicts: readonly RetentionVerdict[]): StoredVerdict[] {
  const stored = new Map(points.map((point) => [point.id, point]));
  return verdicts
    .filter((verdict) => isChanged(stored.get(verdict.id), verdict))
    .map(({ id, tiers, expiresAt }) => ({ pointId: id, tiers, expiresAt }));
}

function isChanged(stored: LivePoint | undefined, { tiers, expiresAt }: RetentionVerdict): boolean {
  if (stored === undefined || stored.expiresAt?.getTime() !== expiresAt?.getTime()) return true;
  return stored.tiers.join(" ") !== tiers.join(" ");
}

/** The first judgements that prune at most so many points together, and at least one. */
function within(judgements: readonly Judgement[]): readonly Judgement[] {
  let sum = 0;
  const end = judgements.findIndex(({ prune }, index) => (sum += prune.length) > MOST_PRUNED && index > 0);
  return end === -1 ? judgements : judgements.slice(0, end);
}
