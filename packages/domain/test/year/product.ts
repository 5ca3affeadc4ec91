/** The same year, by the product's rules, in the way in which engine and API call them. */

import { purgeTime } from "../../src/points/soft-delete.ts";
import type { PolicyDocument } from "../../src/policies/policy.ts";
import { type RuleHistory, removalCauses } from "../../src/policies/removal-cause.ts";
import { judgeRetention, nextRetentionChange, type RetentionTier } from "../../src/policies/retention.ts";
import { nextOccurrence } from "../../src/policies/schedule.ts";
import { decideSchedule, earlierSchedules } from "../../src/policies/scheduler.ts";
import type { Year } from "./oracle.ts";
import { type Act, backupTakes, passes, type Rules, type Story, type Vm } from "./story.ts";

const stamp = (instant: Date | number) => new Date(instant).toISOString().slice(0, 16);

/** The oracle's words for the tiers. */
const words: Record<RetentionTier, string> = {
  latest: "newestGood",
  last: "keepLast",
  recent: "lastDay",
  daily: "daily",
  weekly: "weekly",
  monthly: "monthly",
  yearly: "yearly",
  guardrail: "guardrail",
  undeleted: "broughtBack",
  pinned: "pinned",
};

export function documentOf({ zone: timeZone, schedule, keep, softDeleteDays }: Rules): PolicyDocument {
  return {
    schedule: scheduleOf(schedule, timeZone),
    retention: keep,
    softDeleteDays,
    instantRestoreDays: 0,
    consistency: { wanted: "application", otherwise: "continue", vss: "full" },
  };
}

function scheduleOf(schedule: Rules["schedule"], timeZone: string): PolicyDocument["schedule"] {
  if (schedule.kind === "daily") return { kind: "daily", times: [...schedule.times], timeZone };
  if (schedule.kind === "weekly")
    return { ...schedule, days: [...schedule.days], times: [...schedule.times], timeZone };
  return {
    kind: "hourly",
    everyHours: schedule.every,
    windowStart: schedule.from,
    windowHours: schedule.hours,
    timeZone,
  };
}

interface Point {
  readonly id: string;
  readonly takenAt: Date;
  readonly createdAt: Date;
  state: "available" | "damaged" | "soft-deleted" | "deleted";
  wasDamaged: boolean;
  pinned: boolean;
  keptUntil: Date | null;
  purgeAt: Date | null;
}

interface Machine {
  readonly vm: Vm;
  readonly story: Story;
  readonly versions: readonly { readonly at: Date; readonly document: PolicyDocument }[];
  readonly points: Point[];
  readonly year: Year;
  scheduledThrough: Date;
  nextDueAt: Date;
  retentionDueAt: Date;
  /** When retention looked for points that are new. */
  lookedAt: Date;
  busyUntil: number;
}

/** The year of one VM as engine and pruner decide it: what happens in the order of time. */
export function realYear(story: Story, vm: Vm): Year {
  const machine = begin(story, vm);
  for (const { at, does } of happenings(story, machine)) {
    startDue(machine, at);
    does(at);
  }
  startDue(machine, story.to);
  return machine.year;
}

function begin(story: Story, vm: Vm): Machine {
  const start = new Date(story.from);
  const machine: Machine = {
    vm,
    story,
    versions: vm.rules.map(({ from, rules }) => ({ at: new Date(from), document: documentOf(rules) })),
    points: [],
    year: { occurrences: [], removals: [], days: [] },
    scheduledThrough: start,
    nextDueAt: start,
    retentionDueAt: start,
    lookedAt: new Date(0),
    busyUntil: 0,
  };
  startBackup(machine, start);
  return machine;
}

interface Happening {
  readonly at: number;
  readonly does: (at: number) => void;
}

function happenings(story: Story, machine: Machine): Happening[] {
  const again = () => {
    machine.retentionDueAt = new Date(0);
  };
  const { vm } = machine;
  return [
    ...passes(story).map((at) => ({ at, does: (now: number) => prune(machine, new Date(now)) })),
    ...vm.rules
      .slice(1)
      .map(({ from }) => ({ at: from, does: (now: number) => edit(machine, new Date(now)) })),
    ...vm.acts.map((one) => ({ at: one.at, does: () => act(machine, one) })),
    ...[story.guardrail.from, story.guardrail.to].map((at) => ({ at, does: again })),
  ].sort((a, b) => a.at - b.at);
}

const isDown = ({ down }: Story, at: number) => down.find(({ from, to }) => from <= at && at < to);

/** What the scheduler does at each time at which something is due, up to `end`. An engine that returns looks at once. */
function startDue(machine: Machine, end: number): void {
  for (;;) {
    const due = Math.max(machine.nextDueAt.getTime(), machine.scheduledThrough.getTime());
    const at = isDown(machine.story, due)?.to ?? due;
    if (at > end || isDown(machine.story, at)) return;
    decide(machine, new Date(at));
  }
}

