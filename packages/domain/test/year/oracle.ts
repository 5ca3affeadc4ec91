/**
 * What the design says happens to VMs in a year, written before the source was read: from `README.md`, `docs`, the texts of the
 * policy editor, and decisions 0016, 0027, 0039, 0040 and 0041. It is slow and plain on purpose: it looks at everything, each time.
 */
import {
  type Calendar,
  calendarOf,
  dayLength,
  dayOf,
  hour,
  later,
  minute,
  periodOf,
  type Unit,
  weekdayOf,
} from "./calendar.ts";
import {
  type Act,
  backupTakes,
  type Keep,
  passes,
  type Rules,
  type Story,
  type Tier,
  type Vm,
} from "./story.ts";

/** What a year was, in lines that a person can read and a test can compare. */
export interface Year {
  /** Each planned time, and what it led to. */
  readonly occurrences: string[];
  /** Each recovery point that was removed: when, by whose rules, and when it was gone. */
  readonly removals: string[];
  /** Each morning, what is kept and why. */
  readonly days: string[];
}

interface Point {
  readonly taken: number;
  /** Number of the version of the rules under which the backup started. */
  readonly version: number;
  state: "available" | "removed" | "gone";
  damaged: boolean;
  pinned: boolean;
  keptUntil: number;
  removedAt: number;
  purgeAt: number;
}

const calendars = new Map<string, Calendar>();

function calendar(zone: string): Calendar {
  const known = calendars.get(zone) ?? calendarOf(zone, Date.UTC(2011, 3, 1), Date.UTC(2014, 0, 1));
  calendars.set(zone, known);
  return known;
}

/** A minute of UTC. */
export const stamp = (instant: number) => new Date(instant).toISOString().slice(0, 16);

/** The year of one VM, by the design. */
export function expectedYear(story: Story, vm: Vm): Year {
  const { lines, points } = backups(story, vm);
  const year = { occurrences: lines, removals: [] as string[], days: [] as string[] };
  const moments = [
    ...passes(story).map((at) => ({ at, act: undefined })),
    ...vm.acts.map((act) => ({ at: act.at, act })),
  ].sort((a, b) => a.at - b.at);
  const waiting = [...points];
  let made: Point[] = [];
  for (const { at, act } of moments) {
    const count = waiting.findIndex((point) => point.taken + backupTakes > at);
    made = [
      ...made.filter(({ state }) => state !== "gone"),
      ...waiting.splice(0, count < 0 ? waiting.length : count),
    ];
    if (act !== undefined) doAct({ act, points: made, days: rulesAt(vm, at).rules.softDeleteDays });
    else pass({ story, vm, points: made, now: at, year });
  }
  return year;
}

const clock = (time: string) => Number(time.slice(0, 2)) * hour + Number(time.slice(3)) * minute;

/**
 * The instants that a schedule means by a local day. `docs/operations.md`, *When backups start*, decides what the design left open: a
 * time that the clocks leave out is due when they change (it was first written here as "as much later as they leave out"), and
 * "every 2 hours" means hours that pass, because the editor promises a longest interval (first written as hours of the wall clock).
 */
function timesOf({ schedule, zone }: Rules, day: number): number[] {
  const midnight = day * dayLength;
  const { dueAt } = calendar(zone);
  if (schedule.kind === "hourly") {
    const start = dueAt(midnight + clock(schedule.from));
    // "For 10 hours each day": at its end a window is over. "All day" ends where the next day begins.
    const allDay = schedule.hours === 24;
    const end = allDay ? dueAt(midnight + dayLength + clock(schedule.from)) : start + schedule.hours * hour;
    const count = Math.ceil((end - start) / (schedule.every * hour));
    return Array.from({ length: count }, (_, i) => start + i * schedule.every * hour);
  }
  if (schedule.kind === "weekly" && !schedule.days.includes(weekdayOf(day))) return [];
  return schedule.times.map((time) => dueAt(midnight + clock(time)));
}

/** Instants after `from` up to `to` at which a backup is planned: once each, also where two local times are one instant. */
export function planned(rules: Rules, from: number, to: number): number[] {
  const { toLocal } = calendar(rules.zone);
  const instants = new Set<number>();
  for (let day = dayOf(toLocal(from)) - 2; day <= dayOf(toLocal(to)) + 1; day++) {
    for (const at of timesOf(rules, day)) instants.add(at);
  }
  return [...instants].filter((at) => from < at && at <= to).sort((a, b) => a - b);
}

