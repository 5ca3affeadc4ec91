/** One chaos run: VMs are backed up, restored and deleted while everything breaks; then everything is checked. */
import { performance } from "node:perf_hooks";
import { enqueue, inTransaction } from "@kluis/db";
import {
  checkLedger,
  checkPoints,
  deadTasks,
  internalErrors,
  jobErrors,
  openJobs,
  orphans,
} from "./checks.ts";
import { patiently } from "./database.ts";
import { disturb, everyCall } from "./disturb.ts";
import { type Expected, type Guest, importVms, protect } from "./fleet.ts";
import { type Outcome, runLane } from "./lanes.ts";
import { Parts } from "./parts.ts";
import type { ChaosPlan, Disturbance } from "./plan.ts";

export interface ChaosOptions {
  readonly plan: ChaosPlan;
  readonly say: (line: string) => void;
  /** Limit of one operation, after which its lane continues; the job is waited for at the end. */
  readonly operationLimitMs: number;
  /** Limit of the wait for a quiet end, after the faults have ended. */
  readonly settleLimitMs: number;
  /** Folder that gets the logs of the engines; null: they are removed. */
  readonly logs?: string | null;
  /** Starts a portal, which is killed too. */
  readonly portal?: (parts: Parts) => Promise<Portal>;
}

export interface Portal extends AsyncDisposable {
  /** Kills it and starts it again; resolves when it answers. */
  kill(downMs: number): Promise<void>;
  /** Whether it answers, and reaches its database. */
  isWell(): Promise<boolean>;
  readonly problems: readonly string[];
}

const noPortal: Portal = {
  kill: () => Promise.resolve(),
  isWell: () => Promise.resolve(true),
  problems: [],
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

export interface ChaosReport {
  readonly outcomes: readonly Outcome[];
  readonly disturbances: ReadonlyMap<Disturbance["kind"], number>;
  readonly points: number;
  readonly events: number;
  readonly problems: readonly string[];
  /** Errors that ended a job, and how often. */
  readonly failures: ReadonlyMap<string, number>;
  /** Errors of code INTERNAL in the logs, and how often. */
  readonly internal: ReadonlyMap<string, number>;
  /** From the end of the faults to the last job's end with nothing left in Azure. */
  readonly settleMs: number;
}

/** Retries that wait longer than this run then. */
const LONGEST_RETRY_MS = 1_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { plan } = options;
  const parts = await Parts.start();
  try {
    const images = await importVms(parts, plan.vms);
    await Promise.all([parts.startEngine(0), parts.startEngine(1)]);
    const guests = await protect(parts, plan.vms, images);
    const expected: Expected = new Map();
    await using portal = (await options.portal?.(parts)) ?? noPortal;
    const { outcomes, problems, disturbances } = await underFaults(parts, options, {
      guests,
      expected,
      portal,
    });
    const settled = await settle(parts, options.settleLimitMs);
    const points = await checkPoints(parts, expected);
    const ledger = await checkLedger(parts);
    const errors = await jobErrors(parts);
    const dead = await deadTasks(parts);
    return {
      outcomes,
      disturbances,
      points: points.points,
      events: ledger.events,
      problems: [
        ...problems,
        ...portal.problems,
        ...settled.problems,
        ...points.problems,
        ...ledger.problems,
        ...dead,
        ...errors.problems,
      ],
      failures: errors.counts,
      internal: await internalErrors(parts),
      settleMs: settled.ms,
    };
  } finally {
    if (options.logs !== undefined && options.logs !== null) await parts.keepLogs(options.logs);
    await parts.stop();
  }
}

async function underFaults(
  parts: Parts,
  options: ChaosOptions,
  { guests, expected, portal }: { guests: readonly Guest[]; expected: Expected; portal: Portal },
) {
  const { plan, say, operationLimitMs } = options;
  const outcomes: Outcome[] = [];
  const problems: string[] = [];
  for (const fault of everyCall(plan.faultSeed)) await parts.localAzure.control.addFault(fault);
  const over = new AbortController();
  const disturbing = disturb({ parts, say, killPortal: (downMs) => portal.kill(downMs) }, plan, over.signal);
  const hurrying = hurry(parts, over.signal);
  const context = { parts, expected, outcomes, problems, operationLimitMs, say };
  await Promise.all(guests.map((guest) => runLane(context, guest)));
  over.abort();
  const disturbances = await disturbing;
  await hurrying;
  await parts.localAzure.control.clearFaults();
  for (const proxy of Object.values(parts.proxies)) proxy.calm();
  return { outcomes, problems, disturbances };
}

async function hurry(parts: Parts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await parts.database.hurry(LONGEST_RETRY_MS).catch(() => undefined);
    await pause(400);
  }
}

/** Waits until no job is open and nothing is left in Azure. Retries that wait for minutes run at once. */
async function settle(parts: Parts, limitMs: number): Promise<{ ms: number; problems: string[] }> {
  const began = performance.now();
  for (let round = 0; ; round++) {
    await patiently(async () => {
      await parts.database.hurry(200);
      if (round % 5 !== 0) return;
      await inTransaction(parts.database.db, async (tx) => {
        await enqueue(tx, "azure.sweep", {});
        await enqueue(tx, "azure.reconcile", {});
      });
    });
    const problems = [
      ...(await patiently(() => openJobs(parts))),
      ...(await patiently(() => orphans(parts))),
    ];
    const ms = performance.now() - began;
    if (problems.length === 0 || ms > limitMs) return { ms, problems };
    await pause(500);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
