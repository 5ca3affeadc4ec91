"use client";
import Link from "next/link";
import { ConsistencyBadge } from "#features/points/consistency.tsx";
import { pointMessages as text } from "#features/points/messages.ts";
import { PointStateBadge, TierBadges, VerifiedMark } from "#features/points/point-badges.tsx";
import type { PointRow } from "#lib/api-types.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import type { Column } from "#ui/data-table.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** The columns of a table of recovery points; inside one VM's page the VM's own column is left out. */
export function pointColumns(options: {
  readonly withVm: boolean;
  readonly sortable: boolean;
}): readonly Column<PointRow>[] {
  const sort = (by: string) => (options.sortable ? { sort: by } : {});
  const vm: Column<PointRow> = {
    key: "vm",
    header: text.columns.vm,
    ...sort("vm"),
    cell: (point) => (
      <Link href={`/vms/${point.vm.id}`} className="hover:underline">
        {point.vm.name}
      </Link>
    ),
  };
  return [
    {
      key: "taken",
      header: text.columns.point,
      ...sort("takenAt"),
      isRowHeader: true,
      cell: (point) => (
        <Link href={`/points/${point.id}`} className="font-medium hover:underline">
          <TimeAgo at={point.takenAt} focusable={false} />
        </Link>
      ),
    },
    ...(options.withVm ? [vm] : []),
    {
      key: "consistency",
      header: text.columns.consistency,
      cell: (point) => (
        <span className="flex flex-wrap items-center gap-1.5">
          <ConsistencyBadge
            reached={point.consistency}
            wanted={point.consistencyWanted}
            reason={point.consistencyReason}
          />
          {point.state === "available" ? null : <PointStateBadge state={point.state} />}
        </span>
      ),
    },
    {
      key: "verified",
      header: text.columns.verified,
      from: "md",
      cell: (point) => <VerifiedMark verified={point.lastVerified} />,
    },
    { key: "kept", header: text.columns.kept, from: "lg", cell: (point) => <TierBadges point={point} /> },
    {
      key: "changed",
      header: text.columns.changed,
      align: "right",
      from: "xl",
      cell: (point) => <ByteSize bytes={point.changedBytes} />,
    },
    {
      key: "moved",
      header: text.columns.moved,
      align: "right",
      from: "sm",
      ...sort("movedBytes"),
      cell: (point) => <ByteSize bytes={point.movedBytes} />,
    },
    {
      key: "size",
      header: text.columns.size,
      align: "right",
      from: "lg",
      cell: (point) => <ByteSize bytes={point.logicalBytes} />,
    },
    {
      key: "expires",
      header: text.columns.expires,
      from: "xl",
      ...sort("expiresAt"),
      cell: (point) =>
        point.expiresAt === null ? <span className="text-faint">–</span> : <TimeAgo at={point.expiresAt} />,
    },
  ];
}