const rulesAt = (vm: Vm, at: number) => {
  const version = vm.rules.findLastIndex(({ from }) => from <= at);
  const { rules } = vm.rules[version] ?? { rules: undefined };
  if (rules === undefined) throw new Error(`${vm.name} has no rules at ${stamp(at)}`);
  return { rules, version };
};

/** "At the times set in its policy": each version plans the times while it is in force. */
function allPlanned({ to }: Story, vm: Vm): number[] {
  return vm.rules.flatMap(({ from, rules }, i) => planned(rules, from, vm.rules[i + 1]?.from ?? to));
}

/**
 * "Its first backup starts immediately." Then each planned time starts one. "After downtime only the newest missed occurrence
 * starts; older ones are recorded as missed." A VM has one capture at a time; "the next occurrence takes it" (0016).
 */
function backups(story: Story, vm: Vm): { lines: string[]; points: Point[] } {
  const lines: string[] = [];
  const points: Point[] = [];
  let busyUntil = story.from;
  const start = (at: number) => {
    const trouble = vm.troubles.find(({ from, to }) => from <= at && at < to);
    busyUntil = at + (trouble?.takes ?? 0) * hour + backupTakes;
    if (trouble === undefined) points.push(newPoint(at, rulesAt(vm, at).version));
  };
  start(story.from);
  const all = allPlanned(story, vm);
  for (const [i, plan] of all.entries()) {
    const down = story.down.find(({ from, to }) => from <= plan && plan < to);
    const next = all[i + 1];
    if (down !== undefined && next !== undefined && next < down.to) {
      lines.push(`${stamp(plan)} missed`);
      continue;
    }
    const at = down?.to ?? plan;
    if (at < busyUntil) {
      lines.push(`${stamp(plan)} skipped`);
      continue;
    }
    lines.push(down === undefined ? `${stamp(plan)} started` : `${stamp(plan)} started late ${stamp(at)}`);
    start(at);
  }
  return { lines, points };
}

const newPoint = (taken: number, version: number): Point => ({
  taken,
  version,
  state: "available",
  damaged: false,
  pinned: false,
  keptUntil: 0,
  removedAt: 0,
  purgeAt: 0,
});

function doAct({ act, points, days }: { act: Act; points: Point[]; days: number }): void {
  const newest = points.toReversed();
  const available = newest.filter(({ state }) => state === "available");
  if (act.does === "unpin") for (const point of points) point.pinned = false;
  if (act.does === "damage") change(available[act.nth], { damaged: true });
  if (act.does === "pin") change(available[act.nth], { pinned: true });
  if (act.does === "delete") change(available[act.nth], { ...removal(act.at, days) });
  if (act.does === "undelete") {
    const point = newest.filter(({ state }) => state === "removed")[act.nth];
    // "Retention leaves a point that came back alone for as long again."
    if (point) change(point, { state: "available", keptUntil: act.at + (point.purgeAt - point.removedAt) });
  }
}

const removal = (at: number, days: number): Partial<Point> => ({
  state: "removed",
  removedAt: at,
  purgeAt: at + days * dayLength,
});

function change(point: Point | undefined, fields: Partial<Point>): void {
  if (point === undefined) throw new Error("no such point");
  Object.assign(point, fields);
}

interface Pass {
  readonly story: Story;
  readonly vm: Vm;
  readonly points: Point[];
  readonly now: number;
  readonly year: Year;
}

/** Purges what can no longer be brought back, removes what nothing keeps, and writes the line of the day. */
function pass({ story, vm, points, now, year }: Pass): void {
  for (const point of points) {
    if (point.state !== "removed" || point.purgeAt > now) continue;
    point.state = "gone";
    year.removals.push(`${stamp(now)} ${stamp(point.taken)} gone`);
  }
  const available = points.filter(({ state }) => state === "available").reverse();
  const { rules } = rulesAt(vm, now);
  const { guardrail } = story;
  const floor = guardrail.from <= now && now < guardrail.to ? guardrail.days : 0;
  const reasons = judge({ rules, points: available, now, floor });
  for (const point of available) {
    if (reasons.get(point)?.length !== 0) continue;
    change(point, removal(now, rules.softDeleteDays));
    year.removals.push(
      `${stamp(now)} ${stamp(point.taken)} removed by ${cause({ vm, point, available, now })}`,
    );
  }
  if (now % dayLength >= 6 * hour) return;
  const kept = available.filter(({ state }) => state === "available");
  year.days.push(
    `${stamp(now)} ${kept.map((point) => `${stamp(point.taken)}=${reasons.get(point)?.join("+")}`).join(" ")}`,
  );
}

