/**
 * Runs pairs of an operation and a refusal. Each pair has its own VM, and only calls for that VM are refused, for a week of virtual time.
 * Then Azure recovers, and the pair is judged.
 */
import { createJob, inTransaction } from "@kluis/db";
import { type ErrorInfo, engineActor } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID, type FaultInput } from "@kluis/local-azure";
import type { Engine } from "../../src/engine.ts";
import { reconcileAzure } from "../../src/upkeep/reconcile.ts";
import { sweepAzure } from "../../src/upkeep/sweep.ts";
import type { Span } from "../clock.ts";
import { GROUP, MIB, type PointRow, random, standardPolicy, type World } from "../world.ts";
import type { Operation } from "./operations.ts";
import { armRefusals, blobRefusals, type Refusal, vaultRefusals } from "./refusals.ts";
import { isVaultCall, type VaultProxy } from "./vault-proxy.ts";

export interface Pair {
  readonly operation: Operation;
  readonly refusal: Refusal;
}

export interface Verdict extends Pair {
  /** Calls that were refused. */
  readonly hits: number;
  /** State of the job after the week, before Azure recovered: `running` is a job that waits. */
  readonly during: string;
  /** State of the job at its end. */
  readonly end: string;
  /** The code that the job showed meanwhile. */
  readonly code: string | null;
  /** Sentences about what does not hold; empty when all does. */
  readonly problems: readonly string[];
}

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
const recovery: readonly Span[] = [
  { seconds: 30 },
  { minutes: 6 },
  { minutes: 16 },
  { hours: 1 },
  { hours: 2 },
  { hours: 12 },
];

export interface WeekOptions {
  readonly week: readonly Span[];
  /** Whether each case has another job after the recovery. */
  readonly again: boolean;
}

const openStates = ["queued", "running"];

/** A pair under way. */
interface Case {
  readonly pair: Pair;
  readonly name: string;
  readonly vmId: string;
  jobId: string;
  ruleId: string;
  during: string;
  error: ErrorInfo | null;
}

export class Matrix {
  readonly #world: World;
  readonly #engine: Engine;
  /** A recovery point that restores read. */
  #donor: PointRow | null = null;
  #made = 0;
  readonly #vault: VaultProxy | null;

  constructor(world: World, engine: Engine, vault: VaultProxy | null = null) {
    this.#world = world;
    this.#engine = engine;
    this.#vault = vault;
  }

