"use client";
import { useQuery } from "@tanstack/react-query";
import { ConsistencyBadge } from "#features/points/consistency.tsx";
import { pointMessages } from "#features/points/messages.ts";
import { PointActions } from "#features/points/point-actions.tsx";
import { PointStateBadge, TierBadges, VerifiedMark } from "#features/points/point-badges.tsx";
import { PointDisks } from "#features/points/point-disks.tsx";
import { PointReport } from "#features/points/point-report.tsx";
import type { PointView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Alert } from "#ui/alert.tsx";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card } from "#ui/card.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Stat } from "#ui/stat.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

const text = pointMessages.detail;
const crumbs = [{ label: pointMessages.title, href: "/points" }];

/** One recovery point: what it holds, how it came to be, and everything that can be done with it. */
export function PointDetail({ id }: { id: string }) {
  const trpc = useTRPC();
  const point = useQuery(trpc.points.get.queryOptions({ point: id }, { refetchInterval: every(15_000) }));
  if (point.data !== undefined) return <LoadedPoint point={point.data} />;
  return (
    <Page>
      <PageHeader title={text.fields.id} crumbs={crumbs} />
      {point.error === null ? (
        <Card>
          <SkeletonLines lines={6} />
        </Card>
      ) : (
        <ErrorState error={point.error} retrying={point.isFetching} onRetry={() => void point.refetch()} />
      )}
    </Page>
  );
}

function LoadedPoint({ point }: { point: PointView }) {
  return (
    <Page>
      <PageHeader
        title={text.title(point.vm.name)}
        crumbs={crumbs}
        status={
          <>
            <PointStateBadge state={point.state} />
            <ConsistencyBadge
              reached={point.consistency}
              wanted={point.consistencyWanted}
              reason={point.consistencyReason}
            />
          </>
        }
        description={<AbsoluteTime at={point.takenAt} />}
        actions={<PointActions point={point} />}
      />
      <div className="flex flex-col gap-4">
        {point.state === "damaged" ? (
          <Alert tone="bad" title={text.damagedTitle}>
            {text.damagedText}
          </Alert>
        ) : null}
        {point.state === "deleted" ? (
          <Alert tone="warn" title={text.deletedTitle}>
            {point.deletedBy === null ? null : text.deletedBy(point.deletedBy.name, point.deleteReason)}
          </Alert>
        ) : null}
        <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
          <Stat label={text.fields.logical} value={<ByteSize bytes={point.logicalBytes} />} tone="accent" />
          <Stat label={text.fields.changed} value={<ByteSize bytes={point.changedBytes} />} tone="accent" />
          <Stat label={text.fields.moved} value={<ByteSize bytes={point.movedBytes} />} tone="accent" />
          <Stat
            label={text.fields.tiers}
            words
            value={<TierBadges point={point} />}
            note={<VerifiedMark verified={point.lastVerified} />}
            tone={point.lastVerified?.ok === false ? "bad" : "ok"}
          />
        </div>
        <Card title={text.disks} description={text.downloadHint} id="disks" flush>
          <PointDisks point={point} />
        </Card>
        <Card title={text.report} id="report">
          <PointReport point={point} />
        </Card>
      </div>
    </Page>
  );
}
