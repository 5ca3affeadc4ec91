"use client";
import { useMutation } from "@tanstack/react-query";
import { CircleStop } from "lucide-react";
import { useState } from "react";
import { JobDisks } from "#features/jobs/job-disks.tsx";
import { JobFacts } from "#features/jobs/job-facts.tsx";
import { JobStateBadge } from "#features/jobs/job-status.tsx";
import { JobTimeline } from "#features/jobs/job-timeline.tsx";
import { etaMs, isActive, jobBar } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import { type Liveness, useJob } from "#features/jobs/use-job.ts";
import type { JobView } from "#lib/api-types.ts";
import { formatBytes, formatDuration, percentOf } from "#lib/format.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useThrottled } from "#lib/use-throttled.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Alert } from "#ui/alert.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { ProgressBar } from "#ui/progress-bar.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { useNow } from "#ui/time-ago.tsx";

const crumbs = [{ label: text.title, href: "/jobs" }];

/** One job, moving by itself: timeline of steps, a bar per disk, what went differently, cancel. */
export function JobDetail({ id }: { id: string }) {
  const { job, liveness } = useJob(id);
  if (job.data === undefined) {
    return (
      <Page>
        <PageHeader title={text.detail.id} crumbs={crumbs} />
        {job.error === null ? (
          <Card>
            <SkeletonLines lines={6} />
          </Card>
        ) : (
          <ErrorState error={job.error} retrying={job.isFetching} onRetry={() => void job.refetch()} />
        )}
      </Page>
    );
  }
  return <LoadedJob job={job.data} liveness={liveness} />;
}

function LoadedJob({ job, liveness }: { job: JobView; liveness: Liveness }) {
  return (
    <Page>
      <PageHeader
        title={text.detail.title(text.kinds[job.kind], job.vm?.name ?? null)}
        crumbs={crumbs}
        status={
          <>
            <JobStateBadge job={job} />
            <LivenessMark liveness={liveness} />
          </>
        }
        actions={<JobActions job={job} />}
      />
      <div className="flex flex-col gap-4">
        {job.cancelAskedAt !== null && isActive(job.state) ? (
          <Alert tone="warn" title={text.detail.cancelAsked} />
        ) : null}
        {job.error === null ? null : (
          <Alert
            tone={isActive(job.state) ? "warn" : "bad"}
            title={`${isActive(job.state) ? text.detail.retryTitle : text.detail.failedTitle} (${job.error.code})`}
          >
            <p>{job.error.message}</p>
            {job.error.action === null ? null : <p>{job.error.action}</p>}
          </Alert>
        )}
        {job.warningList.map((warning) => (
          <Alert key={`${warning.code}-${warning.message}`} tone="warn" title={warning.message}>
            {warning.action}
          </Alert>
        ))}
        {isActive(job.state) ? <WholeProgress job={job} /> : null}
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <Card title={text.detail.timeline} id="timeline">
            <JobTimeline job={job} />
          </Card>
          <div className="flex min-w-0 flex-col gap-4">
            {job.kind === "delete-point" || job.kind === "verify" ? null : (
              <Card title={text.detail.disks} id="disks" flush>
                <JobDisks kind={job.kind} disks={job.disks} />
              </Card>
            )}
            <Card title={text.detail.facts} id="facts">
              <JobFacts job={job} />
            </Card>
          </div>
        </div>
      </div>
    </Page>
  );
}

function LivenessMark({ liveness }: { liveness: Liveness }) {
  if (liveness === "ended") return null;
  const words = { live: text.detail.live, polling: text.detail.polling, connecting: text.detail.connecting }[
    liveness
  ];
  return (
    <Status
      look="plain"
      tone={liveness === "live" ? "ok" : "idle"}
      icon={liveness === "live" ? "check" : "pending"}
    >
      {words}
    </Status>
  );
}

function WholeProgress({ job }: { job: JobView }) {
  const now = useNow("fast");
  const { done, total } = jobBar(job);
  const percent = percentOf(done, total);
  const left = etaMs(job.disks, now);
  const words =
    total <= 0
      ? text.barUnknown
      : text.barText(formatBytes(job.progress.doneBytes), formatBytes(total), percent);
  const said = useThrottled(words, 5_000);
  return (
    <Card>
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="font-medium tabular">{words}</p>
        <p role="status" className="sr-only">
          {said}
        </p>
        <p className="text-sm text-muted tabular">
          {left === null ? null : text.detail.eta(formatDuration(left))}
        </p>
      </div>
      <ProgressBar
        label={text.detail.progress(job.vm?.name ?? text.kinds[job.kind])}
        done={done}
        total={total}
        text={words}
        moving
        className="h-3"
      />
    </Card>
  );
}

function JobActions({ job }: { job: JobView }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const refusal = useRefusal("backup:run");
  const [asking, setAsking] = useState(false);
  const cancel = useMutation(
    trpc.jobs.cancel.mutationOptions({
      onSuccess: async () => {
        setAsking(false);
        await outcome.done(text.detail.cancelDone);
      },
      onError: outcome.failed(text.detail.cancelFailed),
    }),
  );
  const reason =
    refusal ??
    (job.can.cancel ? null : isActive(job.state) ? text.detail.cancelAsked : text.detail.notActive);
  return (
    <>
      {job.resultPointId === null ? null : (
        <LinkButton tone="primary" href={`/points/${job.resultPointId}`}>
          {text.detail.openPoint}
        </LinkButton>
      )}
      {isActive(job.state) ? (
        <Button
          icon={<CircleStop aria-hidden="true" />}
          disabledReason={reason}
          onClick={() => setAsking(true)}
        >
          {text.detail.cancel}
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={text.detail.cancelTitle}
        description={text.detail.cancelText}
        action={text.detail.keep}
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate({ job: job.id })}
      />
    </>
  );
}