  /**
   * Runs the pairs in one week, each with its own VM, beside a VM that nothing refuses. Calls to the vault name no VM: such a pair
   * has a separate week, and the other VM waits with it.
   */
  async run(pairs: readonly Pair[], { week, again: runAgain }: WeekOptions): Promise<Verdict[]> {
    const isVault = pairs.some(({ operation }) => operation.surface === "vault");
    const restores = pairs.some(({ operation }) => operation.trigger === "restore");
    const image = await this.#world.image("matrix", 24 * MIB, [random(0, MIB / 2)]);
    if (restores) {
      const donor = { name: "donor", disks: [image], policy: standardPolicy };
      this.#donor ??= await this.#world.backUp(await this.#world.protectedVm(donor));
    }
    const named = pairs.map((pair) => ({ pair, name: `mx${++this.#made}x` }));
    const witnessName = `witness${++this.#made}`;
    const backups = named.filter(({ pair }) => pair.operation.trigger !== "restore");
    const wanted: { name: string; os: "linux" | "windows" }[] = [
      ...backups.map(({ pair, name }) => ({ name, os: pair.operation.os ?? "linux" })),
      { name: witnessName, os: "linux" },
    ];
    const vms = await this.#world.protectedVms(
      wanted.map((vm) => ({ ...vm, disks: [image], policy: standardPolicy })),
    );
    const idOf = (name: string): string => vms.get(name) ?? this.#donor?.vmId ?? "";
    const witness = idOf(witnessName);
    const cases: Case[] = named.map(({ pair, name }) => {
      return { pair, name, vmId: idOf(name), jobId: "", ruleId: "", during: "", error: null };
    });
    for (const one of cases) await this.#refuse(one);
    const witnessJob = await this.#world.startBackup(witness);
    for (const one of cases) one.jobId = await this.#start(one);
    let witnessEnded: string | null = null;
    for (const span of week) {
      await this.#world.clock.jump(span);
      for (const one of cases) await this.#observe(one);
      witnessEnded ??= await this.#endOf(witnessJob);
    }
    const hits = await this.#recover(cases);
    const again = runAgain ? await this.#runAgain(cases) : null;
    const verdicts: Verdict[] = [];
    for (const one of cases) {
      const problems = await this.#judge(one);
      const next = again === null ? "succeeded" : (again.get(one.name) ?? "open");
      if (next !== "succeeded" && next !== "warning") problems.push(`The next job is ${next}.`);
      const other = isVault ? await this.#endOf(witnessJob) : witnessEnded;
      if (isVault ? other === null : other !== "succeeded")
        problems.push(`The backup of another VM is ${other ?? "still open"}.`);
      const count = isVault ? (this.#vault?.hits ?? 0) : (hits.get(one.ruleId) ?? 0);
      if (count === 0) problems.push("No call was refused: the engine no longer makes this call here.");
      const end = (await this.#endOf(one.jobId)) ?? "open";
      const { pair, during, error } = one;
      verdicts.push({ ...pair, hits: count, during, end, code: error?.code ?? null, problems });
    }
    return verdicts;
  }

  async #refuse(one: Case): Promise<void> {
    const { operation, refusal } = one.pair;
    if (isVaultCall(operation.name)) return this.#vault?.refuse(operation.name, vaultRefusals[refusal]);
    const effect = (operation.surface === "blob" ? blobRefusals : armRefusals)[refusal];
    const input: FaultInput = {
      match: { operation: operation.name, path: `\\b${one.name}\\b|${one.name}-` },
      effect,
    };
    one.ruleId = (await this.#world.control.addFault(input)).id;
  }

  async #start({ pair, name, vmId }: Case): Promise<string> {
    if (pair.operation.trigger !== "restore") return this.#world.startBackup(vmId);
    const parameters = {
      disk: "os",
      name,
      subscriptionId: CONTOSO_SUBSCRIPTION_ID,
      resourceGroup: GROUP,
      location: "westeurope",
      sku: "Premium_LRS",
    };
    const job = {
      kind: "restore-disk",
      vmId,
      pointId: this.#donor?.id ?? "",
      trigger: "manual",
      actor: engineActor,
      parameters,
    } as const;
    return inTransaction(this.#world.db, (tx) => createJob(tx, job, this.#world.clock));
  }

  async #row(jobId: string) {
    return this.#world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
  }

