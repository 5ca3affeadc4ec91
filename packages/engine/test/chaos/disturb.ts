/** Runs the disturbances of a chaos run's plan, one after the other. */
import { enqueue, inTransaction } from "@kluis/db";
import type { FaultInput } from "@kluis/local-azure";
import { patiently } from "./database.ts";
import type { Parts } from "./parts.ts";
import type { ChaosPlan, Disturbance } from "./plan.ts";
import { Random } from "./random.ts";

/** More than a day would let the schedule and the retention begin. */
const MOST_HOURS = 12;

/** Steps of jobs that end between two disturbances, and the longest wait for them: a slow machine is disturbed less often. */
const STEPS_BETWEEN = 5;
const LONGEST_PAUSE_MS = 60_000;

export interface Victims {
  readonly parts: Parts;
  /** Kills the portal and starts it again; does nothing without one. */
  readonly killPortal: (downMs: number) => Promise<void>;
  readonly say: (line: string) => void;
}

/** Faults that hit every call to Azure with a small probability, during the whole run. */
export function everyCall(seed: number): FaultInput[] {
  const rule = (effect: FaultInput["effect"], probability: number, index: number): FaultInput => ({
    match: { operation: "*" },
    effect,
    probability,
    seed: seed + index,
  });
  return [
    rule({ type: "fail", status: 500, code: "InternalServerError" }, 0.01, 1),
    rule({ type: "fail", status: 503, code: "ServiceUnavailable" }, 0.01, 2),
    rule({ type: "fail", status: 409, code: "OperationNotAllowed" }, 0.004, 3),
    rule({ type: "throttle", retryAfterSeconds: 1 }, 0.002, 4),
    rule({ type: "drop" }, 0.01, 5),
    rule({ type: "delay", ms: 400 }, 0.02, 6),
    rule({ type: "cut", bytes: 3_000 }, 0.01, 7),
    rule({ type: "reject-token", revoked: false }, 0.003, 8),
    rule({ type: "revoke", bytes: 1_000 }, 0.002, 9),
  ];
}

/** Runs until the signal aborts. Returns how often each kind happened. */
export async function disturb(
  victims: Victims,
  plan: ChaosPlan,
  signal: AbortSignal,
): Promise<Map<Disturbance["kind"], number>> {
  const counts = new Map<Disturbance["kind"], number>();
  for (let at = 0; at < plan.disturbances.length || plan.repeats; at++) {
    const next = plan.disturbances[at % plan.disturbances.length];
    if (next === undefined) break;
    await pause(next.afterMs);
    await progress(victims.parts, signal);
    if (signal.aborted) break;
    victims.say(`disturbance ${at + 1}: ${JSON.stringify(next.what)}`);
    await carryOut(victims, next.what);
    counts.set(next.what.kind, (counts.get(next.what.kind) ?? 0) + 1);
  }
  return counts;
}

/** Waits until jobs have moved on: on a slow machine, engines that never live long enough would prove nothing. */
async function progress(parts: Parts, signal: AbortSignal): Promise<void> {
  const done = async (): Promise<number> =>
    parts.database.db.prisma.jobStep.count({ where: { state: "done" } }).catch(() => 0);
  const deadline = performance.now() + LONGEST_PAUSE_MS;
  const before = await done();
  while (!signal.aborted && performance.now() < deadline) {
    if ((await done()) >= before + STEPS_BETWEEN) return;
    await pause(200);
  }
}

async function carryOut({ parts, killPortal }: Victims, what: Disturbance): Promise<void> {
  switch (what.kind) {
    case "kill-engine":
      return parts.killEngine(what.which, what.downMs);
    case "kill-postgres":
      return parts.database.kill(what.downMs);
    case "kill-portal":
      return killPortal(what.downMs);
    case "stop-azurite":
      return parts.stopAzurite(what.downMs);
    case "cut":
      return parts.proxies[what.target].cut();
    case "refuse":
    case "lose-answers":
    case "slow":
      return disturbConnections(parts, what);
    case "hang":
      return hang(parts, what.seed);
    case "upkeep":
      return upkeep(parts);
    case "pass-time":
      if (parts.aheadMs < MOST_HOURS * 3_600_000) await patiently(() => parts.passTime(what.hours));
      return;
    default:
      return what satisfies never;
  }
}

async function disturbConnections(
  parts: Parts,
  what: Extract<Disturbance, { kind: "refuse" | "lose-answers" | "slow" }>,
): Promise<void> {
  const proxy = parts.proxies[what.target];
  if (what.kind === "refuse") {
    proxy.refusing = true;
    proxy.cut();
  } else if (what.kind === "lose-answers") proxy.loseAnswers(new Random(what.seed));
  else proxy.delayMs = what.delayMs;
  await pause(what.ms);
  proxy.calm();
}

/** One later call to Azure gets no answer; what it requests is not done. */
async function hang(parts: Parts, seed: number): Promise<void> {
  const skip = new Random(seed).whole(0, 30);
  await parts.localAzure.control.addFault({
    match: { operation: "*" },
    effect: { type: "hang" },
    skip,
    times: 1,
  });
}

async function upkeep(parts: Parts): Promise<void> {
  await patiently(() =>
    inTransaction(parts.database.db, async (tx) => {
      await enqueue(tx, "vault.collect", {});
      await enqueue(tx, "azure.sweep", {});
    }),
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
