/** The kill matrix: each step of each kind of job × what is killed in it. Measures the time until the job continues. */
import { createJob, inTransaction } from "@kluis/db";
import { engineActor, jobSteps } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { z } from "zod";
import { GROUP, until } from "../world.ts";
import { checkLedger, checkPoints, openJobs, orphans } from "./checks.ts";
import { patiently } from "./database.ts";
import { type Expected, type Guest, importVms, protect } from "./fleet.ts";
import { Parts } from "./parts.ts";
import { MIB, type VmPlan } from "./plan.ts";
import type { Portal } from "./run.ts";

export const killVictims = ["engine", "postgres", "azurite-connections", "portal"] as const;
export type KillVictim = (typeof killVictims)[number];
const matrixKinds = ["backup", "restore-disk", "delete-point"] as const;
type MatrixKind = (typeof matrixKinds)[number];

export interface KillCell {
  readonly kind: MatrixKind;
  readonly step: string;
  readonly victim: KillVictim;
  /** From the kill to the first sign that the job continues. */
  readonly resumeMs: number;
  /** The state of the job at its end. */
  readonly end: string;
}

export interface KillReport {
  readonly cells: readonly KillCell[];
  readonly problems: readonly string[];
}

export interface KillMatrixOptions {
  readonly victims: readonly KillVictim[];
  /** Default: every step of every kind. */
  readonly steps?: readonly { readonly kind: MatrixKind; readonly step: string }[];
  readonly say: (line: string) => void;
  /** Starts the portal that is killed. */
  readonly portal?: (parts: Parts) => Promise<Portal>;
}

export const everyStep: readonly { kind: MatrixKind; step: string }[] = matrixKinds.flatMap((kind) =>
  jobSteps[kind].map((step) => ({ kind, step })),
);

/** Tells the run when a step has begun. */
const tellSteps = `
  CREATE FUNCTION kluis_test_step() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('kluis_test_step', NEW."jobId" || ' ' || NEW.name);
    RETURN NULL;
  END $$;
  CREATE TRIGGER kluis_test_step AFTER INSERT OR UPDATE ON "JobStep"
    FOR EACH ROW WHEN (NEW.state = 'running') EXECUTE FUNCTION kluis_test_step()`;

const vm: VmPlan = {
  name: "killed",
  os: "windows",
  keepsSnapshots: false,
  diskBytes: [24 * MIB],
  first: [{ disk: 0, offset: 0, length: 2 * MIB, seed: 7 }],
  operations: [],
};

export async function runKillMatrix(options: KillMatrixOptions): Promise<KillReport> {
  const parts = await Parts.start({ twice: false });
  try {
    await parts.database.db.pool.query(tellSteps);
    const images = await importVms(parts, [vm]);
    await Promise.all([parts.startEngine(0), parts.startEngine(1)]);
    const [guest] = await protect(parts, [vm], images);
    if (guest === undefined) throw new Error("The VM was not found.");
    // Slow enough that a kill hits the step that has just begun.
    const slow = { match: {}, effect: { type: "delay", ms: 150 } } as const;
    await parts.localAzure.control.addFault(slow);
    parts.proxies.azurite.delayMs = 15;
    await using portal = (await options.portal?.(parts)) ?? null;
    const run: MatrixRun = { parts, guest, portal, expected: new Map(), made: 0 };
    await backUp(run);
    const cells: KillCell[] = [];
    for (const { kind, step } of options.steps ?? everyStep)
      for (const victim of options.victims) {
        const cell = await killIn(run, { kind, step, victim });
        cells.push(cell);
        options.say(`${cell.kind} ${cell.step}, ${cell.victim} killed: ${cell.resumeMs} ms, ${cell.end}`);
      }
    await parts.localAzure.control.clearFaults();
    parts.proxies.azurite.calm();
    return { cells, problems: await problemsOf(run, cells) };
  } finally {
    await parts.stop();
  }
}

interface MatrixRun {
  readonly parts: Parts;
  readonly guest: Guest;
  readonly expected: Expected;
  readonly portal: Portal | null;
  made: number;
}

async function problemsOf({ parts, expected }: MatrixRun, cells: readonly KillCell[]): Promise<string[]> {
  const left = async (): Promise<string[]> => [...(await openJobs(parts)), ...(await orphans(parts))];
  await until("a quiet end", 60_000, async () => {
    await parts.database.hurry(200);
    return (await left()).length === 0 ? true : null;
  }).catch(() => undefined);
  return [
    ...cells
      .filter(({ end }) => end !== "succeeded" && end !== "warning")
      .map(({ kind, step, victim, end }) => `${kind} ended as ${end} after a kill of ${victim} in ${step}.`),
    ...(await left()),
    ...(await checkPoints(parts, expected)).problems,
    ...(await checkLedger(parts)).problems,
  ];
}

async function killIn(
  run: MatrixRun,
  { kind, step, victim }: Pick<KillCell, "kind" | "step" | "victim">,
): Promise<KillCell> {
  await bothEngines(run);
  if (kind !== "backup" && (await points(run)).length === 0) await backUp(run);
  const steps = await listenForSteps(run.parts);
  try {
    const jobId = await start(run, kind);
    const began = await Promise.race([steps.begun(jobId, step), pause(30_000)]);
    if (began !== true) return { kind, step, victim, resumeMs: 0, end: `never in ${step}` };
    const before = await progressOf(run, jobId);
    const killedAt = performance.now();
    const recovered = kill(run, victim, before.lockedBy);
    const resumeMs = await resumed(run, { jobId, before, killedAt });
    await recovered;
    return { kind, step, victim, resumeMs, end: await ended(run, jobId) };
  } finally {
    steps.stop();
  }
}

