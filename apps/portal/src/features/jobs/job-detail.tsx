"use client";
import { isOpenJobState, transferWaitOf } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { JobActions } from "#features/jobs/job-actions.tsx";
import { JobCapture } from "#features/jobs/job-capture.tsx";
import { JobDisks } from "#features/jobs/job-disks.tsx";
import { JobFacts } from "#features/jobs/job-facts.tsx";
import { JobAlerts } from "#features/jobs/job-failure.tsx";
import { JobResources } from "#features/jobs/job-resources.tsx";
import { JobStateBadge } from "#features/jobs/job-status.tsx";
import { JobTimeline } from "#features/jobs/job-timeline.tsx";
import { elapsedMs, etaMs, jobBar, jobBarTone, jobTitle } from "#features/jobs/job-view-model.ts";
import { type Liveness, useJob } from "#features/jobs/use-job.ts";
import type { JobView } from "#lib/api-types.ts";
import { percentOf } from "#lib/format.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useFormat } from "#lib/use-format.ts";
import { useThrottled } from "#lib/use-throttled.ts";
import { Card } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { ProgressBar } from "#ui/progress-bar.tsx";
import { Status } from "#ui/status.tsx";
import { useNow } from "#ui/time-ago.tsx";

/** One job, kept up to date: its steps, a bar per disk, its alerts and its properties. */
export function JobDetail({ id }: { id: string }) {
  const t = useTranslations("jobs");
  const { job, liveness } = useJob(id);
  return (
    <DetailFrame query={job} kind={t("one")} crumbs={[{ label: t("title"), href: "/jobs" }]}>
      {(data) => <LoadedJob job={data} liveness={liveness} />}
    </DetailFrame>
  );
}

function LoadedJob({ job, liveness }: { job: JobView; liveness: Liveness }) {
  const t = useTranslations("jobs");
  const title = jobTitle(job, t);
  useTabTitle(title);
  return (
    <Page>
      <PageHeader
        title={title}
        crumbs={[{ label: t("title"), href: "/jobs" }]}
        status={
          <>
            <JobStateBadge job={job} />
            <LivenessMark liveness={liveness} />
          </>
        }
        actions={<JobActions job={job} />}
      />
      <div className="flex flex-col gap-4">
        <JobAlerts job={job} />
        {isOpenJobState(job.state) ? <WholeProgress job={job} /> : null}
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <Card title={t("detail.timeline")} id="timeline">
            <JobTimeline job={job} />
          </Card>
          <div className="flex min-w-0 flex-col gap-4">
            {job.kind === "delete-point" || (job.kind === "verify" && job.disks.length === 0) ? null : (
              <Card title={t("detail.disks")} id="disks" flush>
                <JobDisks job={job} />
              </Card>
            )}
            {job.capture === null ? null : (
              <JobCapture capture={job.capture} isOpen={isOpenJobState(job.state)} />
            )}
            {job.resources.length === 0 ? null : (
              <Card title={t("resources.title")} id="resources" flush>
                <JobResources job={job} />
              </Card>
            )}
            <Card title={t("detail.facts")} id="facts">
              <JobFacts job={job} />
            </Card>
          </div>
        </div>
      </div>
    </Page>
  );
}

function LivenessMark({ liveness }: { liveness: Liveness }) {
  const t = useTranslations("jobs");
  if (liveness === "ended") return null;
  return (
    <Status
      look="plain"
      tone={liveness === "live" ? "ok" : "idle"}
      icon={liveness === "live" ? "check" : "pending"}
    >
      {t(`detail.${liveness}`)}
    </Status>
  );
}

function WholeProgress({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  const format = useFormat();
  const now = useNow("fast");
  const { done, total } = jobBar(job);
  const waits = transferWaitOf(job) !== null;
  const left = waits ? null : etaMs(job.disks, now);
  const elapsed = elapsedMs(job, now);
  const words =
    total > 0
      ? t("barText", {
          percent: format.percent(percentOf(done, total)),
          done: format.bytes(job.progress.doneBytes),
          total: format.bytes(total),
        })
      : elapsed === null
        ? t("notStarted")
        : t("barElapsed", { time: format.duration(elapsed) });
  const announced = useThrottled(words, 5_000);
  return (
    <Card>
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="font-medium tabular" suppressHydrationWarning>
          {words}
        </p>
        <p role="status" className="sr-only" suppressHydrationWarning>
          {announced}
        </p>
        <p className="text-sm text-muted tabular">
          {left === null ? null : t("detail.eta", { time: format.duration(left) })}
        </p>
      </div>
      <ProgressBar
        label={t("detail.progress", { name: job.vm?.name ?? t(`kinds.${job.kind}`) })}
        done={done}
        total={total}
        text={words}
        tone={jobBarTone(job)}
        moving={!waits}
        className="h-3"
      />
    </Card>
  );
}
