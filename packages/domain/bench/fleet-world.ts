/** A fleet and its week, made from a seed: machines, policies, arriving backups, restores, verifications and outages. */
import { deadlineFor } from "../src/policies/deadline.ts";
import type { Schedule, TransferWindow } from "../src/policies/policy.ts";
import { occurrencesBetween } from "../src/policies/schedule.ts";
import type { TransferClass } from "../src/transfers/transfer-class.ts";
import { type OpenSpan, openSpans } from "../src/transfers/transfer-window.ts";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
const MiB = 1024 * 1024;
/** A Monday; the week ends with the change from summer time. */
export const WEEK_START = Date.parse("2026-10-19T10:00Z");

export interface FleetOptions {
  readonly seed: number;
  readonly vms: number;
  readonly days: number;
  readonly outages: boolean;
  /** The data of the team "team-3" times this. */
  readonly oneTeamTimes: number;
  /** Each slot is this many times slower: a small fleet then needs several slots. */
  readonly slowness: number;
}

export interface FleetJob {
  readonly id: string;
  readonly class: TransferClass;
  readonly team: string;
  readonly vm: string;
  readonly group: number;
  /** When its snapshot is complete. */
  readonly readyAt: number;
  readonly deadlineAt: number | null;
  readonly spans: readonly OpenSpan[] | null;
  /** Bytes of each part. */
  readonly parts: number[];
}

