/** Compares runs of a week: which deadlines hold at which number of slots, and which of them fall. */
import { slotsNeeded } from "./fleet-capacity.ts";
import { simulate } from "./fleet-simulation.ts";
import { type FleetWorld, MINUTE } from "./fleet-world.ts";
import type { SimulatedJob } from "./simulated-job.ts";

export interface FleetRun {
  readonly name: string;
  readonly slots: number;
  readonly backups: number;
  readonly missed: number;
  /** Missed, although an outage did not stop them. */
  readonly missedWithoutOutage: number;
  /** Missed, reported as at risk at least half an hour before the deadline that counts. */
  readonly missedWarned: number;
  /** Reported as at risk, and met. */
  readonly warnedAndMet: number;
  /** Missed by the team with the most machines, by "team-3", and by all others. */
  readonly missedBy: { readonly largest: number; readonly third: number; readonly others: number };
  readonly busy: number;
  readonly restoreWaitMost: number;
  readonly verifyWaitMost: number;
  readonly unfinished: number;
  readonly rounds: number;
  readonly cpuMs: number;
}

export function runFleet(world: FleetWorld, name: string, slots: number): FleetRun {
  const cpu = process.cpuUsage();
  const { jobs, busyMs, rounds, endedAt } = simulate(world, slots);
  const used = process.cpuUsage(cpu);
  const backups = jobs.filter(({ job }) => job.class === "backup");
  const missed = backups.filter(hasMissed);
  const first = jobs[0]?.job.readyAt ?? 0;
  const by = (isTeam: (team: string) => boolean): number =>
    missed.filter(({ job }) => isTeam(job.team)).length;
  return {
    name,
    slots,
    backups: backups.length,
    missed: missed.length,
    missedWithoutOutage: missed.filter(({ wasParked }) => !wasParked).length,
    missedWarned: missed.filter(wasWarned).length,
    warnedAndMet: backups.filter((one) => one.riskAt !== null && !hasMissed(one)).length,
    missedBy: {
      largest: by((team) => team === "team-1"),
      third: by((team) => team === "team-3"),
      others: by((team) => team !== "team-1" && team !== "team-3"),
    },
    busy: busyMs / (slots * (endedAt - first)),
    restoreWaitMost: longestWait(jobs, "restore"),
    verifyWaitMost: longestWait(jobs, "verify"),
    unfinished: jobs.filter((one) => one.endedAt === null && !one.isSuperseded).length,
    rounds,
    cpuMs: (used.user + used.system) / 1_000,
  };
}

function hasMissed({ job, endedAt }: SimulatedJob): boolean {
  return job.deadlineAt !== null && (endedAt === null || endedAt > job.deadlineAt);
}

function wasWarned({ job, riskAt }: SimulatedJob): boolean {
  return riskAt !== null && riskAt <= (job.deadlineAt ?? 0) - 30 * MINUTE;
}

function longestWait(jobs: readonly SimulatedJob[], kind: "restore" | "verify"): number {
  const waits = jobs.flatMap(({ job, firstAt }) =>
    job.class === kind && firstAt !== null ? [firstAt - job.readyAt] : [],
  );
  return Math.max(0, ...waits);
}

/** Slots at a share of the bound (`slotsNeeded`). */
export function slotsAt(world: FleetWorld, share: number): number {
  return Math.ceil(slotsNeeded(world) * share);
}

export function fleetTable(runs: readonly FleetRun[]): string {
  const head = [
    "run",
    "slots",
    "busy",
    "backups",
    "missed",
    "without an outage",
    "largest team, team-3, others",
    "warned ≥ 30 min before",
    "warned, met",
    "restore: longest wait",
    "verification: longest wait",
    "CPU",
  ];
  const rows = runs.map((run) => [
    run.name,
    String(run.slots),
    `${Math.round(run.busy * 100)} %`,
    run.backups.toLocaleString("en"),
    run.missed.toLocaleString("en"),
    run.missedWithoutOutage.toLocaleString("en"),
    [run.missedBy.largest, run.missedBy.third, run.missedBy.others]
      .map((n) => n.toLocaleString("en"))
      .join("; "),
    run.missed === 0 ? "" : `${Math.round((run.missedWarned / run.missed) * 100)} %`,
    run.warnedAndMet.toLocaleString("en"),
    duration(run.restoreWaitMost),
    duration(run.verifyWaitMost),
    `${(run.cpuMs / 1_000).toFixed(1)} s`,
  ]);
  return [head, ["---", ...head.slice(1).map(() => "--:")], ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function duration(ms: number): string {
  return ms < MINUTE
    ? `${Math.round(ms / 1_000)} s`
    : ms < 90 * MINUTE
      ? `${Math.round(ms / MINUTE)} min`
      : `${(ms / MINUTE / 60).toFixed(1)} h`;
}