  async #endOf(jobId: string): Promise<string | null> {
    const { state } = await this.#row(jobId);
    return openStates.includes(state) ? null : state;
  }

  /** Time passes; then the reconciler has its turn, as it has every few minutes. */
  async #pass(span: Span): Promise<void> {
    await this.#world.clock.jump(span);
    await reconcileAzure(this.#engine.deps, { signal: AbortSignal.timeout(60_000) });
  }

  async #observe(one: Case): Promise<void> {
    const row = await this.#row(one.jobId);
    const waits = row.parkedSince === null ? row.state : "parked";
    one.during = openStates.includes(row.state) ? waits : row.state;
    one.error = errorOf(row) ?? (await this.#errorOfResources(one.jobId)) ?? one.error;
  }

  /** Why the reconciler could not remove what the job made. */
  async #errorOfResources(jobId: string): Promise<ErrorInfo | null> {
    const rows = await this.#world.db.prisma.azureResource.findMany({ where: { jobId } });
    return rows.map(({ lastError }): unknown => lastError).find(isErrorInfo) ?? null;
  }

  /** Azure recovers. Waits until the jobs have ended and the sweeper has nothing left. Returns the hits of each rule. */
  async #recover(cases: readonly Case[]): Promise<Map<string, number>> {
    const rules = await this.#world.control.faults();
    await this.#world.control.clearFaults();
    this.#vault?.calm();
    for (const span of recovery) {
      await this.#pass(span);
      await sweepAzure(this.#engine.deps, { signal: AbortSignal.timeout(60_000), safetyMs: 0 });
      const ends = await Promise.all(cases.map(({ jobId }) => this.#endOf(jobId)));
      const left = await Promise.all(cases.map((one) => this.#leftOf(one)));
      if (ends.every((end) => end !== null) && left.flat().length === 0) break;
    }
    return new Map(rules.map(({ id, hits }) => [id, hits]));
  }

  async #judge(one: Case): Promise<string[]> {
    const problems: string[] = [];
    const end = await this.#endOf(one.jobId);
    one.error ??= errorOf(await this.#row(one.jobId));
    if (end === null) problems.push("The job has not ended.");
    problems.push(...messageProblems(one.error), ...(await this.#leftOf(one)));
    return problems;
  }

  /** A job of the same kind for each case after the recovery. Returns how each ended, by the name of its case. */
  async #runAgain(cases: readonly Case[]): Promise<Map<string, string>> {
    const jobs = new Map<string, string>();
    for (const one of cases) {
      const isRestore = one.pair.operation.trigger === "restore";
      jobs.set(one.name, await this.#start(isRestore ? { ...one, name: `${one.name}again` } : one));
    }
    for (let tries = 0; tries < 3; tries++) await this.#world.clock.jump({ seconds: 20 });
    const ends = new Map<string, string>();
    for (const [name, jobId] of jobs) ends.set(name, (await this.#endOf(jobId)) ?? "open");
    return ends;
  }

  /** Resources of a case that are left in Azure, and rows that are not settled. */
  async #leftOf({ name, jobId, pair }: Case): Promise<string[]> {
    const { restorePoints, snapshots, grants } = await this.#world.control.snapshots();
    const mine = (text: string): boolean => text.toLowerCase().includes(jobId) || text.includes(`${name}-`);
    const inAzure = [...restorePoints, ...snapshots, ...grants]
      .map((found) => JSON.stringify(found))
      .filter(mine);
    const state = { not: "removed" };
    const kind = { in: ["restore-point", "snapshot", "grant"] };
    const rows = await this.#world.db.prisma.azureResource.findMany({ where: { jobId, state, kind } });
    const problems = [
      ...inAzure.map((found) => `Left in Azure: ${found.slice(0, 160)}`),
      ...rows.map((row) => `Row not settled: ${row.kind} is ${row.state}.`),
    ];
    if (pair.operation.trigger === "restore" && (await this.#endOf(jobId)) === "failed") {
      const disks = await this.#world.db.prisma.azureResource.count({
        where: { jobId, state, kind: "disk" },
      });
      if (disks > 0) problems.push("The disk of a failed restore was left.");
    }
    return problems;
  }
}

/** The error that a job shows: of the job, of what it waits for, or of its warnings. */
function errorOf(row: { error: unknown; parkedError: unknown; warnings: unknown }): ErrorInfo | null {
  const warnings: readonly unknown[] = Array.isArray(row.warnings) ? row.warnings : [];
  const shown = [row.error, row.parkedError, ...warnings];
  return shown.find(isErrorInfo) ?? null;
}

function isErrorInfo(value: unknown): value is ErrorInfo {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

function messageProblems(error: ErrorInfo | null): string[] {
  if (error === null) return [];
  const { operation } = error.params ?? {};
  const problems: string[] = [];
  if (error.action === "") problems.push(`${error.code} names no remedy.`);
  if (typeof operation === "string" && !error.message.includes(operation))
    problems.push(`The message of ${error.code} does not name the operation.`);
  return problems;
}
