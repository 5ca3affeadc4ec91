/** Jobs as the engine works on them: load, timeline, memory, end. Each function takes the caller's transaction. */
import {
  type Actor,
  actorSchema,
  type ErrorInfo,
  type JobKind,
  type JobState,
  jobKinds,
  jobStates,
  jobSteps,
  KluisError,
  type PolicyDocument,
  policyDocumentSchema,
  type StepState,
  stepStates,
} from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";

export interface WorkStep {
  readonly name: string;
  readonly ordinal: number;
  readonly state: StepState;
  readonly attempt: number;
}

export interface WorkVm {
  readonly id: string;
  readonly resourceId: string;
  readonly azureVmId: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly osType: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface WorkPolicy {
  readonly versionId: string;
  readonly policyId: string;
  readonly name: string;
  readonly version: number;
  readonly document: PolicyDocument;
}

/** A job with what its steps need to decide. */
export interface WorkJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly trigger: string;
  readonly actor: Actor;
  readonly parameters: unknown;
  readonly memory: unknown;
  readonly pointId: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly dueAt: Date | null;
  readonly deadlineAt: Date | null;
  readonly cancelAskedAt: Date | null;
  readonly attempt: number;
  readonly error: ErrorInfo | null;
  readonly warnings: readonly ErrorInfo[];
  readonly vm: WorkVm | null;
  readonly policy: WorkPolicy | null;
  readonly steps: readonly WorkStep[];
}

const errorInfoSchema = z.custom<ErrorInfo>(
  (value) => z.object({ code: z.string(), message: z.string() }).safeParse(value).success,
);
const tagsSchema = z.record(z.string(), z.string());

/** Loads a job with its VM, policy version and timeline, or null when there is no such job. */
export async function loadWorkJob(tx: Tx, jobId: string): Promise<WorkJob | null> {
  const row = await tx.job.findUnique({
    where: { id: jobId },
    include: {
      vm: { omit: { configuration: true, disks: true } },
      policyVersion: { include: { policy: { select: { id: true, name: true } } } },
      steps: {
        orderBy: { ordinal: "asc" },
        select: { name: true, ordinal: true, state: true, attempt: true },
      },
    },
  });
  if (row === null) return null;
  const { policyVersion, vm } = row;
  return {
    id: row.id,
    kind: z.enum(jobKinds).parse(row.kind),
    state: z.enum(jobStates).parse(row.state),
    trigger: row.trigger,
    actor: actorSchema.parse(row.actor),
    parameters: row.parameters,
    memory: row.memory,
    pointId: row.pointId,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    dueAt: row.dueAt,
    deadlineAt: row.deadlineAt,
    cancelAskedAt: row.cancelAskedAt,
    attempt: row.attempt,
    error: row.error === null ? null : errorInfoSchema.parse(row.error),
    warnings: z.array(errorInfoSchema).parse(row.warnings),
    vm: vm === null ? null : { ...vm, tags: tagsSchema.parse(vm.tags) },
    policy:
      policyVersion === null
        ? null
        : {
            versionId: policyVersion.id,
            policyId: policyVersion.policy.id,
            name: policyVersion.policy.name,
            version: policyVersion.version,
            document: policyDocumentSchema.parse(policyVersion.document),
          },
    steps: row.steps.map((step) => ({ ...step, state: z.enum(stepStates).parse(step.state) })),
  };
}

/** Takes the job from queued to running and lays out its timeline. False when it runs already or has ended. */
export async function startWorkJob(tx: Tx, job: WorkJob, at: Date): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id: job.id, state: "queued" },
    data: { state: "running", startedAt: at, stage: jobSteps[job.kind][0] },
  });
  if (count === 0) return false;
  await tx.jobStep.createMany({
    data: jobSteps[job.kind].map((name, ordinal) => ({
      id: newId(),
      jobId: job.id,
      name,
      ordinal,
      state: "waiting",
    })),
    skipDuplicates: true,
  });
  return true;
}

