/**
 * Transfers and outages: parks a transfer, resumes it, or gives it up. Domain's transfer-stage.ts decides; the tasks of a transfer
 * call this when a try failed or when data has moved again.
 */
import {
  appendEvents,
  clearAttention,
  condemnJob,
  loadWorkJob,
  lockTransfer,
  notify,
  parkJob,
  raiseAttention,
  type Tx,
  teamsOfVm,
  unparkJob,
  type WorkJob,
} from "@kluis/db";
import {
  type ErrorInfo,
  errorInfo,
  giveUpMs,
  type JobKind,
  judgeTransfer,
  KluisError,
  limits,
  notice,
  type TransferGiveUpReason,
  type TransferStake,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { FailedTry } from "../runtime/tasks.ts";
import { type JobEvent, toDraft } from "./record.ts";
import { passOn } from "./starving.ts";

/** What happened to the transfer. Null: this is not an outage, and the rule of the task's retries decides. */
export type Parking = { readonly kind: "parked"; readonly pauseMs: number } | { readonly kind: "given-up" };

/** Parks a transfer after a failed try, or gives it up. */
export async function parkTransfer(
  tx: Tx,
  deps: Pick<EngineDeps, "clock">,
  failed: FailedTry & { readonly jobId: string; readonly stakeOf: (job: WorkJob) => TransferStake },
): Promise<Parking | null> {
  const { jobId, error, failedBefore } = failed;
  const state = await lockTransfer(tx, jobId);
  if (state === null || state.isEnding) return null;
  const job = await loadWorkJob(tx, jobId);
  if (job === null) return null;
  const { startedAt, parkedSince, deadlineAt, hasNewerCapture, now } = state;
  const { code, retry, retryAfterMs = null } = error;
  const { kind } = job;
  const facts = { kind, stake: failed.stakeOf(job), error: { code, retry, retryAfterMs }, failedBefore };
  const verdict = judgeTransfer({ ...facts, startedAt, parkedSince, deadlineAt, hasNewerCapture, now });
  switch (verdict.kind) {
    case "continue":
      return null;
    case "park": {
      const { pauseMs } = verdict;
      const info = errorInfo(error);
      const until = new Date(now.getTime() + pauseMs);
      const began = await parkJob(tx, jobId, { error: info, at: now, until });
      await notify(tx, "job", { jobId });
      if (now.getTime() - (parkedSince ?? now).getTime() >= limits.transferHiccupMs)
        await needsAttention(tx, job, info);
      if (began)
        await record(tx, deps, {
          jobId,
          event: { kind: "job.parked", data: { code, message: info.message } },
        });
      return { kind: "parked", pauseMs };
    }
    case "give-up":
      await condemnJob(tx, jobId, errorInfo(givenUp(kind, verdict.reason, errorInfo(error))));
      if (verdict.reason === "superseded") await passOn(tx, { id: jobId, vm: job.vm });
      return { kind: "given-up" };
    default:
      return verdict satisfies never;
  }
}

/** Records that data moves again. Does nothing for a job that is not parked. */
export async function resumeTransfer(tx: Tx, deps: Pick<EngineDeps, "clock">, jobId: string): Promise<void> {
  if (!(await unparkJob(tx, jobId))) return;
  await clearAttention(tx, attentionKey(jobId));
  await record(tx, deps, { jobId, event: { kind: "job.resumed" } });
}

function attentionKey(jobId: string): `transfer:${string}` {
  return `transfer:${jobId}`;
}

/** An outage that lasts longer than a hiccup is shown until the transfer moves again or its job ends. */
async function needsAttention(tx: Tx, { id, kind, vm }: WorkJob, error: ErrorInfo): Promise<void> {
  if (vm === null) return;
  const said = notice(parkedNotice(kind), { vm: vm.name });
  const about = { key: attentionKey(id), kind: "transfer", vmId: vm.id } as const;
  await raiseAttention(tx, { ...about, notice: said, error });
}

function parkedNotice(kind: JobKind): "transfer-parked" | "restore-parked" | "copy-parked" {
  if (kind === "restore-disk") return "restore-parked";
  return kind === "copy-point" ? "copy-parked" : "transfer-parked";
}

async function record(
  tx: Tx,
  deps: Pick<EngineDeps, "clock">,
  { jobId, event }: { readonly jobId: string; readonly event: JobEvent },
): Promise<void> {
  const job = await loadWorkJob(tx, jobId);
  if (job === null) return;
  const teamIds = job.vm === null ? [] : await teamsOfVm(tx, job.vm.id);
  await appendEvents(tx, deps.clock, [toDraft(event, job, teamIds)]);
}

/** The error of a transfer that is given up. `cause`: the outage that stopped it; null when it had not started. */
export function givenUp(kind: JobKind, reason: TransferGiveUpReason, cause: ErrorInfo | null): KluisError {
  const params = { cause: cause?.message ?? "", causeCode: cause?.code ?? null };
  if (reason === "expired") {
    const days = giveUpMs(kind) / 86_400_000;
    if (kind === "restore-disk") {
      return new KluisError("TRANSFER_GIVEN_UP", {
        reason: "restore-expired",
        message: `An outage stopped the restore for ${days} days: ${params.cause}`,
        action: "Correct the cause, then start the restore again.",
        params: { ...params, days },
      });
    }
    if (kind === "copy-point") {
      return new KluisError("TRANSFER_GIVEN_UP", {
        reason: "copy-expired",
        message: `An outage stopped the second copy for ${days} days: ${params.cause}`,
        action: "Correct the cause. The copy is then made again automatically.",
        params: { ...params, days },
      });
    }
    return new KluisError("TRANSFER_GIVEN_UP", {
      reason: "expired",
      message: `An outage stopped the transfer for ${days} days: ${params.cause}`,
      action: "Correct the cause, then start a backup.",
      params: { ...params, days },
    });
  }
  if (cause === null) {
    return new KluisError("TRANSFER_GIVEN_UP", {
      reason: "not-started",
      message: "The transfer had not started when a newer snapshot of the VM was complete.",
      action: "Run more engines, or back up this VM less often.",
    });
  }
  return new KluisError("TRANSFER_GIVEN_UP", {
    reason: "superseded",
    message: `An outage stopped the transfer, and a newer snapshot replaced it. The outage: ${params.cause}`,
    action: "No action needed if the newer backup succeeds.",
    params,
  });
}
