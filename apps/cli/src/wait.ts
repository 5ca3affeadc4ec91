/** Follows a job to its end. */
import { setTimeout as delay } from "node:timers/promises";
import type { JobView } from "./api-types.ts";
import { patiently } from "./client.ts";
import type { Session } from "./command.ts";
import { type ExitCode, exitCodes } from "./failure.ts";
import { durationOf } from "./format.ts";
import { Progress } from "./progress.ts";
import { jobDoing, jobTitle } from "./words.ts";

const pollMs = 1_000;

/**
 * Returns the job when it has ended, and shows its progress until then. Outlasts a restart of the server.
 * Interrupting it stops the watching, not the job.
 */
export async function waitForJob(jobId: string, { server, terminal, signal }: Session): Promise<JobView> {
  const read = (): Promise<JobView> => server.call((api) => api.jobs.get.query({ job: jobId }));
  let job = await patiently(read, signal);
  const title = jobTitle(job);
  // Without a progress line, this is the only sign of the job until it ends.
  if (!terminal.isLive) terminal.note(`${title}: job ${job.id}`);
  const progress = new Progress(terminal, title);
  for (; job.endedAt === null; job = await patiently(read, signal)) {
    showProgress(job, progress);
    await delay(pollMs, undefined, { signal });
  }
  progress.end();
  return job;
}

function showProgress(job: JobView, progress: Progress): void {
  const { plannedBytes, doneBytes } = job.progress;
  if (job.stage === "transfer" && job.parkedSince === null && plannedBytes > 0) {
    progress.showAmount({ done: doneBytes, total: plannedBytes, bytesPerSecond: rateOf(job) });
    return;
  }
  const stage = job.startedAt === null ? "Queued" : jobDoing(job);
  progress.showStage(`${stage}, ${durationOf(job.startedAt ?? job.createdAt, null, new Date())}`);
}

function rateOf(job: JobView): number | null {
  const rates = job.disks.filter((disk) => disk.state === "running").map((disk) => disk.bytesPerSecond ?? 0);
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
}

/** 1 for a job that failed or was canceled. */
export function exitCodeOfJob(job: JobView): ExitCode {
  return job.state === "failed" || job.state === "cancelled" ? exitCodes.failed : exitCodes.ok;
}

/** How a job ended: one line, then its warnings, or what to do about its error. */
export function jobOutcome(job: JobView): string {
  const title = jobTitle(job);
  switch (job.state) {
    case "succeeded":
    case "warning": {
      const warnings = job.warningList.map((warning) => `\n  Warning: ${warning.message}`).join("");
      return `${title} succeeded.${warnings}`;
    }
    case "failed": {
      if (job.error === null) return `${title} failed.`;
      const { message, action } = job.error;
      return `${title} failed: ${message}${action === null ? "" : `\n  ${action}`}`;
    }
    case "cancelled":
      return `${title} was canceled.`;
    case "queued":
      return `${title} is queued.`;
    case "running":
      return `${title} is running: ${jobDoing(job)}.`;
  }
}
