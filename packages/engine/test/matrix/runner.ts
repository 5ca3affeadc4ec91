/**
 * Runs pairs of an operation and a refusal. Each job has its own VM or disk, and only calls for that one are refused, for a week of
 * virtual time. Then Azure recovers, and the pair is judged.
 */
import type { Engine } from "../../src/engine.ts";
import { reconcileAzure } from "../../src/upkeep/reconcile.ts";
import { sweepAzure } from "../../src/upkeep/sweep.ts";
import type { Span } from "../clock.ts";
import type { World } from "../world.ts";
import { JobCase } from "./job-case.ts";
import { isWorkTrigger } from "./operations.ts";
import { Subjects } from "./subjects.ts";
import type { VaultProxy } from "./vault-proxy.ts";
import type { Pair, Verdict } from "./verdict.ts";
import { WorkCase } from "./work-case.ts";

/** The steps of the week. The first are as short as the pauses between tries. */
export const coarseWeek: readonly Span[] = [
  { seconds: 10 },
  { minutes: 2 },
  { minutes: 20 },
  { hours: 12 },
  { days: 6, hours: 12 },
];
export const fineWeek: readonly Span[] = [
  ...Array<Span>(4).fill({ seconds: 15 }),
  ...Array<Span>(30).fill({ minutes: 5 }),
  ...Array<Span>(8).fill({ minutes: 15 }),
  ...Array<Span>(6).fill({ hours: 1 }),
  ...Array<Span>(5).fill({ hours: 12 }),
  { days: 4 },
];
/** After the week: the longest pause of a parked transfer is 15 minutes, that of a clean-up 5. */
const slowRecovery: readonly Span[] = [
  { seconds: 30 },
  { minutes: 6 },
  { minutes: 16 },
  { hours: 1 },
  { hours: 2 },
  { hours: 12 },
];

export interface WeekOptions {
  readonly week: readonly Span[];
  /** What follows the week; ends early when nothing is left to do. */
  readonly recovery?: readonly Span[];
  /** Whether each case has another job after the recovery. */
  readonly again: boolean;
}

/** The form for `npm test`: few tries in the week, and after it one pause that is longer than any between tries. */
export const shortForm: WeekOptions = {
  week: [{ minutes: 5 }, { hours: 12 }, { days: 6, hours: 12 }],
  recovery: [{ minutes: 70 }, { hours: 2 }, { hours: 12 }],
  again: false,
};

export class Matrix {
  readonly #world: World;
  readonly #engine: Engine;
  readonly #vault: VaultProxy;
  readonly #subjects: Subjects;

  constructor(world: World, engine: Engine, vault: VaultProxy) {
    this.#world = world;
    this.#engine = engine;
    this.#vault = vault;
    this.#subjects = new Subjects(world);
  }

  /**
   * Runs the pairs in one week, beside a backup that nothing refuses. Calls to the vault name no VM: with such pairs, that backup
   * may wait, and must end after the recovery.
   */
  async run(
    pairs: readonly Pair[],
    { week, recovery = slowRecovery, again }: WeekOptions,
  ): Promise<Verdict[]> {
    const parts = { world: this.#world, vault: this.#vault, engine: this.#engine };
    const isVault = pairs.some(({ operation }) => operation.surface === "vault");
    const ofJobs = pairs.filter(({ operation }) => !isWorkTrigger(operation.by));
    const { starts, witness } = await this.#subjects.make(pairs);
    const jobs = ofJobs.flatMap((pair) => {
      const start = starts.get(pair);
      return start === undefined ? [] : [new JobCase(parts, pair, start)];
    });
    const works = pairs
      .filter(({ operation }) => isWorkTrigger(operation.by))
      .map((pair) => new WorkCase(parts, pair));
    for (const one of jobs) await one.begin();
    const witnessJob = await this.#world.startBackup(witness);
    let witnessEnd: string | null = null;
    for (const span of week) {
      await this.#world.clock.jump(span);
      for (const work of works) await work.runRefused();
      for (const one of jobs) await one.observe();
      witnessEnd ??= await this.#endOf(witnessJob);
    }
    await this.#recover(jobs, recovery);
    const other = isVault ? await this.#endOf(witnessJob) : witnessEnd;
    const next = again ? await this.#runAgain(jobs) : new Map<JobCase, string>();
    const verdicts: Verdict[] = [];
    for (const one of [...jobs, ...works]) {
      const verdict = await one.verdict();
      const problems = [...verdict.problems];
      const after = one instanceof JobCase ? (next.get(one) ?? "succeeded") : "succeeded";
      if (after !== "succeeded" && after !== "warning") problems.push(`The next job is ${after}.`);
      if (other !== "succeeded") problems.push(`The backup of another VM is ${other ?? "still open"}.`);
      verdicts.push({ ...verdict, problems });
    }
    return verdicts;
  }

  async #endOf(jobId: string): Promise<string | null> {
    const { state } = await this.#world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
    return state === "queued" || state === "running" ? null : state;
  }

  /** Azure recovers. Waits until the jobs have ended and the sweeper has nothing left. */
  async #recover(jobs: readonly JobCase[], recovery: readonly Span[]): Promise<void> {
    for (const one of jobs) await one.lift();
    await this.#world.control.clearFaults();
    const { deps } = this.#engine;
    for (const span of recovery) {
      await this.#world.clock.jump(span);
      await reconcileAzure(deps, { signal: AbortSignal.timeout(60_000) });
      await sweepAzure(deps, { signal: AbortSignal.timeout(60_000), safetyMs: 0 });
      const settled = await Promise.all(jobs.map((one) => one.isSettled()));
      if (settled.every(Boolean)) break;
    }
  }

  /** A job of the same kind for each case after the recovery. Returns how each ended. */
  async #runAgain(jobs: readonly JobCase[]): Promise<Map<JobCase, string>> {
    const endings = new Map<JobCase, () => Promise<string>>();
    for (const one of jobs) {
      const ending = await one.startAgain();
      if (ending !== null) endings.set(one, ending);
    }
    for (let tries = 0; tries < 3; tries++) await this.#world.clock.jump({ seconds: 20 });
    const ends = new Map<JobCase, string>();
    for (const [one, ending] of endings) ends.set(one, await ending());
    return ends;
  }
}
