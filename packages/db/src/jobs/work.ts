/** Jobs as the engine runs them: load one with its context, keep its memory, list the open ones. */
import {
  type Actor,
  actorSchema,
  type ErrorInfo,
  type JobKind,
  type JobStage,
  type JobState,
  type JobStep,
  jobKinds,
  jobStages,
  jobStates,
  jobStepNames,
  openJobStates,
  type PolicyDocument,
  type StepState,
  stepStates,
  storedPolicyDocumentSchema,
} from "@kluis/domain";
import { z } from "zod";
import { toJson } from "../json.ts";
import type { Tx } from "../tx.ts";

export interface WorkStep {
  readonly name: JobStep;
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
  /** No newer version of the policy was saved. */
  readonly isCurrent: boolean;
}

/** A job with everything that its steps need to decide. */
export interface WorkJob {
  readonly id: string;
  /** Changes of the job apply to this version only: jobs/fence.ts. */
  readonly version: number;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly stage: JobStage;
  readonly trigger: string;
  readonly actor: Actor;
  readonly parameters: unknown;
  readonly memory: unknown;
  readonly pointId: string | null;
  /** The vault that the job writes or reads; null until it starts. */
  readonly vaultId: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly dueAt: Date | null;
  readonly deadlineAt: Date | null;
  /** When the snapshot of a backup was complete. */
  readonly capturedAt: Date | null;
  /** A transfer that an outage stopped tries again then. */
  readonly parkedUntil: Date | null;
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

/** Loads a job with its VM, policy version and timeline; null when it does not exist. */
export async function loadWorkJob(tx: Tx, jobId: string): Promise<WorkJob | null> {
  const row = await tx.job.findUnique({
    where: { id: jobId },
    include: {
      vm: { omit: { configuration: true, disks: true } },
      policyVersion: { include: { policy: { select: { id: true, name: true, currentVersion: true } } } },
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
    version: row.version,
    kind: z.enum(jobKinds).parse(row.kind),
    state: z.enum(jobStates).parse(row.state),
    stage: z.enum(jobStages).parse(row.stage),
    trigger: row.trigger,
    actor: actorSchema.parse(row.actor),
    parameters: row.parameters,
    memory: row.memory,
    pointId: row.pointId,
    vaultId: row.vaultId,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    dueAt: row.dueAt,
    deadlineAt: row.deadlineAt,
    capturedAt: row.capturedAt,
    parkedUntil: row.parkedUntil,
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
            document: storedPolicyDocumentSchema.parse(policyVersion.document),
            isCurrent: policyVersion.version === policyVersion.policy.currentVersion,
          },
    steps: row.steps.map((step) => ({
      ...step,
      name: z.enum(jobStepNames).parse(step.name),
      state: z.enum(stepStates).parse(step.state),
    })),
  };
}

/** Replaces the job's memory. The caller holds the version that it read: jobs/fence.ts. */
export async function saveMemory(
  tx: Tx,
  jobId: string,
  memory: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.job.update({ where: { id: jobId }, data: { memory: toJson(memory) } });
}

export interface JobFlags {
  readonly state: JobState;
  /** The job failed or a user canceled it: it will clean up and end. */
  readonly isEnding: boolean;
}

/** The facts that a running segment polls; null when the job does not exist. */
export async function readJobFlags(tx: Tx, jobId: string): Promise<JobFlags | null> {
  const row = await tx.job.findUnique({
    where: { id: jobId },
    select: { state: true, cancelAskedAt: true, error: true },
  });
  if (row === null) return null;
  return {
    state: z.enum(jobStates).parse(row.state),
    isEnding: row.cancelAskedAt !== null || row.error !== null,
  };
}

/** Jobs that have not ended, oldest first. */
export async function listOpenJobs(tx: Tx): Promise<{ id: string; kind: JobKind }[]> {
  const rows = await tx.job.findMany({
    where: { state: { in: [...openJobStates] } },
    orderBy: { createdAt: "asc" },
    select: { id: true, kind: true },
  });
  return rows.map(({ id, kind }) => ({ id, kind: z.enum(jobKinds).parse(kind) }));
}

/** The jobs among these that have not ended. */
export async function listOpenAmong(tx: Tx, jobIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.job.findMany({
    where: { id: { in: [...jobIds] }, state: { in: [...openJobStates] } },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}
