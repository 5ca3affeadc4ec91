/** The timeline of a job as the engine writes it: its steps, warnings, failure and end. */
import {
  type EndedJobState,
  type ErrorInfo,
  endedError,
  failureParams,
  type JobStage,
  type JobStep,
  jobSteps,
  type Notice,
  notice,
  noticeText,
  openJobStates,
  retryDetail,
  type StepState,
  storableJson,
} from "@kluis/domain";
import { clearAttention } from "../attention/write.ts";
import { newId } from "../ids.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { settleDeadline } from "./deadline.ts";
import type { WorkJob } from "./work.ts";

/**
 * Takes a job from queued to running and adds its steps. Returns false when it runs already or has ended.
 * @param start.vaultId the vault that the job writes or reads
 */
export async function startWorkJob(
  tx: Tx,
  job: WorkJob,
  start: { readonly at: Date; readonly vaultId?: string },
): Promise<boolean> {
  const { at, vaultId } = start;
  const { count } = await tx.job.updateMany({
    where: { id: job.id, state: "queued" },
    data: {
      state: "running",
      startedAt: at,
      stage: jobSteps[job.kind][0],
      ...(vaultId === undefined ? {} : { vaultId }),
    },
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

/** The two columns of a sentence: the notice, and its English text. */
function sentence(said: Notice): { readonly message: string; readonly notice: ReturnType<typeof toJson> } {
  return { message: noticeText(said), notice: toJson(said) };
}

export interface StepChange {
  readonly name: JobStep;
  readonly state: StepState;
  readonly notice?: Notice;
  /** JSON facts for the timeline; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Changes a step. Keeps its first start, sets its end when the new state is final; the job's stage follows a running step. */
export async function changeStep(tx: Tx, jobId: string, change: StepChange): Promise<void> {
  const { name, state, notice: said, detail, at } = change;
  const where = { jobId_name: { jobId, name } };
  const before = await tx.jobStep.findUnique({ where, select: { startedAt: true } });
  const isOver = state === "done" || state === "skipped" || state === "failed";
  await tx.jobStep.update({
    where,
    data: {
      state,
      ...(said === undefined ? {} : sentence(said)),
      // What a try before left there is not of the end.
      ...(detail === undefined && !isOver ? {} : { detail: toJson(detail ?? {}) }),
      ...(before?.startedAt ? {} : { startedAt: at }),
      endedAt: isOver ? at : null,
    },
  });
  if (state === "running") await tx.job.update({ where: { id: jobId }, data: { stage: name } });
}

interface StepNotice extends Pick<StepChange, "detail"> {
  readonly jobId: string;
  readonly name: JobStep;
  readonly notice: Notice;
}

/** Sets the sentence that a step shows while it waits, or when it fails. */
export async function setStepNotice(
  tx: Tx,
  { jobId, name, notice: said, detail }: StepNotice,
): Promise<void> {
  const data = { ...sentence(said), ...(detail === undefined ? {} : { detail: toJson(detail) }) };
  await tx.jobStep.updateMany({ where: { jobId, name, message: { not: data.message } }, data });
}

/** Counts a failed try of the running step and shows its error. */
export async function countRetry(tx: Tx, jobId: string, error: ErrorInfo): Promise<void> {
  await tx.jobStep.updateMany({
    where: { jobId, state: "running" },
    data: {
      attempt: { increment: 1 },
      ...sentence(notice("step-retrying", failureParams(error))),
      detail: toJson(retryDetail(error)),
    },
  });
  await tx.job.updateMany({
    where: { id: jobId, state: { in: [...openJobStates] } },
    data: { attempt: { increment: 1 } },
  });
}

export async function setStage(tx: Tx, jobId: string, stage: JobStage): Promise<void> {
  await tx.job.updateMany({ where: { id: jobId, stage: { not: stage } }, data: { stage } });
}

/** Records why a job fails; the first error wins. Nothing tries again: the task cleans up and ends the job. */
export async function condemnJob(tx: Tx, jobId: string, error: ErrorInfo): Promise<boolean> {
  const rows = await tx.$executeRaw`
    UPDATE "Job" SET error = ${jsonText(endedError(error))}::jsonb
    WHERE id = ${jobId}::uuid AND error IS NULL AND state IN (${wordsSql(openJobStates)})`;
  return rows > 0;
}

/** Adds a warning to a job, unless it has one with the same code and message. */
export async function addWarning(tx: Tx, jobId: string, warning: ErrorInfo): Promise<void> {
  const same = jsonText([{ code: warning.code, message: warning.message }]);
  await tx.$executeRaw`
    UPDATE "Job" SET warnings = warnings || ${jsonText([warning])}::jsonb
    WHERE id = ${jobId}::uuid AND NOT warnings @> ${same}::jsonb`;
}

/** JSON for a raw statement, without the characters that jsonb refuses. */
function jsonText(value: unknown): string {
  return JSON.stringify(storableJson(value));
}

export interface JobEnd {
  readonly state: EndedJobState;
  readonly stage: JobStage;
  readonly at: Date;
  /** Steps that were not reached but whose work the clean-up did. */
  readonly cleanedUp?: Partial<Readonly<Record<JobStep, Notice>>>;
}

/** Ends a job and its open steps and disks. Returns false when it has ended already. */
export async function endJob(tx: Tx, jobId: string, end: JobEnd): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id: jobId, state: { in: [...openJobStates] } },
    data: {
      state: end.state,
      stage: end.stage,
      endedAt: end.at,
      parkedSince: null,
      parkedUntil: null,
      parkedError: toJsonOrNull(null),
      // A job whose result was durable before an error condemned it goes on to its end, and did not fail.
      ...(end.state === "succeeded" || end.state === "warning" ? { error: toJsonOrNull(null) } : {}),
    },
  });
  if (count === 0) return false;
  await clearAttention(tx, `transfer:${jobId}`);
  await settleDeadline(tx, jobId);
  switch (end.state) {
    case "succeeded":
    case "warning":
      await tx.jobStep.updateMany({
        where: { jobId, state: "running" },
        data: { state: "done", endedAt: end.at },
      });
      await tx.jobStep.updateMany({ where: { jobId, state: "waiting" }, data: { state: "skipped" } });
      return true;
    case "failed":
    case "cancelled":
      await endOpenSteps(tx, jobId, { ...end, state: end.state });
      await tx.jobDisk.updateMany({
        where: { jobId, state: { not: "done" } },
        data: { state: "failed", endedAt: end.at },
      });
      return true;
    default:
      return end.state satisfies never;
  }
}

/** A failed job's running step failed; a canceled job's was only stopped. */
async function endOpenSteps(
  tx: Tx,
  jobId: string,
  end: JobEnd & { readonly state: "failed" | "cancelled" },
): Promise<void> {
  for (const [name, said] of Object.entries(end.cleanedUp ?? {})) {
    await tx.jobStep.updateMany({
      where: { jobId, name, state: "waiting" },
      data: { state: "done", ...sentence(said), startedAt: end.at, endedAt: end.at },
    });
  }
  const isFailed = end.state === "failed";
  await tx.jobStep.updateMany({
    where: { jobId, state: "running" },
    data: isFailed
      ? { state: "failed", endedAt: end.at }
      : { state: "skipped", endedAt: end.at, ...sentence(notice("step-canceled", {})) },
  });
  await tx.jobStep.updateMany({
    where: { jobId, state: "waiting" },
    data: {
      state: "skipped",
      ...sentence(notice(isFailed ? "step-not-reached-failed" : "step-not-reached-canceled", {})),
    },
  });
}
