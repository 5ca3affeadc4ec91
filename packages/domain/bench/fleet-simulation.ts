/** Runs a week of a fleet on a virtual clock, with the rules that give out work and forecast its end. */

import { HeldSlots } from "../src/transfers/held-slots.ts";
import { transferClasses } from "../src/transfers/transfer-class.ts";
import { forecastTransfers, type RateSample, TransferRates } from "../src/transfers/transfer-forecast.ts";
import {
  AGED_AFTER_MS,
  HEADS_MOST,
  handOut,
  isOverloaded,
  type TransferClaim,
} from "../src/transfers/transfer-order.ts";
import { SLOTS_AHEAD } from "../src/transfers/transfer-plan.ts";
import { PART_OVERHEAD_MS } from "./fleet-capacity.ts";
import { type FleetWorld, MINUTE, randomOf, spread } from "./fleet-world.ts";
import { dueAt, keyOf, openingOf, rateKey, type SimulatedJob, toSimulated } from "./simulated-job.ts";
import { TimeQueue } from "./time-queue.ts";

type Event =
  | { readonly kind: "ready"; readonly job: SimulatedJob }
  | { readonly kind: "part"; readonly job: SimulatedJob; readonly part: number; readonly run: object }
  | { readonly kind: "outage"; readonly group: number; readonly to: number }
  | { readonly kind: "tick" };

const TICK_MS = 10 * MINUTE;
const SAMPLES = 400;

export interface SimulationResult {
  readonly jobs: readonly SimulatedJob[];
  readonly busyMs: number;
  readonly rounds: number;
  readonly endedAt: number;
}

export function simulate(world: FleetWorld, slots: number, seed = 1): SimulationResult {
  return new Simulation(world, slots, seed).run();
}

class Simulation {
  readonly #world: FleetWorld;
  readonly #slots: number;
  readonly #random: () => number;
  readonly #events = new TimeQueue<Event>();
  readonly #jobs: SimulatedJob[];
  /** Jobs with parts that may move, by class, team and whether they are late; each in order of the deadline. */
  readonly #lines = new Map<string, SimulatedJob[]>();
  readonly #newest = new Map<string, SimulatedJob>();
  readonly #open = new Set<SimulatedJob>();
  readonly #queued: { readonly job: SimulatedJob; readonly part: number }[][] = transferClasses.map(() => []);
  readonly #running = new Map<object, { readonly job: SimulatedJob; readonly part: number }>();
  readonly #held = new HeldSlots();
  readonly #samples: RateSample[] = [];
  /** Expected bytes per millisecond, by group. */
  #rates: readonly number[] = [];
  #now = 0;
  #inFlight = 0;
  #turn = 0;
  #aged: SimulatedJob[] = [];
  #isOverloaded = false;
  #busyMs = 0;
  #rounds = 0;

  constructor(world: FleetWorld, slots: number, seed: number) {
    this.#world = world;
    this.#slots = slots;
    this.#random = randomOf(seed);
    this.#jobs = world.jobs.map(toSimulated);
    this.#rates = world.rates.map((_, group) => new TransferRates([]).of(rateKey(group)) / 1_000);
  }

  run(): SimulationResult {
    for (const job of this.#jobs) this.#events.add(job.job.readyAt, { kind: "ready", job });
    for (const { group, from, to } of this.#world.outages)
      this.#events.add(from, { kind: "outage", group, to });
    const first = this.#jobs[0]?.job.readyAt ?? 0;
    this.#events.add(first + TICK_MS, { kind: "tick" });
    for (let next = this.#events.take(); next !== null; next = this.#events.take()) {
      this.#now = next.at;
      this.#handle(next.value);
      this.#refill();
      this.#start();
    }
    return { jobs: this.#jobs, busyMs: this.#busyMs, rounds: this.#rounds, endedAt: this.#now };
  }

  #handle(event: Event): void {
    switch (event.kind) {
      case "ready":
        this.#ready(event.job);
        return;
      case "part":
        this.#partEnded(event);
        return;
      case "outage":
        this.#outage(event.group, event.to);
        return;
      case "tick":
        this.#tick();
        return;
      default:
        event satisfies never;
    }
  }

  #ready(job: SimulatedJob): void {
    if (job.endedAt !== null || job.isSuperseded) return;
    if (!this.#open.has(job)) {
      job.servedAt = this.#now;
      this.#supersede(job);
      this.#open.add(job);
    }
    const opensAt = this.#opensAt(job);
    if (!Number.isFinite(opensAt)) return;
    if (opensAt > this.#now) this.#events.add(opensAt, { kind: "ready", job });
    else this.#line(job);
  }

  /** A newer snapshot replaces a transfer of the VM that has not started. */
  #supersede(job: SimulatedJob): void {
    if (job.job.class !== "backup") return;
    const older = this.#newest.get(job.job.vm);
    this.#newest.set(job.job.vm, job);
    if (older === undefined || older.firstAt !== null) return;
    older.isSuperseded = true;
    // As domain's `inherit`: the newer one takes the place of the older one.
    job.firstDeadlineAt = older.firstDeadlineAt ?? older.job.deadlineAt;
    job.servedAt = older.servedAt;
    this.#open.delete(older);
  }

  #opensAt(job: SimulatedJob): number {
    return Math.max(openingOf(job.job, this.#now), this.#outageEnd(job));
  }

  #outageEnd(job: SimulatedJob): number {
    const now = this.#now;
    const outage = this.#world.outages.find(
      ({ group, from, to }) => group === job.job.group && from <= now && now < to,
    );
    if (outage === undefined) return now;
    job.wasParked = true;
    return outage.to;
  }

