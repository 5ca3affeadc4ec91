"use client";
import { isOpenJobState, transferWaitOf } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { jobBar, jobBarTone } from "#features/jobs/job-view-model.ts";
import type { JobRow } from "#lib/api-types.ts";
import { percentOf } from "#lib/format.ts";
import { useFormat } from "#lib/use-format.ts";
import { ProgressBar } from "#ui/progress-bar.tsx";

/** The small bar of a job in a list, with its percentage. */
export function JobProgressBar({ job }: { job: JobRow }) {
  const t = useTranslations("jobs");
  const format = useFormat();
  const { done, total } = jobBar(job);
  const percent = format.percent(percentOf(done, total));
  const words =
    total > 0
      ? t("barText", {
          percent,
          done: format.bytes(job.progress.doneBytes),
          total: format.bytes(job.progress.plannedBytes),
        })
      : isOpenJobState(job.state)
        ? t("barUnknown")
        : t("barNone");
  return (
    <span className="flex min-w-24 items-center gap-2">
      <ProgressBar
        label={t("detail.progress", { name: job.vm?.name ?? t(`kinds.${job.kind}`) })}
        done={done}
        total={total}
        text={words}
        tone={jobBarTone(job)}
        moving={job.state === "running" && transferWaitOf(job) === null}
        className="w-full min-w-16 flex-1"
      />
      <span className="w-10 text-right text-xs text-muted tabular" aria-hidden="true">
        {total > 0 ? percent : isOpenJobState(job.state) ? "…" : "–"}
      </span>
    </span>
  );
}
