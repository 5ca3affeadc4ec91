/** Starting jobs. */
import {
  type Actor,
  type Clock,
  type JobKind,
  type JobTrigger,
  jobTask,
  KluisError,
  openJobStates,
} from "@kluis/domain";
import type { Prisma } from "../../generated/client.ts";
import { isUniqueViolation } from "../errors.ts";
import { notify } from "../events/listen.ts";
import { newId } from "../ids.ts";
import { toJson } from "../json.ts";
import { enqueue } from "../queue/enqueue.ts";
import type { Tx } from "../tx.ts";

export interface NewJob {
  readonly kind: JobKind;
  readonly vmId: string | null;
  readonly pointId?: string | null;
  readonly policyVersionId?: string | null;
  readonly trigger: JobTrigger;
  readonly actor: Actor;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly dueAt?: Date | null;
  readonly deadlineAt?: Date | null;
  /** Of the task in the queue; the lowest runs first. */
  readonly priority?: number;
}

/**
 * Adds a job, the task that runs it and the notice about it, in the caller's transaction, and
 * returns the job's id. The caller appends the ledger event (`job.created`).
 * @throws KluisError JOB_ALREADY_RUNNING when a backup of the VM has no complete snapshot yet. PostgreSQL then
 * accepts no further statement in the transaction, so check with `openBackupJob` first where this
 * is an expected outcome.
 */
export async function createJob(tx: Tx, job: NewJob, clock: Clock): Promise<string> {
  const id = newId(clock);
  try {
    await tx.job.create({ data: jobRowOf(id, job), select: { id: true } });
  } catch (error) {
    if (isUniqueViolation(error)) throw jobAlreadyRunning(job.vmId, error);
    throw error;
  }
  const { priority } = job;
  await enqueue(tx, jobTask[job.kind], { jobId: id }, priority === undefined ? {} : { priority });
  await notify(tx, "job", { jobId: id });
  return id;
}

/** The row of a new job. */
export function jobRowOf(id: string, job: NewJob): Prisma.JobCreateManyInput {
  return {
    id,
    kind: job.kind,
    vmId: job.vmId,
    pointId: job.pointId ?? null,
    policyVersionId: job.policyVersionId ?? null,
    trigger: job.trigger,
    actor: toJson(job.actor),
    parameters: toJson(job.parameters ?? {}),
    dueAt: job.dueAt ?? null,
    deadlineAt: job.deadlineAt ?? null,
  };
}

function jobAlreadyRunning(vmId: string | null, cause: unknown): KluisError {
  return new KluisError("JOB_ALREADY_RUNNING", {
    message: "A backup of this virtual machine is already running.",
    action: "Wait until it ends, or cancel it first.",
    params: { vmId },
    cause,
  });
}

/**
 * Returns the id of the VM's backup whose snapshot is not complete, or null. Transfers of earlier snapshots do not count. Locks
 * the VM's row until the transaction ends, so that no other transaction starts one before `createJob`.
 */
export async function openBackupJob(tx: Tx, vmId: string): Promise<string | null> {
  await tx.$queryRaw`SELECT id FROM "VirtualMachine" WHERE id = ${vmId}::uuid FOR NO KEY UPDATE`;
  const open = await tx.job.findFirst({
    where: { vmId, kind: "backup", state: { in: [...openJobStates] }, capturedAt: null },
    select: { id: true },
  });
  return open?.id ?? null;
}