function decide(machine: Machine, now: Date): void {
  const { schedule } = rulesAt(machine, now);
  const { scheduledThrough } = machine;
  const jobOpen = now.getTime() < machine.busyUntil;
  const earlier = earlierSchedules(historyOf(machine, now), scheduledThrough);
  const { occurrences, through } = decideSchedule({ schedule, earlier, scheduledThrough, now, jobOpen });
  for (const one of occurrences) {
    const late = one.state === "started" && one.late ? ` late ${stamp(now)}` : "";
    machine.year.occurrences.push(`${stamp(one.dueAt)} ${one.state}${late}`);
    if (one.state === "started") startBackup(machine, now);
  }
  machine.scheduledThrough = through;
  machine.nextDueAt = nextOccurrence(schedule, through);
}

function startBackup(machine: Machine, at: Date): void {
  const trouble = machine.vm.troubles.find(({ from, to }) => from <= at.getTime() && at.getTime() < to);
  machine.busyUntil = at.getTime() + (trouble?.takes ?? 0) * 3_600_000 + backupTakes;
  if (trouble !== undefined) return;
  machine.points.push({
    id: stamp(at),
    takenAt: at,
    createdAt: new Date(at.getTime() + backupTakes),
    state: "available",
    wasDamaged: false,
    pinned: false,
    keptUntil: null,
    purgeAt: null,
  });
}

function rulesAt({ versions }: Machine, now: Date): PolicyDocument {
  const found = versions.findLast(({ at }) => at <= now);
  if (found === undefined) throw new Error("no rules");
  return found.document;
}

/** As `decideAgain` of the database. */
function edit(machine: Machine, now: Date): void {
  if (machine.nextDueAt > now) {
    machine.scheduledThrough = now;
    machine.nextDueAt = nextOccurrence(rulesAt(machine, now).schedule, now);
  }
  machine.retentionDueAt = new Date(0);
}

function act(machine: Machine, { at, does, nth }: Act): void {
  const now = new Date(at);
  const newest = machine.points.filter(({ createdAt }) => createdAt <= now).reverse();
  const removed = newest.filter(({ state }) => state === "soft-deleted");
  const live = newest.filter(({ state }) => state === "available" || state === "damaged");
  const point = (does === "undelete" ? removed : live)[nth];
  machine.retentionDueAt = new Date(0);
  if (does === "unpin") for (const one of newest) one.pinned = false;
  if (point === undefined) return;
  if (does === "pin") point.pinned = true;
  if (does === "damage") point.state = "damaged";
  if (does === "delete") remove(machine, point, now);
  if (does !== "undelete") return;
  point.state = point.wasDamaged ? "damaged" : "available";
  // As `points.undelete`: for the time of the rules of now.
  point.keptUntil = purgeTime(rulesAt(machine, now), { now, leastDays: 0 });
}

function remove(machine: Machine, point: Point, now: Date): void {
  point.wasDamaged = point.state === "damaged";
  point.state = "soft-deleted";
  point.purgeAt = purgeTime(rulesAt(machine, now), { now, leastDays: 0 });
}

/** A run of retention: purges, and judges when the judgement before says so, or something has changed since. */
function prune(machine: Machine, now: Date): void {
  const { points, story, year } = machine;
  for (const point of points) {
    if (point.state !== "soft-deleted" || point.purgeAt === null || point.purgeAt > now) continue;
    point.state = "deleted";
    year.removals.push(`${stamp(now)} ${point.id} gone`);
  }
  const live = points.filter(
    ({ state, createdAt }) => (state === "available" || state === "damaged") && createdAt <= now,
  );
  const isMorning = now.getUTCHours() < 6;
  const isNew = live.some(({ createdAt }) => createdAt > machine.lookedAt);
  machine.lookedAt = now;
  if (!isNew && now < machine.retentionDueAt && !isMorning) return;
  const rules = rulesAt(machine, now);
  const facts = live.map((point) => ({ ...point, good: point.state === "available" }));
  const { guardrail } = story;
  const leastDays = guardrail.from <= now.getTime() && now.getTime() < guardrail.to ? guardrail.days : 0;
  const { retention, schedule } = rules;
  const verdicts = judgeRetention(facts, { retention, timeZone: schedule.timeZone, now, leastDays });
  const removed = verdicts.filter(({ keep }) => !keep).map(({ id }) => id);
  machine.retentionDueAt = nextRetentionChange(verdicts, now);
  const causes = removalCauses(facts, { removed: new Set(removed), history: historyOf(machine, now), now });
  for (const id of removed) {
    const cause = causes.get(id);
    year.removals.push(`${stamp(now)} ${id} removed by ${cause ? `version ${cause.version}` : "age"}`);
    const point = live.find((one) => one.id === id);
    if (point) remove(machine, point, now);
  }
  if (!isMorning) return;
  const kept = verdicts.filter(({ keep }) => keep);
  const why = (tiers: readonly RetentionTier[]) =>
    tiers
      .map((tier) => words[tier])
      .sort()
      .join("+");
  year.days.push(
    `${stamp(now)} ${kept.map(({ id, tiers }) => `${id}=${why(tiers) || "damaged"}`).join(" ")}`,
  );
}

function historyOf({ versions }: Machine, now: Date): RuleHistory {
  const [first, ...later] = versions;
  const changes = later
    .filter(({ at }) => at <= now)
    .map(({ at, document }, i) => ({ at, by: null, kind: "edit" as const, version: i + 2, document }));
  return { before: first?.document ?? null, changes };
}
