"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleX, ShieldCheck, ShieldOff, TimerOff } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { useJobColumns } from "#features/jobs/job-columns.tsx";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { Attention, Running } from "#features/overview/lists.tsx";
import { attentionCount, headline } from "#features/overview/overview-view-model.ts";
import { StorageCard } from "#features/overview/storage.tsx";
import { hasTransfers, Transfers } from "#features/overview/transfers.tsx";
import { Wall } from "#features/overview/wall.tsx";
import { usePointColumns } from "#features/points/point-columns.tsx";
import { VmHistory } from "#features/vms/vm-history.tsx";
import type { OverviewView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Card } from "#ui/card.tsx";
import { DataTable } from "#ui/data-table.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Stat } from "#ui/stat.tsx";
import { EmptyState, ErrorState, Skeleton, SkeletonLines } from "#ui/states.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

const ApprovalsNotice = lazy(() => import("#features/approvals/approvals-notice.tsx"));

/** The first page: is everything protected, and what needs attention? */
export function Overview() {
  const t = useTranslations("overview");
  const trpc = useTRPC();
  useLiveJobs();
  const overview = useQuery(trpc.overview.get.queryOptions(undefined, { refetchInterval: every(15_000) }));
  if (overview.data !== undefined) {
    return (
      <>
        {overview.error === null ? null : (
          <Page>
            <ErrorState compact error={overview.error} onRetry={() => void overview.refetch()} />
          </Page>
        )}
        <LoadedOverview view={overview.data} />
      </>
    );
  }
  return (
    <Page>
      <PageHeader
        title={t("title")}
        description={overview.error === null ? <Skeleton className="mt-1 w-72" /> : undefined}
      />
      {overview.error === null ? (
        <LoadingOverview />
      ) : (
        <ErrorState
          error={overview.error}
          retrying={overview.isFetching}
          onRetry={() => void overview.refetch()}
        />
      )}
    </Page>
  );
}

function LoadingOverview() {
  const t = useTranslations("overview");
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
        {[t("stats.protected"), t("stats.atRisk"), t("stats.unprotected"), t("stats.failing")].map(
          (label) => (
            <Stat
              key={label}
              label={label}
              value={<Skeleton className="h-9 w-14" />}
              note={<Skeleton className="w-40" />}
            />
          ),
        )}
      </div>
      <Card>
        <SkeletonLines lines={6} />
      </Card>
    </div>
  );
}

function Stats({ counts }: { counts: OverviewView["vms"] }) {
  const t = useTranslations("overview");
  const unprotected = counts.unprotected + counts.stopped;
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
      <Stat
        label={t("stats.protected")}
        value={counts.protected}
        note={t("stats.protectedNote")}
        tone="ok"
        icon={<ShieldCheck aria-hidden="true" />}
        href="/vms?status=protected"
      />
      <Stat
        label={t("stats.atRisk")}
        value={counts["at-risk"]}
        note={t("stats.atRiskNote")}
        tone={counts["at-risk"] > 0 ? "warn" : "idle"}
        icon={<TimerOff aria-hidden="true" />}
        href="/vms?status=at-risk"
      />
      <Stat
        label={t("stats.unprotected")}
        value={unprotected}
        note={t("stats.unprotectedNote")}
        tone={unprotected > 0 ? "warn" : "idle"}
        icon={<ShieldOff aria-hidden="true" />}
        href="/vms?status=unprotected,stopped"
      />
      <Stat
        label={t("stats.failing")}
        value={counts.failing}
        note={t("stats.failingNote")}
        tone={counts.failing > 0 ? "bad" : "idle"}
        icon={<CircleX aria-hidden="true" />}
        href="/vms?status=failing"
      />
    </div>
  );
}

const listOptions = { withVm: true, sortable: false };
const notOfFailures = ["progress", "moved", "trigger", "duration"];
const notOfRecent = ["kept", "expires", "size"];

const attentionAddress = "/vms?status=failing,at-risk,unprotected";

function LoadedOverview({ view }: { view: OverviewView }) {
  const t = useTranslations("overview");
  const attention = attentionCount(view.vms);
  const failureColumns = useJobColumns(listOptions).filter((column) => !notOfFailures.includes(column.key));
  const recentColumns = usePointColumns(listOptions).filter((column) => !notOfRecent.includes(column.key));
  return (
    <Page>
      <PageHeader
        title={t("title")}
        description={
          <span className="flex flex-wrap items-center gap-x-5 gap-y-2">
            <span className="text-lg text-ink">
              {headline(view.vms, t)}
              {view.raisedCount === 0 ? null : ` ${t("raisedCount", { count: view.raisedCount })}`}
            </span>
            <Wall counts={view.vms} />
          </span>
        }
        actions={
          <span className="text-sm text-faint">
            {t.rich("asOf", { time: () => <TimeAgo at={view.asOf} /> })}
          </span>
        }
      />
      <div className="flex flex-col gap-4">
        <Suspense>
          <ApprovalsNotice />
        </Suspense>
        <Stats counts={view.vms} />
        <div className="grid items-start gap-4 xl:grid-cols-2">
          <Card
            title={t("attention")}
            id="attention"
            flush
            actions={
              attention > view.attention.length ? (
                <MoreLink href={attentionAddress} label={t("attentionAll", { count: attention })} />
              ) : undefined
            }
          >
            <Attention
              raised={view.raised}
              raisedCount={view.raisedCount}
              items={view.attention}
              problems={view.problems}
            />
          </Card>
          <Card
            title={t("running")}
            id="running"
            flush
            actions={<MoreLink href="/jobs" label={t("allJobs")} />}
            footer={hasTransfers(view.transfers) ? <Transfers transfers={view.transfers} /> : undefined}
          >
            <Running jobs={view.running} />
          </Card>
        </div>
        <Card
          title={t("points")}
          id="points"
          flush
          actions={<MoreLink href="/points" label={t("allPoints")} />}
        >
          <DataTable
            label={t("points")}
            columns={recentColumns}
            rows={view.recentPoints}
            rowKey={(point) => point.id}
            empty={<EmptyState title={t("pointsNone")} />}
          />
        </Card>
        <div className="grid gap-4 xl:grid-cols-2">
          <StorageCard storage={view.storage} />
          <Card title={t("history")} id="history">
            <VmHistory days={view.history} />
          </Card>
        </div>
        {view.recentFailures.length === 0 ? null : (
          <Card title={t("failures")} id="failures" flush>
            <DataTable
              label={t("failures")}
              columns={failureColumns}
              rows={view.recentFailures}
              rowKey={(job) => job.id}
              empty={<EmptyState title={t("failuresNone")} />}
            />
          </Card>
        )}
      </div>
    </Page>
  );
}

function MoreLink({ href, label }: { href: string; label: string }) {
  return (
    <Link href={href} className="rounded-sm text-sm font-medium text-accent hover:underline">
      {label}
    </Link>
  );
}
