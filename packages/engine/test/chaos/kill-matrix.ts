/** The kill matrix: each step of each kind of job × what is killed in it. Measures the time until the work continues. */
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, jobSteps } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { GROUP, until } from "../world.ts";
import { checkLedger, checkPoints, deadTasks, openJobs, orphans } from "./checks.ts";
import { patiently } from "./database.ts";
import { diskDigest, type Expected, type Guest, importVms, protect, write } from "./fleet.ts";
import { isFurther, progressOf, reconcilers, removalsOf } from "./kill-progress.ts";
import { Parts } from "./parts.ts";
import { MIB, type VmPlan } from "./plan.ts";
import type { Portal } from "./run.ts";

export const killVictims = ["engine", "postgres", "portal", "azurite-connections", "azure"] as const;
export type KillVictim = (typeof killVictims)[number];

/** `reconcile`: no job, but the removal of what a job left in Azure. */
const matrixKinds = ["backup", "restore-disk", "delete-point", "reconcile"] as const;
type MatrixKind = (typeof matrixKinds)[number];
type JobKind = Exclude<MatrixKind, "reconcile">;

interface MatrixStep {
  readonly kind: MatrixKind;
  readonly step: string;
}

export interface KillCell extends MatrixStep {
  readonly victim: KillVictim;
  /** From the kill to the first sign that the work continues; for the portal: until it answers again. */
  readonly resumeMs: number;
}

export interface KillReport {
  readonly cells: readonly KillCell[];
  /** The longest time until the portal answered after a kill of PostgreSQL; null without a portal. */
  readonly portalMs: number | null;
  readonly problems: readonly string[];
}

export interface KillMatrixOptions {
  readonly victims: readonly KillVictim[];
  /** Default: every step of every kind. */
  readonly steps?: readonly MatrixStep[];
  readonly say: (line: string) => void;
  /** Starts the portal that is killed. */
  readonly portal?: (parts: Parts) => Promise<Portal>;
}

export const everyStep: readonly MatrixStep[] = matrixKinds.flatMap((kind) =>
  (kind === "reconcile" ? ["remove"] : jobSteps[kind]).map((step) => ({ kind, step })),
);

/** How long Azure is down. */
const AZURE_DOWN_MS = 1_000;
/** Jobs of one kind that may pass before every step of it was met. */
const MOST_JOBS = 8;

/** Steps that only write rows are over in a millisecond: their end takes longer here, and a kill may hit its transaction. */
const slowSteps = `
  CREATE FUNCTION kluis_test_slow() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_sleep(0.4);
    RETURN NEW;
  END $$;
  CREATE TRIGGER kluis_test_slow BEFORE UPDATE ON "JobStep"
    FOR EACH ROW WHEN (NEW.state = 'done' AND OLD.state = 'running') EXECUTE FUNCTION kluis_test_slow()`;

const vm: VmPlan = {
  name: "killed",
  os: "windows",
  keepsSnapshots: false,
  ofSingleDisks: false,
  diskBytes: [24 * MIB],
  first: [{ disk: 0, offset: 0, length: 2 * MIB, seed: 7 }],
  operations: [],
};

interface MatrixRun {
  readonly parts: Parts;
  readonly guest: Guest;
  readonly expected: Expected;
  readonly portal: Portal | null;
  readonly cells: KillCell[];
  readonly problems: string[];
  readonly say: (line: string) => void;
  made: number;
  portalMs: number | null;
}

export async function runKillMatrix(options: KillMatrixOptions): Promise<KillReport> {
  const { victims, steps = everyStep, say } = options;
  const parts = await Parts.start({ twice: false });
  try {
    await parts.database.db.pool.query(slowSteps);
    const images = await importVms(parts, [vm]);
    await Promise.all([parts.startEngine(0), parts.startEngine(1)]);
    const [guest] = await protect(parts, [vm], images);
    if (guest === undefined) throw new Error("The VM was not found.");
    // Slow enough that a kill hits the step that has just begun.
    const slow = { match: {}, effect: { type: "delay", ms: 150 } } as const;
    await parts.localAzure.control.addFault(slow);
    parts.proxies.azurite.delayMs = 15;
    await using portal = (await options.portal?.(parts)) ?? null;
    const found = { cells: [], problems: [], made: 0, portalMs: null };
    const run: MatrixRun = { parts, guest, portal, expected: new Map(), say, ...found };
    await endJob(run, await start(run, "backup"));
    for (const kind of matrixKinds)
      for (const victim of victims) {
        const wanted = steps.filter((one) => one.kind === kind).map(({ step }) => step);
        await killInEach(run, { kind, victim, wanted });
      }
    await parts.localAzure.control.clearFaults();
    parts.proxies.azurite.calm();
    await check(run);
    const { cells, problems, portalMs } = run;
    return { cells, portalMs, problems: [...problems, ...(portal?.problems ?? [])] };
  } finally {
    await parts.stop();
  }
}