  #line(job: SimulatedJob): void {
    if (job.waiting.length === 0) return;
    job.dueAt = dueAt(job, this.#now);
    const late = job.dueAt !== null && this.#now + this.#workMs(job) / (this.#slots / 2) > job.dueAt;
    const key = `${job.job.class} ${job.job.team} ${late}`;
    const line = this.#lines.get(key) ?? [];
    this.#lines.set(key, line);
    if (line.includes(job)) return;
    const at = line.findLastIndex((other) => keyOf(other) <= keyOf(job)) + 1;
    line.splice(at, 0, job);
  }

  /** Gives out parts until the engines' queue is full again. */
  #refill(): void {
    const most = this.#slots * SLOTS_AHEAD;
    // In batches: the engine's dispatcher runs after several parts have ended.
    if (this.#inFlight > most - Math.max(1, this.#slots / 2)) return;
    const free = most - this.#inFlight;
    const candidates = this.#candidates();
    if (candidates.size === 0) return;
    this.#rounds++;
    const state = {
      now: this.#now,
      slots: most,
      free,
      ahead: most - this.#slots,
      held: this.#held,
      turn: this.#turn,
      isOverloaded: this.#isOverloaded,
    };
    for (const { jobId, parts } of handOut(
      [...candidates.values()].map(([, claim]) => claim),
      state,
    )) {
      const job = candidates.get(jobId)?.[0];
      for (let n = 0; n < parts && job !== undefined; n++) this.#give(job);
    }
  }

  /** The first transfers of each line, and the longest waits. */
  #candidates(): Map<string, readonly [SimulatedJob, TransferClaim]> {
    const found = new Map<string, readonly [SimulatedJob, TransferClaim]>();
    for (const line of this.#lines.values()) {
      for (let n = 0, taken = 0; n < line.length && taken < HEADS_MOST; ) {
        const job = line[n];
        if (job === undefined) break;
        if (this.#leavesLine(job)) {
          line.splice(n, 1);
          continue;
        }
        n++;
        taken++;
        found.set(job.job.id, [job, this.#claim(job)]);
      }
    }
    const aged = this.#nextAged();
    if (aged !== null) found.set(aged.job.id, [aged, this.#claim(aged)]);
    return found;
  }

  /** The longest wait of those that the last tick found; null when its turn is not near. */
  #nextAged(): SimulatedJob | null {
    for (let next = this.#aged[0]; next !== undefined; next = this.#aged[0]) {
      const mayMove = next.waiting.length > 0 && !next.isSuperseded && this.#opensAt(next) <= this.#now;
      if (mayMove && this.#now - next.servedAt >= AGED_AFTER_MS) return next;
      this.#aged.shift();
    }
    return null;
  }

  /** Ends waiting in a line: nothing waits, or the window has closed (it is ready again when that opens). */
  #leavesLine(job: SimulatedJob): boolean {
    if (job.waiting.length === 0 || job.isSuperseded) return true;
    const opensAt = this.#opensAt(job);
    if (opensAt <= this.#now) return false;
    if (Number.isFinite(opensAt)) this.#events.add(opensAt, { kind: "ready", job });
    return true;
  }

  #claim(job: SimulatedJob): TransferClaim {
    const { id, team, vm } = job.job;
    return {
      jobId: id,
      class: job.job.class,
      team,
      vmId: vm,
      deadlineAt: job.dueAt,
      firstDeadlineAt: job.firstDeadlineAt,
      servedAt: job.servedAt,
      waiting: job.waiting.length,
      held: job.held,
      workMs: this.#workMs(job),
      isOpen: true,
    };
  }

  #workMs(job: SimulatedJob): number {
    const rate = this.#rates[job.job.group] ?? 1;
    return job.leftBytes / rate + (job.waiting.length + job.held) * PART_OVERHEAD_MS;
  }

  #give(job: SimulatedJob): void {
    const part = job.waiting.pop();
    if (part === undefined) return;
    this.#turn++;
    job.servedAt = this.#now;
    job.firstAt ??= this.#now;
    this.#count(job, 1);
    this.#queued[transferClasses.indexOf(job.job.class)]?.push({ job, part });
  }

