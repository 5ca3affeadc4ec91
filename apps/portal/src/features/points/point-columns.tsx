"use client";
import { isHeldPointState } from "@kluis/domain";
import Link from "next/link";
import { useTranslations } from "next-intl";
import {
  PointConsistency,
  PointStateBadge,
  TierSummary,
  VerifiedMark,
} from "#features/points/point-badges.tsx";
import { longestTier } from "#features/points/tiers.ts";
import type { PointRow } from "#lib/api-types.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import type { Column } from "#ui/data-table.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** The consistency of a point and, unless it is available, its state. */
function PointBadges({ point }: { point: PointRow }) {
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <PointConsistency point={point} />
      {point.state === "available" ? null : <PointStateBadge state={point.state} />}
    </span>
  );
}

/** When retention releases a point, or when a deleted one can no longer be brought back. */
function Expiry({ point }: { point: PointRow }) {
  const t = useTranslations("points");
  if (point.purgeAt !== null && point.state === "soft-deleted") {
    return (
      <span title={t("purgedIn")} className="text-warn">
        <TimeAgo at={point.purgeAt} />
      </span>
    );
  }
  if (point.expiresAt !== null) return <TimeAgo at={point.expiresAt} />;
  if (!isHeldPointState(point.state)) return <span className="text-faint">–</span>;
  const tier = longestTier(point);
  // Kept until a number of newer points exist, or as the newest one: no date is known.
  return <span className="text-muted">{tier === null ? t("noExpiry") : t(`tiers.${tier}`)}</span>;
}

/** The columns of a table of recovery points. The page of one VM leaves out the VM. */
export function usePointColumns(options: {
  readonly withVm: boolean;
  readonly sortable: boolean;
}): readonly Column<PointRow>[] {
  const t = useTranslations("points");
  // The column of VMs takes their room in a window of usual width.
  const wide = options.withVm ? "2xl" : "xl";
  const sort = (by: string) => (options.sortable ? { sort: by } : {});
  const vm: Column<PointRow> = {
    key: "vm",
    header: t("columns.vm"),
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
      className: "w-40",
      header: t("columns.point"),
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
      header: t("columns.consistency"),
      className: "w-64",
      cell: (point) => <PointBadges point={point} />,
    },
    {
      key: "verified",
      className: "w-40",
      header: t("columns.verified"),
      from: "md",
      cell: (point) => <VerifiedMark point={point} />,
    },
    {
      key: "kept",
      className: "w-44",
      header: t("columns.kept"),
      from: "lg",
      cell: (point) => <TierSummary point={point} />,
    },
    {
      key: "changed",
      className: "w-24",
      header: t("columns.changed"),
      align: "right",
      from: wide,
      cell: (point) => <ByteSize bytes={point.changedBytes} />,
    },
    {
      key: "moved",
      className: "w-28",
      header: t("columns.moved"),
      align: "right",
      from: "lg",
      ...sort("movedBytes"),
      cell: (point) => <ByteSize bytes={point.movedBytes} />,
    },
    {
      key: "size",
      className: "w-24",
      header: t("columns.size"),
      align: "right",
      from: wide,
      cell: (point) => <ByteSize bytes={point.logicalBytes} />,
    },
    {
      key: "expires",
      className: "w-32",
      header: t("columns.expires"),
      from: "xl",
      ...sort("expiresAt"),
      cell: (point) => <Expiry point={point} />,
    },
  ];
}