/** Runs jobs until the victim was killed once in each of these steps. */
async function killInEach(
  run: MatrixRun,
  { kind, victim, wanted }: { kind: MatrixKind; victim: KillVictim; wanted: readonly string[] },
): Promise<void> {
  const left = new Set(wanted);
  for (let job = 0; left.size > 0 && job < MOST_JOBS; job++) {
    if (kind === "reconcile") await killInRemoval(run, { victim, left });
    else await killInJob(run, { kind, victim, left });
  }
  for (const step of left) run.problems.push(`No kill of ${victim} met ${step} of ${kind}.`);
}

type Target = { readonly victim: KillVictim; readonly left: Set<string> };

async function killInJob(run: MatrixRun, { kind, victim, left }: Target & { kind: JobKind }): Promise<void> {
  await bothEngines(run);
  const pointId = kind === "backup" ? null : await somePoint(run);
  const jobId = await start(run, kind, pointId);
  for (;;) {
    const before = await patiently(() => progressOf(run.parts, jobId));
    if (!before.isOpen) break;
    if (before.step === null || !left.has(before.step) || !(await enginesAre(run, 2))) {
      await pause(15);
      continue;
    }
    left.delete(before.step);
    const isWorkerKilled = victim === "engine" || victim === "postgres";
    const resumed = (): Promise<boolean> => isFurther(run.parts, { jobId, before, isWorkerKilled });
    await measure(run, { kind, step: before.step, victim, lockedBy: before.lockedBy, resumed });
  }
  await endJob(run, jobId);
  await checkJob(run, { kind, jobId, pointId });
}

/** Kills while a resource is claimed, whose removal has begun. */
async function killInRemoval(run: MatrixRun, { victim, left }: Target): Promise<void> {
  await bothEngines(run);
  const jobId = await start(run, "backup");
  await endJob(run, jobId);
  const claimed = await until(`a removal of job ${jobId}`, 30_000, async () => {
    const rows = await removalsOf(run.parts, jobId);
    return rows.find(({ isClaimed }) => isClaimed) ?? (rows.length === 0 ? "none" : null);
  });
  if (claimed === "none") return;
  left.clear();
  const resumed = async (): Promise<boolean> => {
    const now = (await removalsOf(run.parts, jobId)).find(({ id }) => id === claimed.id);
    return now === undefined || now.text !== claimed.text;
  };
  const lockedBy = await reconcilers(run.parts);
  await measure(run, { kind: "reconcile", step: "remove", victim, lockedBy, resumed });
}

interface Measured extends MatrixStep {
  readonly victim: KillVictim;
  readonly lockedBy: readonly string[];
  readonly resumed: () => Promise<boolean>;
}

async function measure(run: MatrixRun, one: Measured): Promise<void> {
  const { kind, step, victim } = one;
  const killedAt = performance.now();
  const since = (): number => Math.round(performance.now() - killedAt);
  const recovered = kill(run, victim, one.lockedBy).then(since);
  const resumeMs = await until(`${kind} to continue after ${victim} in ${step}`, 120_000, async () =>
    (await one.resumed().catch(() => false)) ? since() : null,
  );
  const cell = { kind, step, victim, resumeMs: victim === "portal" ? await recovered : resumeMs };
  await recovered;
  run.cells.push(cell);
  run.say(`${kind} ${step}, ${victim}: ${cell.resumeMs} ms`);
}

async function kill(run: MatrixRun, victim: KillVictim, lockedBy: readonly string[]): Promise<void> {
  const { parts, portal } = run;
  switch (victim) {
    case "engine":
      return parts.killEngine(await holder(parts, lockedBy), 500);
    case "postgres":
      return killPostgres(run);
    case "azurite-connections":
      return parts.proxies.azurite.cut();
    case "azure":
      parts.proxies.azure.refusing = true;
      parts.proxies.azure.cut();
      await pause(AZURE_DOWN_MS);
      return parts.proxies.azure.calm();
    case "portal":
      return portal?.kill(0);
    default:
      return victim satisfies never;
  }
}

async function killPostgres(run: MatrixRun): Promise<void> {
  const { parts, portal } = run;
  const killedAt = performance.now();
  await parts.database.kill(0);
  if (portal === null) return;
  await until("the portal to answer", 60_000, async () => ((await portal.isWell()) ? true : null));
  run.portalMs = Math.max(run.portalMs ?? 0, Math.round(performance.now() - killedAt));
}