  #count(job: SimulatedJob, by: 1 | -1): void {
    job.held += by;
    this.#inFlight += by;
    const { class: of, team, vm: vmId } = job.job;
    this.#held.add({ class: of, team, vmId }, by);
  }

  #start(): void {
    while (this.#running.size < this.#slots) {
      const next = this.#queued.find((queue) => queue.length > 0)?.shift();
      if (next === undefined) return;
      const run = {};
      this.#running.set(run, next);
      const bytes = next.job.job.parts[next.part] ?? 0;
      const rate = this.#world.rates[next.job.job.group] ?? 1;
      const ms = (bytes / rate) * spread(this.#random, 0.2) + PART_OVERHEAD_MS;
      this.#busyMs += ms;
      this.#sample(next.job.job.group, bytes, ms);
      this.#events.add(this.#now + ms, { kind: "part", ...next, run });
    }
  }

  #sample(group: number, bytes: number, ms: number): void {
    this.#samples.push({ ...rateKey(group), bytes, ms });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  #partEnded({ job, part, run }: Extract<Event, { kind: "part" }>): void {
    // An outage has ended the part before.
    if (!this.#running.delete(run)) return;
    this.#count(job, -1);
    job.done++;
    job.leftBytes -= job.job.parts[part] ?? 0;
    if (job.done < job.job.parts.length) return;
    job.endedAt = this.#now;
    this.#open.delete(job);
  }

  /** The parts of a group's jobs return, and wait until the outage is over. */
  #outage(group: number, to: number): void {
    const isHit = (one: { readonly job: SimulatedJob }): boolean => one.job.job.group === group;
    const back = [...this.#running].filter(([, one]) => isHit(one));
    for (const [run] of back) this.#running.delete(run);
    const lost = back.map(([, one]) => one);
    for (const [index, queue] of this.#queued.entries()) {
      lost.push(...queue.filter(isHit));
      this.#queued[index] = queue.filter((one) => !isHit(one));
    }
    for (const { job, part } of lost) {
      job.waiting.push(part);
      this.#count(job, -1);
    }
    for (const job of new Set(lost.map(({ job }) => job))) {
      job.wasParked = true;
      this.#events.add(to, { kind: "ready", job });
    }
  }

  /** Measures rates, judges the load, and forecasts every open backup. */
  #tick(): void {
    const rates = new TransferRates(this.#samples);
    this.#rates = this.#world.rates.map((_, group) => rates.of(rateKey(group)) / 1_000);
    const open = [...this.#open].filter(({ job }) => job.deadlineAt !== null);
    for (const job of open) job.dueAt = dueAt(job, this.#now);
    const work = open.map((job) => ({ job, workMs: this.#workMs(job), deadlineAt: job.dueAt }));
    this.#isOverloaded = isOverloaded(work, { now: this.#now, slots: this.#slots });
    work.sort((a, b) => keyOf(a.job) - keyOf(b.job));
    const inOrder = work.map(({ job, workMs }) => ({
      jobId: job.job.id,
      parts: Math.max(1, job.waiting.length + job.held),
      workMs,
      mostSlots: this.#slots / 2,
      spans: job.job.spans,
      deadlineAt: job.job.deadlineAt,
    }));
    const byId = new Map(open.map((job) => [job.job.id, job]));
    for (const { jobId, isAtRisk } of forecastTransfers(inOrder, { now: this.#now, slots: this.#slots })) {
      const job = byId.get(jobId);
      if (isAtRisk && job !== undefined) job.riskAt ??= this.#now;
    }
    this.#rebuildLines();
    if (this.#events.size > 0) this.#events.add(this.#now + TICK_MS, { kind: "tick" });
  }

  /** Moves transfers that are late now to their own line. */
  #rebuildLines(): void {
    const all = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#aged = all.toSorted((a, b) => a.servedAt - b.servedAt).slice(0, 200);
    for (const job of all.sort((a, b) => keyOf(a) - keyOf(b))) this.#line(job);
  }
}
