"use client";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { JobLink } from "#features/jobs/job-columns.tsx";
import { JobProgressBar } from "#features/jobs/job-progress.tsx";
import { JobStateBadge } from "#features/jobs/job-status.tsx";
import { TransferLine } from "#features/jobs/job-transfer.tsx";
import { RaisedItem } from "#features/overview/raised-item.tsx";
import { VmStatusBadge } from "#features/vms/vm-status.tsx";
import type { JobRow, OverviewView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useNotice } from "#lib/use-notice.ts";
import { EmptyState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

interface AttentionProps {
  readonly items: OverviewView["attention"];
  readonly problems: OverviewView["problems"];
  readonly raised: OverviewView["raised"];
  readonly raisedCount: number;
}

/** Connections, vaults and subscriptions that do not work, then what was raised, then the VMs that need attention, worst first; each with the reason. */
export function Attention({ items, problems, raised, raisedCount }: AttentionProps) {
  const t = useTranslations("overview");
  const notice = useNotice();
  if (items.length + problems.length + raised.length === 0)
    return <EmptyState title={t("attentionNone")}>{t("attentionNoneText")}</EmptyState>;
  return (
    <ul className="divide-y divide-line">
      {problems.map((problem) => (
        <ProblemItem key={`${problem.kind} ${problem.id}`} problem={problem} />
      ))}
      {raised.map((item) => (
        <RaisedItem key={item.key} item={item} />
      ))}
      {raisedCount > raised.length ? (
        <li className="px-4 py-2.5 text-sm text-muted">
          {t("raisedMore", { count: raisedCount - raised.length })}
        </li>
      ) : null}
      {items.map((item) => (
        <li key={item.vm.id}>
          <Link
            href={`/vms/${item.vm.id}`}
            className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover/60"
          >
            <span className="min-w-0 flex-1">
              <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <span className="font-medium">{item.vm.name}</span>
                <VmStatusBadge status={item.status} />
              </span>
              <span className="block text-sm text-muted">{notice(item.reasonNotice, item.reason)}</span>
              {item.status === "failing" && item.lastError !== null ? (
                <FailureText error={item.lastError} />
              ) : null}
            </span>
            <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-faint" />
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Why the last backup of a VM failed, and what to do. */
function FailureText({ error }: { error: NonNullable<AttentionProps["items"][number]["lastError"]> }) {
  const { message, action } = useErrorView()(error);
  return (
    <>
      <span className="line-clamp-2 text-sm break-words text-muted" title={message}>
        {message}
      </span>
      {action === null ? null : <span className="block text-sm break-words text-muted">{action}</span>}
    </>
  );
}

/** A connection, vault or subscription with its problem, the remedy, and since when. */
function ProblemItem({ problem }: { problem: OverviewView["problems"][number] }) {
  const t = useTranslations("overview");
  const { kind, name, error, since } = problem;
  const { message, action } = useErrorView()(error);
  const isPart = kind === "inventory";
  return (
    <li>
      <Link
        href={`/settings?tab=${kind === "vault" ? "vaults" : "connections"}`}
        className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover/60"
      >
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <span className="font-medium">
              {t(`problems.${kind}`)} <span data-value>{name}</span>
            </span>
            <Status tone={isPart ? "warn" : "bad"} icon={isPart ? "warning" : "cross"}>
              {t(`problemStates.${kind}`)}
            </Status>
          </span>
          <span className="block text-sm break-words text-muted">
            {message} {action}
          </span>
          {since === null ? null : (
            <span className="block text-sm text-faint">
              {t.rich("since", { time: () => <TimeAgo at={since} /> })}
            </span>
          )}
        </span>
        <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-faint" />
      </Link>
    </li>
  );
}

/** The running jobs, each with a progress bar. */
export function Running({ jobs }: { jobs: readonly JobRow[] }) {
  const t = useTranslations("overview");
  if (jobs.length === 0) return <EmptyState title={t("runningNone")}>{t("runningNoneText")}</EmptyState>;
  return (
    <ul className="divide-y divide-line">
      {jobs.map((job) => (
        <li key={job.id} className="flex flex-col gap-1.5 px-4 py-2.5">
          <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
            <span className="flex min-w-0 items-center gap-2">
              <JobLink job={job} />
              {job.vm === null ? null : (
                <Link href={`/vms/${job.vm.id}`} className="truncate text-muted hover:underline">
                  {job.vm.name}
                </Link>
              )}
            </span>
            <JobStateBadge job={job} />
          </div>
          <JobProgressBar job={job} />
          <TransferLine job={job} />
        </li>
      ))}
    </ul>
  );
}