/** The number of the engine whose workers hold these locks. */
async function holder(parts: Parts, lockedBy: readonly string[]): Promise<number> {
  const engines = await parts.database.db.prisma.engineProcess.findMany({ where: { endedAt: null } });
  const found = engines.find(({ workerIds }) => workerIds.some((id) => lockedBy.includes(id)));
  const which = parts.engines.findIndex((child) => child?.pid === found?.pid);
  return Math.max(0, which);
}

/** Both engines are alive, so that one can continue what the other one did. */
async function bothEngines(run: MatrixRun): Promise<void> {
  await until("two engines", 60_000, async () => ((await enginesAre(run, 2)) ? true : null));
}

async function enginesAre({ parts }: MatrixRun, count: number): Promise<boolean> {
  const where = { endedAt: null };
  return (await patiently(() => parts.database.db.prisma.engineProcess.count({ where }))) === count;
}

async function endJob(run: MatrixRun, jobId: string): Promise<void> {
  await until(`the end of job ${jobId}`, 300_000, async () =>
    (await patiently(() => progressOf(run.parts, jobId))).isOpen ? null : true,
  );
}

/** The job succeeded and did what it was for, once. */
async function checkJob(
  run: MatrixRun,
  { kind, jobId, pointId }: { kind: JobKind; jobId: string; pointId: string | null },
): Promise<void> {
  const { prisma } = run.parts.database.db;
  const job = await prisma.job.findUniqueOrThrow({ where: { id: jobId } });
  const problem = (text: string): void => void run.problems.push(`${kind} ${jobId} ${text}.`);
  if (job.state !== "succeeded" && job.state !== "warning") return problem(`ended as ${job.state}`);
  if (kind === "backup") {
    const made = await prisma.recoveryPoint.count({ where: { jobId, state: "available" } });
    if (made !== 1) problem(`made ${made} points`);
  }
  if (kind === "delete-point") {
    const { state } = await prisma.recoveryPoint.findUniqueOrThrow({ where: { id: pointId ?? "" } });
    if (state !== "deleted") problem(`left its point ${state}`);
  }
  if (kind !== "restore-disk") return;
  const point = await prisma.recoveryPoint.findUniqueOrThrow({ where: { id: pointId ?? "" } });
  const found = await diskDigest(run.parts, diskName(run.made));
  if (found !== run.expected.get(point.jobId)?.content[0]) problem("made a disk with another content");
}

/** When nothing is disturbed any more: all points are exact, and nothing is left. */
async function check({ parts, expected, problems }: MatrixRun): Promise<void> {
  const left = async (): Promise<string[]> => [...(await openJobs(parts)), ...(await orphans(parts))];
  await until("a quiet end", 60_000, async () => {
    await parts.database.hurry(200);
    return (await left()).length === 0 ? true : null;
  }).catch(() => undefined);
  const checked = [await checkPoints(parts, expected), await checkLedger(parts)];
  problems.push(...(await left()), ...(await deadTasks(parts)), ...checked.flatMap((one) => one.problems));
}

async function somePoint(run: MatrixRun): Promise<string> {
  const where = { state: "available" };
  const { prisma } = run.parts.database.db;
  const find = () => patiently(() => prisma.recoveryPoint.findFirst({ where, orderBy: { takenAt: "asc" } }));
  const point = await find();
  if (point !== null) return point.id;
  await endJob(run, await start(run, "backup"));
  return (await find())?.id ?? "";
}

const diskName = (number: number): string => `killed-${number}`;

async function start(run: MatrixRun, kind: JobKind, pointId: string | null = null): Promise<string> {
  const { parts, guest } = run;
  const { vmId, policyVersionId } = guest;
  const number = ++run.made;
  if (kind === "backup") {
    const changed = { disk: 0, offset: (number % 40) * 524_288, length: 65_536, seed: number };
    await write(parts, guest, [changed]);
  }
  const restore = {
    disk: "os",
    name: diskName(number),
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    resourceGroup: GROUP,
    location: "westeurope",
    sku: "Premium_LRS",
  };
  const parameters = { backup: {}, "restore-disk": restore, "delete-point": { reason: "kill" } }[kind];
  const job = { kind, vmId, trigger: "manual", actor: engineActor, policyVersionId, parameters } as const;
  const whole = { ...job, ...(pointId === null ? {} : { pointId }) };
  const jobId = await patiently(() => inTransaction(parts.database.db, (tx) => createJob(tx, whole, parts)));
  if (kind === "backup") run.expected.set(jobId, { guest, content: guest.content });
  return jobId;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
