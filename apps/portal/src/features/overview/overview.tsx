"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleX, ShieldCheck, ShieldOff, TimerOff } from "lucide-react";
import Link from "next/link";
import { jobColumns } from "#features/jobs/job-columns.tsx";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { Attention, Running } from "#features/overview/lists.tsx";
import { overviewMessages as text } from "#features/overview/messages.ts";
import { headline } from "#features/overview/overview-view-model.ts";
import { StorageCard } from "#features/overview/storage.tsx";
import { Wall } from "#features/overview/wall.tsx";
import { pointColumns } from "#features/points/point-columns.tsx";
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

/** The first screen: is everything protected, and what needs me? */
export function Overview() {
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
        title={text.title}
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
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
        {[text.stats.protected, text.stats.atRisk, text.stats.unprotected, text.stats.failing].map(
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
  const unprotected = counts.unprotected + counts.stopped;
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
      <Stat
        label={text.stats.protected}
        value={counts.protected}
        note={text.stats.protectedNote}
        tone="ok"
        icon={<ShieldCheck aria-hidden="true" />}
        href="/vms?status=protected"
      />
      <Stat
        label={text.stats.atRisk}
        value={counts["at-risk"]}
        note={text.stats.atRiskNote}
        tone={counts["at-risk"] > 0 ? "warn" : "idle"}
        icon={<TimerOff aria-hidden="true" />}
        href="/vms?status=at-risk"
      />
      <Stat
        label={text.stats.unprotected}
        value={unprotected}
        note={text.stats.unprotectedNote}
        tone={unprotected > 0 ? "warn" : "idle"}
        icon={<ShieldOff aria-hidden="true" />}
        href="/vms?status=unprotected,stopped"
      />
      <Stat
        label={text.stats.failing}
        value={counts.failing}
        note={text.stats.failingNote}
        tone={counts.failing > 0 ? "bad" : "idle"}
        icon={<CircleX aria-hidden="true" />}
        href="/vms?status=failing"
      />
    </div>
  );
}

const failureColumns = jobColumns({ withVm: true, sortable: false }).filter(
  (column) => !["progress", "moved", "trigger", "duration"].includes(column.key),
);
const recentColumns = pointColumns({ withVm: true, sortable: false }).filter(
  (column) => !["kept", "expires", "size"].includes(column.key),
);

function LoadedOverview({ view }: { view: OverviewView }) {
  return (
    <Page>
      <PageHeader
        title={text.title}
        description={
          <span className="flex flex-wrap items-center gap-x-5 gap-y-2">
            <span className="text-lg text-ink">{headline(view.vms)}</span>
            <Wall counts={view.vms} />
          </span>
        }
        actions={
          <span className="text-sm text-faint">
            {text.asOf} <TimeAgo at={view.asOf} />
          </span>
        }
      />
      <div className="flex flex-col gap-4">
        <Stats counts={view.vms} />
        <div className="grid gap-4 xl:grid-cols-2">
          <Card title={text.attention} id="attention" flush>
            <Attention items={view.attention} />
          </Card>
          <Card
            title={text.running}
            id="running"
            flush
            actions={<MoreLink href="/jobs" label={text.allJobs} />}
          >
            <Running jobs={view.running} />
          </Card>
        </div>
        <Card
          title={text.points}
          id="points"
          flush
          actions={<MoreLink href="/points" label={text.allPoints} />}
        >
          <DataTable
            label={text.points}
            columns={recentColumns}
            rows={view.recentPoints}
            rowKey={(point) => point.id}
            empty={<EmptyState title="No recovery point yet" />}
          />
        </Card>
        <div className="grid gap-4 xl:grid-cols-2">
          <StorageCard storage={view.storage} />
          <Card title={text.history} id="history">
            <VmHistory days={view.history} />
          </Card>
        </div>
        {view.recentFailures.length === 0 ? null : (
          <Card title={text.failures} id="failures" flush>
            <DataTable
              label={text.failures}
              columns={failureColumns}
              rows={view.recentFailures}
              rowKey={(job) => job.id}
              empty={<EmptyState title={text.failuresNone} />}
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
