"use client";
import Link from "next/link";
import { JobProgressBar } from "#features/jobs/job-progress.tsx";
import { JobKindIcon, JobStateBadge } from "#features/jobs/job-status.tsx";
import { jobDuration } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import type { JobRow } from "#lib/api-types.ts";
import { formatDuration } from "#lib/format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import type { Column } from "#ui/data-table.tsx";
import { TimeAgo, useNow } from "#ui/time-ago.tsx";

/** The link that opens a job, with its kind's icon. */
export function JobLink({ job }: { job: JobRow }) {
  return (
    <Link href={`/jobs/${job.id}`} className="inline-flex items-center gap-2 font-medium hover:underline">
      <JobKindIcon kind={job.kind} className="size-4 text-faint" />
      {text.kinds[job.kind]}
    </Link>
  );
}

function Duration({ job }: { job: JobRow }) {
  const now = useNow("fast");
  const duration = jobDuration(job, now);
  return <span suppressHydrationWarning>{duration === null ? "–" : formatDuration(duration)}</span>;
}

/** The columns of a table of jobs; inside one VM's page the VM's own column is left out. */
export function jobColumns(options: {
  readonly withVm: boolean;
  readonly sortable: boolean;
}): readonly Column<JobRow>[] {
  const vm: Column<JobRow> = {
    key: "vm",
    header: text.columns.vm,
    ...(options.sortable ? { sort: "vm" } : {}),
    cell: (job) =>
      job.vm === null ? (
        text.noVm
      ) : (
        <Link href={`/vms/${job.vm.id}`} className="hover:underline">
          {job.vm.name}
        </Link>
      ),
  };
  return [
    { key: "job", header: text.columns.job, isRowHeader: true, cell: (job) => <JobLink job={job} /> },
    ...(options.withVm ? [vm] : []),
    {
      key: "state",
      header: text.columns.state,
      cell: (job) => <JobStateBadge job={job} />,
    },
    {
      key: "progress",
      header: text.columns.progress,
      from: "md",
      className: "w-40",
      cell: (job) => <JobProgressBar job={job} />,
    },
    {
      key: "moved",
      header: text.columns.moved,
      align: "right",
      from: "lg",
      cell: (job) => <ByteSize bytes={job.progress.movedBytes} />,
    },
    {
      key: "started",
      header: text.columns.started,
      ...(options.sortable ? { sort: "createdAt" } : {}),
      cell: (job) => <TimeAgo at={job.startedAt ?? job.createdAt} />,
    },
    {
      key: "duration",
      header: text.columns.duration,
      align: "right",
      from: "lg",
      cell: (job) => <Duration job={job} />,
    },
    {
      key: "trigger",
      header: text.columns.trigger,
      from: "xl",
      cell: (job) =>
        job.actor.kind === "engine" ? (text.triggers[job.trigger] ?? job.trigger) : job.actor.name,
    },
  ];
}