/** Both engines are alive, so that one can continue what the other one did. */
async function bothEngines({ parts }: MatrixRun): Promise<void> {
  await until("two engines", 60_000, async () => {
    const alive = await parts.database.db.prisma.engineProcess.count({ where: { endedAt: null } });
    return alive === 2 ? true : null;
  });
}

async function kill({ parts, portal }: MatrixRun, victim: KillVictim, lockedBy: string[]): Promise<void> {
  switch (victim) {
    case "engine":
      return parts.killEngine(await holder(parts, lockedBy), 500);
    case "postgres":
      return parts.database.kill(0);
    case "azurite-connections":
      parts.proxies.azurite.cut();
      return;
    case "portal":
      return portal?.kill(0);
    default:
      return victim satisfies never;
  }
}

/** The number of the engine whose workers hold these locks. */
async function holder(parts: Parts, lockedBy: readonly string[]): Promise<number> {
  const engines = await parts.database.db.prisma.engineProcess.findMany({ where: { endedAt: null } });
  const found = engines.find(({ workerIds }) => workerIds.some((id) => lockedBy.includes(id)));
  const which = parts.engines.findIndex((child) => child?.pid === found?.pid);
  return Math.max(0, which);
}

const progressSchema = z.tuple([
  z.object({ state: z.string(), version: z.number(), lockedBy: z.array(z.string()), at: z.string() }),
]);
type Progress = z.infer<typeof progressSchema>[0];

async function progressOf({ parts }: MatrixRun, jobId: string): Promise<Progress> {
  const { rows } = await parts.database.db.pool.query(
    `SELECT job.state, job.version, clock_timestamp()::text AS at, coalesce(
       (SELECT array_agg(task.locked_by || '') FROM graphile_worker._private_jobs AS task
        WHERE task.payload->>'jobId' = job.id::text AND task.locked_by IS NOT NULL), '{}') AS "lockedBy"
     FROM "Job" AS job WHERE job.id = $1::uuid`,
    [jobId],
  );
  const [progress] = progressSchema.parse(rows);
  return progress;
}

/** Milliseconds until the job changes or another worker takes one of its tasks. */
async function resumed(
  run: MatrixRun,
  { jobId, before, killedAt }: { jobId: string; before: Progress; killedAt: number },
): Promise<number> {
  return until(`job ${jobId} to continue`, 120_000, async () => {
    const now = await progressOf(run, jobId).catch(() => null);
    if (now === null) return null;
    const isTaken = now.lockedBy.some((id) => !before.lockedBy.includes(id));
    return now.version > before.version || isTaken ? Math.round(performance.now() - killedAt) : null;
  });
}

async function ended(run: MatrixRun, jobId: string): Promise<string> {
  return until(`the end of job ${jobId}`, 300_000, async () => {
    const { state } = await patiently(() => progressOf(run, jobId));
    return ["queued", "running", "cleaning-up"].includes(state) ? null : state;
  });
}

async function backUp(run: MatrixRun): Promise<void> {
  await ended(run, await start(run, "backup"));
}

function points({ parts }: MatrixRun) {
  return patiently(() =>
    parts.database.db.prisma.recoveryPoint.findMany({
      where: { state: "available" },
      orderBy: { takenAt: "asc" },
    }),
  );
}

async function start(run: MatrixRun, kind: MatrixKind): Promise<string> {
  const { parts, guest } = run;
  const { vmId, policyVersionId } = guest;
  const point = kind === "backup" ? null : ((await points(run))[0] ?? null);
  const restore = {
    disk: "os",
    name: `killed-${++run.made}`,
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    resourceGroup: GROUP,
    location: "westeurope",
    sku: "Premium_LRS",
  };
  const parameters = { backup: {}, "restore-disk": restore, "delete-point": { reason: "kill" } }[kind];
  const job = { kind, vmId, trigger: "manual", actor: engineActor, policyVersionId, parameters } as const;
  const whole = { ...job, ...(point === null ? {} : { pointId: point.id }) };
  const jobId = await patiently(() => inTransaction(parts.database.db, (tx) => createJob(tx, whole, parts)));
  if (kind === "backup") run.expected.set(jobId, { guest, content: guest.content });
  return jobId;
}

interface Steps {
  /** Resolves when the step of the job has begun. */
  begun(jobId: string, step: string): Promise<true>;
  stop(): void;
}

async function listenForSteps(parts: Parts): Promise<Steps> {
  const client = await patiently(() => parts.database.db.pool.connect());
  const seen = new Set<string>();
  const waits = new Map<string, () => void>();
  client.on("notification", ({ payload = "" }) => {
    seen.add(payload);
    waits.get(payload)?.();
  });
  await client.query("LISTEN kluis_test_step");
  return {
    begun: (jobId, step) =>
      new Promise((resolve) => {
        const what = `${jobId} ${step}`;
        if (seen.has(what)) resolve(true);
        else waits.set(what, () => resolve(true));
      }),
    stop: () => client.release(true),
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
