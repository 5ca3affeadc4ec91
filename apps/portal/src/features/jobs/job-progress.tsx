"use client";
import { barTone, isActive, jobBar } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import type { JobRow } from "#lib/api-types.ts";
import { formatBytes, percentOf } from "#lib/format.ts";
import { ProgressBar } from "#ui/progress-bar.tsx";

/** The small bar of a job in a list, with its percent. */
export function JobProgressBar({ job }: { job: JobRow }) {
  const { done, total } = jobBar(job);
  const active = isActive(job.state);
  const name = text.detail.progress(job.vm?.name ?? text.kinds[job.kind]);
  const words =
    total <= 0
      ? text.barUnknown
      : text.barText(
          formatBytes(job.progress.doneBytes),
          formatBytes(job.progress.plannedBytes),
          percentOf(done, total),
        );
  return (
    <span className="flex min-w-24 items-center gap-2">
      <ProgressBar
        label={name}
        done={done}
        total={total}
        text={words}
        tone={barTone(job.state)}
        moving={job.state === "running"}
        className="w-full min-w-16 flex-1"
      />
      <span className="w-9 text-right text-xs text-muted tabular" aria-hidden="true">
        {total <= 0 ? (active ? "…" : "–") : `${percentOf(done, total)}%`}
      </span>
    </span>
  );
}
