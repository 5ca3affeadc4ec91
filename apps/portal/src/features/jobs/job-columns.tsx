"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { JobProgressBar } from "#features/jobs/job-progress.tsx";
import { JobKindIcon, JobStateBadge } from "#features/jobs/job-status.tsx";
import { TransferLine } from "#features/jobs/job-transfer.tsx";
import { elapsedMs } from "#features/jobs/job-view-model.ts";
import type { JobRow } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import type { Column } from "#ui/data-table.tsx";
import { TimeAgo, useNow } from "#ui/time-ago.tsx";

/** The link that opens a job, with the icon of its kind. */
export function JobLink({ job }: { job: JobRow }) {
  const t = useTranslations("jobs");
  return (
    <Link
      href={`/jobs/${job.id}`}
      className="inline-flex items-center gap-2 align-middle font-medium hover:underline"
    >
      <JobKindIcon kind={job.kind} className="size-4 shrink-0 text-faint" />
      {t(`kinds.${job.kind}`)}
    </Link>
  );
}

function Duration({ job }: { job: JobRow }) {
  const format = useFormat();
  const elapsed = elapsedMs(job, useNow("fast"));
  return (
    <span className="whitespace-nowrap" suppressHydrationWarning>
      {elapsed === null ? "–" : format.duration(elapsed)}
    </span>
  );
}

/** The columns of a table of jobs. The page of one VM leaves out the VM. */
export function useJobColumns(options: {
  readonly withVm: boolean;
  readonly sortable: boolean;
}): readonly Column<JobRow>[] {
  const t = useTranslations("jobs");
  const vm: Column<JobRow> = {
    key: "vm",
    header: t("columns.vm"),
    ...(options.sortable ? { sort: "vm" } : {}),
    cell: (job) =>
      job.vm === null ? (
        "–"
      ) : (
        <Link href={`/vms/${job.vm.id}`} className="hover:underline">
          {job.vm.name}
        </Link>
      ),
  };
  return [
    {
      key: "job",
      className: "w-56",
      header: t("columns.job"),
      isRowHeader: true,
      cell: (job) => <JobLink job={job} />,
    },
    ...(options.withVm ? [vm] : []),
    {
      key: "state",
      className: "w-64",
      header: t("columns.state"),
      cell: (job) => (
        <span className="flex flex-col items-start gap-1 max-sm:items-end">
          <JobStateBadge job={job} />
          <TransferLine job={job} />
        </span>
      ),
    },
    {
      key: "progress",
      header: t("columns.progress"),
      from: "md",
      className: "w-40",
      cell: (job) => <JobProgressBar job={job} />,
    },
    {
      key: "moved",
      className: "w-28",
      header: t("columns.moved"),
      align: "right",
      from: "lg",
      cell: (job) => <ByteSize bytes={job.progress.movedBytes} />,
    },
    {
      key: "started",
      header: t("columns.started"),
      className: "w-36",
      ...(options.sortable ? { sort: "createdAt" } : {}),
      cell: (job) => <TimeAgo at={job.startedAt ?? job.createdAt} />,
    },
    {
      key: "duration",
      className: "w-28",
      header: t("columns.duration"),
      align: "right",
      from: "lg",
      cell: (job) => <Duration job={job} />,
    },
    {
      key: "trigger",
      className: "w-36",
      header: t("columns.trigger"),
      from: "xl",
      cell: ({ actor: { kind, name, via }, trigger }) =>
        kind === "engine" ? t(`triggers.${trigger}`) : via === "agent" ? t("agentOf", { name }) : name,
    },
  ];
}
