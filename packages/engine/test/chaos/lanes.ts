/** What the owners of the VMs do during a chaos run: each VM has a lane, whose operations follow one another. */
import { askJobToCancel, createJob, inTransaction, openBackupJob } from "@kluis/db";
import { diskKeyOf, engineActor } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { GROUP } from "../world.ts";
import { patiently } from "./database.ts";
import { diskDigest, type Expected, type Guest, write } from "./fleet.ts";
import type { Parts } from "./parts.ts";
import type { Operation } from "./plan.ts";

/** How an operation ended: the state of its job, `nothing` when there was no point, or `open`: its limit passed; the job continues, and the checks wait for it. */
export interface Outcome {
  readonly kind: Operation["kind"];
  readonly vm: string;
  readonly jobId: string | null;
  readonly end: string;
}

export interface LaneContext {
  readonly parts: Parts;
  readonly expected: Expected;
  readonly outcomes: Outcome[];
  readonly problems: string[];
  readonly operationLimitMs: number;
  readonly say: (line: string) => void;
}

type Kind = "backup" | "restore-disk" | "delete-point";
type NewJob = {
  kind: Kind;
  pointId?: string;
  policyVersionId?: string;
  parameters?: Record<string, unknown>;
};

export async function runLane(context: LaneContext, guest: Guest): Promise<void> {
  for (const [index, operation] of guest.plan.operations.entries()) {
    const outcome = await runOperation(context, guest, { operation, index });
    context.outcomes.push(outcome);
    context.say(`${outcome.vm} ${index + 1} ${outcome.kind}: ${outcome.end}`);
  }
}

function runOperation(
  context: LaneContext,
  guest: Guest,
  { operation, index }: { operation: Operation; index: number },
): Promise<Outcome> {
  switch (operation.kind) {
    case "backup":
      return backUp(context, guest, operation);
    case "restore":
      return restore(context, guest, { pick: operation.pick, index });
    case "delete":
      return deletePoint(context, guest, operation.pick);
    default:
      return operation satisfies never;
  }
}

async function backUp(
  context: LaneContext,
  guest: Guest,
  { writes, cancelAfterMs }: Extract<Operation, { readonly kind: "backup" }>,
): Promise<Outcome> {
  const half = Math.ceil(writes.length / 2);
  await captured(context, guest);
  await write(context.parts, guest, writes.slice(0, half));
  const { content, policyVersionId } = guest;
  const jobId = await start(context, guest, { kind: "backup", policyVersionId });
  context.expected.set(jobId, { guest, content });
  if (cancelAfterMs !== null) {
    await pause(cancelAfterMs);
    const { db } = context.parts.database;
    const job = { id: jobId, kind: "backup" } as const;
    await patiently(() => inTransaction(db, (tx) => askJobToCancel(tx, job, context.parts)));
  }
  // The guest also writes while the data moves.
  await captured(context, guest);
  await write(context.parts, guest, writes.slice(half));
  return { kind: "backup", vm: guest.plan.name, jobId, end: await ended(context, jobId) };
}

/** Waits until no backup of the VM may still take its snapshot. */
async function captured({ parts }: LaneContext, { vmId }: Guest): Promise<void> {
  const where = { vmId, kind: "backup", state: { in: ["queued", "running"] }, capturedAt: null };
  for (;;) {
    const open = await patiently(() => parts.database.db.prisma.job.findFirst({ where }));
    if (open === null) return;
    await pause(200);
  }
}

async function restore(
  context: LaneContext,
  guest: Guest,
  { pick, index }: { pick: number; index: number },
): Promise<Outcome> {
  const point = await choose(context, guest, pick);
  const vm = guest.plan.name;
  if (point === null) return { kind: "restore", vm, jobId: null, end: "nothing" };
  const disk = index % guest.plan.diskBytes.length;
  const name = `${vm}-restored-${index}`;
  const parameters = {
    disk: diskKeyOf(disk === 0 ? "os" : disk - 1),
    name,
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    resourceGroup: GROUP,
    location: "westeurope",
    sku: "Premium_LRS",
  };
  const jobId = await start(context, guest, { kind: "restore-disk", pointId: point.id, parameters });
  const end = await ended(context, jobId);
  if (end === "succeeded" || end === "warning") {
    const wanted = context.expected.get(point.jobId)?.content[disk];
    const found = await diskDigest(context.parts, name);
    if (found !== wanted) context.problems.push(`The restored disk ${name} differs from point ${point.id}.`);
  }
  return { kind: "restore", vm, jobId, end };
}

async function deletePoint(context: LaneContext, guest: Guest, pick: number): Promise<Outcome> {
  const point = await choose(context, guest, pick);
  const vm = guest.plan.name;
  if (point === null) return { kind: "delete", vm, jobId: null, end: "nothing" };
  const job = { kind: "delete-point", pointId: point.id, parameters: { reason: "chaos" } } as const;
  const jobId = await start(context, guest, job);
  return { kind: "delete", vm, jobId, end: await ended(context, jobId) };
}

async function choose(
  { parts }: LaneContext,
  { vmId }: Guest,
  pick: number,
): Promise<{ id: string; jobId: string } | null> {
  const points = await patiently(() =>
    parts.database.db.prisma.recoveryPoint.findMany({
      where: { vmId, state: "available" },
      orderBy: { takenAt: "asc" },
      select: { id: true, jobId: true },
    }),
  );
  return points[Math.floor(pick * points.length)] ?? null;
}

/** Starts a job as the portal does. PostgreSQL may be killed at the commit: then the backup that runs is ours. */
async function start({ parts }: LaneContext, { vmId }: Guest, job: NewJob): Promise<string> {
  const { db } = parts.database;
  const whole = { ...job, vmId, trigger: "manual", actor: engineActor } as const;
  return patiently(() =>
    inTransaction(db, async (tx) => {
      const open = job.kind === "backup" ? await openBackupJob(tx, vmId) : null;
      return open ?? (await createJob(tx, whole, parts));
    }),
  );
}

async function ended({ parts, operationLimitMs }: LaneContext, jobId: string): Promise<string> {
  const deadline = performance.now() + operationLimitMs;
  while (performance.now() < deadline) {
    const job = await patiently(() =>
      parts.database.db.prisma.job.findUniqueOrThrow({ where: { id: jobId }, select: { state: true } }),
    );
    if (!["queued", "running", "cleaning-up"].includes(job.state)) return job.state;
    await pause(100);
  }
  return "open";
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