export interface FleetOutage {
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

export interface FleetWorld {
  readonly vms: number;
  readonly disks: number;
  readonly jobs: readonly FleetJob[];
  readonly outages: readonly FleetOutage[];
  /** Bytes per millisecond of one slot, by group of machines (subscription and vault). */
  readonly rates: readonly number[];
  readonly teamSizes: ReadonlyMap<string, number>;
}

/** Parts of a disk are at most this large. */
const PART_BYTES = 2048 * MiB;
const GROUPS = 10;
const timeZone = "Europe/Amsterdam";

interface FleetPolicy {
  readonly share: number;
  readonly schedule: Schedule;
  readonly window: TransferWindow | null;
}

const policies: readonly FleetPolicy[] = [
  { share: 0.35, schedule: { kind: "daily", times: ["20:00"], timeZone }, window: null },
  {
    share: 0.35,
    schedule: { kind: "daily", times: ["22:00"], timeZone },
    window: { from: "22:00", to: "06:00" },
  },
  {
    share: 0.15,
    schedule: { kind: "daily", times: ["01:00"], timeZone },
    window: { from: "00:00", to: "07:00" },
  },
  { share: 0.05, schedule: { kind: "daily", times: ["12:00", "23:00"], timeZone }, window: null },
  {
    share: 0.1,
    schedule: { kind: "hourly", everyHours: 6, windowStart: "03:00", windowHours: 24, timeZone },
    window: null,
  },
];

/** Uniform numbers from 0 to 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A factor around 1 whose logarithm is normal. */
export function spread(random: () => number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(sigma * normal);
}

interface Vm {
  readonly id: string;
  readonly team: string;
  readonly group: number;
  readonly policy: number;
  /** Bytes that change in a day, of each disk. */
  readonly daily: readonly number[];
}

export function makeFleet(options: FleetOptions): FleetWorld {
  const random = randomOf(options.seed);
  const rates = Array.from({ length: GROUPS }, () => ((20 + 40 * random()) * MiB) / 1_000 / options.slowness);
  const vms = Array.from({ length: options.vms }, (_, n) => makeVm(n, options, random));
  const teamSizes = new Map<string, number>();
  for (const { team } of vms) teamSizes.set(team, (teamSizes.get(team) ?? 0) + 1);
  const disks = vms.reduce((sum, { daily }) => sum + daily.length, 0);
  const backups = policies.flatMap((_, policy) => backupsOf(policy, { vms, options, random }));
  const jobs = [...backups, ...otherWork(vms, options, random)].sort((a, b) => a.readyAt - b.readyAt);
  return { vms: vms.length, disks, jobs, outages: outagesOf(options), rates, teamSizes };
}

function makeVm(n: number, options: FleetOptions, random: () => number): Vm {
  // One team has a third of the fleet, the others share the rest.
  const team = `team-${random() < 1 / 3 ? 1 : 2 + Math.floor(random() * 11)}`;
  const disks = 1 + Math.floor(random() * 7);
  const times = team === "team-3" ? options.oneTeamTimes : 1;
  let pick = random();
  const policy = policies.findIndex(({ share }) => (pick -= share) < 0);
  return {
    id: `vm-${n}`,
    team,
    group: Math.floor(random() * GROUPS),
    policy: Math.max(0, policy),
    daily: Array.from({ length: disks }, () => 800 * MiB * spread(random, 1.2) * times),
  };
}

function backupsOf(
  index: number,
  given: { readonly vms: readonly Vm[]; readonly options: FleetOptions; readonly random: () => number },
): FleetJob[] {
  const { vms, options, random } = given;
  const policy = policies[index];
  if (policy === undefined) return [];
  const { schedule, window } = policy;
  const end = WEEK_START + options.days * 24 * HOUR;
  const [from, through] = [new Date(WEEK_START), new Date(end + 4 * 24 * HOUR)];
  const spans = window === null ? null : openSpans({ window, timeZone }, from, through);
  const due = occurrencesBetween(schedule, from, new Date(end));
  const perDay = Math.max(1, due.length / options.days);
  return due.flatMap((dueAt, nth) => {
    const deadline = deadlineFor(schedule, dueAt);
    return vms
      .filter((vm) => vm.policy === index)
      .map((vm) => ({
        id: `${vm.id}-${index}-${nth}`,
        class: "backup" as const,
        team: vm.team,
        vm: vm.id,
        group: vm.group,
        readyAt: dueAt.getTime() + (1 + 6 * random()) * MINUTE,
        deadlineAt: deadline.getTime(),
        spans,
        parts: partsOf(
          vm.daily.map((bytes) => (bytes * dayFactor(dueAt, vm) * spread(random, 0.3)) / perDay),
        ),
      }));
  });
}

/** The fourth night installs updates on a third of the machines; weekends are quiet. */
function dayFactor(at: Date, { id }: Vm): number {
  const day = Math.floor((at.getTime() - WEEK_START) / (24 * HOUR));
  if (day === 3 && Number(id.slice(3)) % 3 === 0) return 4;
  return day === 5 || day === 6 ? 0.5 : 1;
}

function partsOf(bytesOfDisks: readonly number[]): number[] {
  return bytesOfDisks.flatMap((bytes) => {
    const count = Math.max(1, Math.ceil(bytes / PART_BYTES));
    return Array.from({ length: count }, () => bytes / count);
  });
}

/** Four restores of whole disks a day, and a verification of each 50th machine every night. */
function otherWork(vms: readonly Vm[], options: FleetOptions, random: () => number): FleetJob[] {
  const jobs: FleetJob[] = [];
  const add = (kind: "restore" | "verify", readyAt: number, gib: number): void => {
    const vm = vms[Math.floor(random() * vms.length)];
    if (vm === undefined) return;
    const bytes = Array.from({ length: gib }, () => PART_BYTES);
    const base = { id: `${kind}-${jobs.length}`, class: kind, team: vm.team, vm: vm.id, group: vm.group };
    jobs.push({ ...base, readyAt, deadlineAt: null, spans: null, parts: bytes });
  };
  for (let day = 0; day < options.days; day++) {
    const start = WEEK_START + day * 24 * HOUR;
    for (let n = 0; n < Math.min(4, vms.length / 50); n++) add("restore", start + random() * 24 * HOUR, 64);
    for (let n = 0; n < vms.length / 50; n++) add("verify", start + 9 * HOUR, 4);
  }
  return jobs;
}

/** The vault of one group is unreachable for two hours in a night, and all vaults for one hour in another one. */
function outagesOf({ outages, days }: FleetOptions): FleetOutage[] {
  if (!outages) return [];
  const hour = (day: number, after: number): number => WEEK_START + (day * 24 + after) * HOUR;
  const all = Array.from({ length: GROUPS }, (_, group) => ({ group, from: hour(4, 13), to: hour(4, 14) }));
  const one = { group: 2, from: hour(1, 11), to: hour(1, 13) };
  return [one, ...all].filter(({ to }) => to < hour(days, 0));
}

/** When a job may move data first. */
export function releaseOf(job: FleetJob): number {
  if (job.spans === null) return job.readyAt;
  return Math.max(job.readyAt, job.spans.find(({ end }) => end > job.readyAt)?.start ?? job.readyAt);
}