/** "The first change that does not keep it is the cause"; what no change took grew old. Guardrails do not count (0041). */
function cause({
  vm,
  point,
  available,
  now,
}: {
  vm: Vm;
  point: Point;
  available: Point[];
  now: number;
}): string {
  const { version: last } = rulesAt(vm, now);
  for (let version = point.version; version <= last; version++) {
    const { rules } = vm.rules[version] ?? rulesAt(vm, now);
    if (judge({ rules, points: available, now, floor: 0 }).get(point)?.length !== 0) continue;
    return version === point.version ? "age" : `version ${version + 1}`;
  }
  throw new Error("every version keeps it");
}

export interface Judged {
  readonly rules: Rules;
  /** The newest first. */
  readonly points: readonly Pick<Point, "taken" | "damaged" | "pinned" | "keptUntil">[];
  readonly now: number;
  /** Days of which the guardrail keeps a good point. */
  readonly floor: number;
}

const units: Record<Exclude<Tier, "keepLast">, Unit> = {
  daily: "days",
  weekly: "weeks",
  monthly: "months",
  yearly: "years",
};

/** Everything that keeps each point, in alphabetical order. */
export function judge({ rules, points, now, floor }: Judged): Map<Judged["points"][number], string[]> {
  const { toLocal, toInstant } = calendar(rules.zone);
  const reasons = new Map(points.map((point) => [point, [] as string[]]));
  const locals = new Map(points.map((point) => [point, toLocal(point.taken)]));
  const local = (point: Judged["points"][number]) => locals.get(point) ?? Number.NaN;
  const keep = (point: Judged["points"][number] | undefined, why: string) =>
    point && reasons.get(point)?.push(why);
  const young = (point: Judged["points"][number], rule: Exclude<Keep, number>) =>
    now < toInstant(later(local(point), rule.age, rule.unit));
  const apply = (candidates: Judged["points"], rule: Keep | undefined, why: Tier) => {
    if (rule === undefined) return;
    const kept =
      typeof rule === "number" ? candidates.slice(0, rule) : candidates.filter((p) => young(p, rule));
    for (const point of kept) keep(point, why);
  };
  const newestOfEach = (unit: Unit, from: Judged["points"]) => {
    const seen = new Set<number>();
    return from.filter((point) => seen.size < seen.add(periodOf[unit](local(point))).size);
  };
  // "The newest good point": a damaged one fills no tier (first written here as a point like any other; 0040 says it now).
  const good = points.filter(({ damaged }) => !damaged);
  apply(good, rules.keep.keepLast, "keepLast");
  for (const tier of ["daily", "weekly", "monthly", "yearly"] as const) {
    apply(newestOfEach(units[tier], good), rules.keep[tier], tier);
  }
  const today = dayOf(toLocal(now));
  for (const point of newestOfEach("days", good)) {
    if (dayOf(local(point)) > today - floor) keep(point, "guardrail");
  }
  // "Unless Newest points is a count, no point of the last 24 hours is removed."
  const byCount = typeof rules.keep.keepLast === "number";
  for (const point of good) if (!byCount && now - point.taken < dayLength) keep(point, "lastDay");
  keep(good[0], "newestGood");
  for (const point of points) {
    if (point.pinned) keep(point, "pinned");
    if (now < point.keptUntil) keep(point, "broughtBack");
  }
  const oldestKept = good.findLast((point) => reasons.get(point)?.length !== 0);
  for (const point of points) {
    const isOlder = oldestKept !== undefined && point.taken < oldestKept.taken;
    if (point.damaged && !isOlder && reasons.get(point)?.length === 0) keep(point, "damaged");
  }
  for (const why of reasons.values()) why.sort();
  return reasons;
}