export interface StepChange {
  readonly name: string;
  readonly state: StepState;
  readonly message?: string;
  /** JSON facts for the timeline; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Changes a row of the timeline. Its start is written once, its end when it ends; the job's stage follows a running step. */
export async function changeStep(tx: Tx, jobId: string, change: StepChange): Promise<void> {
  const { name, state, message, detail, at } = change;
  const where = { jobId_name: { jobId, name } };
  const before = await tx.jobStep.findUnique({ where, select: { startedAt: true } });
  const ended = state === "done" || state === "skipped" || state === "failed";
  await tx.jobStep.update({
    where,
    data: {
      state,
      ...(message === undefined ? {} : { message }),
      ...(detail === undefined ? {} : { detail: asJson(detail) }),
      ...(before?.startedAt ? {} : { startedAt: at }),
      endedAt: ended ? at : null,
    },
  });
  if (state === "running") await tx.job.update({ where: { id: jobId }, data: { stage: name } });
}

/** What the person sees while a step waits. */
export async function setStepMessage(
  tx: Tx,
  { jobId, name, message }: { jobId: string; name: string; message: string },
): Promise<void> {
  await tx.jobStep.updateMany({ where: { jobId, name, message: { not: message } }, data: { message } });
}

/** The running step is tried again after a failure. */
export async function countRetry(tx: Tx, jobId: string, message: string): Promise<void> {
  await tx.jobStep.updateMany({
    where: { jobId, state: "running" },
    data: { attempt: { increment: 1 }, message },
  });
  await tx.job.updateMany({
    where: { id: jobId, state: { in: ["queued", "running"] } },
    data: { attempt: { increment: 1 } },
  });
}

export async function saveMemory(
  tx: Tx,
  jobId: string,
  memory: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.job.update({ where: { id: jobId }, data: { memory: asJson(memory) } });
}

export async function setStage(tx: Tx, jobId: string, stage: string): Promise<void> {
  await tx.job.updateMany({ where: { id: jobId, stage: { not: stage } }, data: { stage } });
}

/** Writes down why the job fails; the first reason stays. Whoever carries the job then cleans up and ends it. */
export async function condemnJob(tx: Tx, jobId: string, error: ErrorInfo): Promise<boolean> {
  const rows = await tx.$executeRaw`
    UPDATE "Job" SET error = ${JSON.stringify(error)}::jsonb
    WHERE id = ${jobId}::uuid AND error IS NULL AND state IN ('queued', 'running')`;
  return rows > 0;
}

/** Adds a warning that the person shall see with the job; the same code and message once only. */
export async function addWarning(tx: Tx, jobId: string, warning: ErrorInfo): Promise<void> {
  const one = JSON.stringify([{ code: warning.code, message: warning.message }]);
  await tx.$executeRaw`
    UPDATE "Job" SET warnings = warnings || ${JSON.stringify([warning])}::jsonb
    WHERE id = ${jobId}::uuid AND NOT warnings @> ${one}::jsonb`;
}

export interface JobEnd {
  readonly state: "succeeded" | "warning" | "failed" | "cancelled";
  readonly stage: string;
  readonly at: Date;
}

/** Ends a job once: false when it has ended already. Steps that did not end are marked, its disks too. */
export async function endJob(tx: Tx, jobId: string, end: JobEnd): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id: jobId, state: { in: ["queued", "running"] } },
    data: { state: end.state, stage: end.stage, endedAt: end.at },
  });
  if (count === 0) return false;
  const bad = end.state === "failed" || end.state === "cancelled";
  await tx.jobStep.updateMany({
    where: { jobId, state: "running" },
    data: { state: bad ? "failed" : "done", endedAt: end.at },
  });
  await tx.jobStep.updateMany({
    where: { jobId, state: "waiting" },
    data: {
      state: "skipped",
      message: bad ? `Not reached: the job ${end.state === "failed" ? "failed" : "was cancelled"}.` : "",
    },
  });
  if (bad) {
    await tx.jobDisk.updateMany({
      where: { jobId, state: { not: "done" } },
      data: { state: "failed", endedAt: end.at },
    });
  }
  return true;
}

export interface JobFlags {
  readonly state: JobState;
  /** The job shall end without finishing. */
  readonly ending: boolean;
}

/** The little that a running segment must know; null when there is no such job. */
export async function readJobFlags(tx: Tx, jobId: string): Promise<JobFlags | null> {
  const row = await tx.job.findUnique({
    where: { id: jobId },
    select: { state: true, cancelAskedAt: true, error: true },
  });
  if (row === null) return null;
  return {
    state: z.enum(jobStates).parse(row.state),
    ending: row.cancelAskedAt !== null || row.error !== null,
  };
}

/** Jobs that have not ended, oldest first: what a starting engine looks after. */
export async function listOpenJobs(tx: Tx): Promise<{ id: string; kind: JobKind }[]> {
  const rows = await tx.job.findMany({
    where: { state: { in: ["queued", "running"] } },
    orderBy: { createdAt: "asc" },
    select: { id: true, kind: true },
  });
  return rows.map(({ id, kind }) => ({ id, kind: z.enum(jobKinds).parse(kind) }));
}

/** Our JSON facts as Prisma wants them. @throws KluisError INTERNAL when the value is no JSON. */
export function asJson(value: unknown): Prisma.InputJsonValue {
  const parsed = z.json().safeParse(JSON.parse(JSON.stringify(value ?? {})));
  if (parsed.success && parsed.data !== null) return parsed.data as Prisma.InputJsonValue;
  throw new KluisError("INTERNAL", { message: "A value cannot be stored as JSON." });
}

/** Times after `after` whose occurrence of this protection is recorded, in milliseconds since 1970. */
export async function listOccurrenceTimes(tx: Tx, protectionId: string, after: Date): Promise<number[]> {
  const rows = await tx.occurrence.findMany({
    where: { protectionId, dueAt: { gt: after } },
    select: { dueAt: true },
  });
  return rows.map(({ dueAt }) => dueAt.getTime());
}

/** VMs whose backup has not ended. */
export async function listVmsInBackup(tx: Tx): Promise<Set<string>> {
  const rows = await tx.job.findMany({
    where: { kind: "backup", state: { in: ["queued", "running"] }, vmId: { not: null } },
    select: { vmId: true },
  });
  return new Set(rows.flatMap(({ vmId }) => vmId ?? []));
}

/** Jobs, of these, that have not ended. */
export async function listOpenAmong(tx: Tx, jobIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.job.findMany({
    where: { id: { in: [...jobIds] }, state: { in: ["queued", "running"] } },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}
