"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useJobColumns } from "#features/jobs/job-columns.tsx";
import { usePointColumns } from "#features/points/point-columns.tsx";
import { lostItsPoints } from "#features/vms/points-view-model.ts";
import { VmCopies } from "#features/vms/vm-copies.tsx";
import type { VmView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Card } from "#ui/card.tsx";
import { DataTable } from "#ui/data-table.tsx";
import { EmptyState } from "#ui/states.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

const shown = 20;
const listOptions = { withVm: false, sortable: false };

/** The newest recovery points of a VM. */
export function VmPoints({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const trpc = useTRPC();
  const points = useQuery(
    trpc.points.list.queryOptions(
      { vm: vm.id, pageSize: shown },
      { placeholderData: keepPreviousData, refetchInterval: every(30_000) },
    ),
  );
  return (
    <Card flush>
      <HeldPoints vm={vm} />
      <VmCopies copies={vm.copies} />
      <DataTable
        label={t("detail.points")}
        columns={usePointColumns(listOptions)}
        rows={points.data?.rows}
        rowKey={(point) => point.id}
        error={points.error}
        onRetry={() => void points.refetch()}
        empty={
          lostItsPoints(vm) ? (
            <EmptyState title={t("detail.pointsDeletedTitle")}>{t("detail.pointsDeletedText")}</EmptyState>
          ) : (
            <EmptyState title={t("detail.noPoints")}>{t("detail.noPointsText")}</EmptyState>
          )
        }
        footer={
          (points.data?.total ?? 0) > shown ? (
            <More href={`/points?search=${encodeURIComponent(vm.name)}`} label={t("detail.allPoints")} />
          ) : undefined
        }
      />
    </Card>
  );
}

/** Points that are pinned, and deleted ones that can be brought back, with their lists. */
function HeldPoints({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const { softDeletedCount: deleted, undoUntil, pinnedCount: pinned } = vm;
  if (deleted === 0 && pinned === 0) return null;
  const list = (filter: string) => `/points?${filter}&search=${encodeURIComponent(vm.name)}`;
  return (
    <p className="flex flex-wrap gap-x-6 gap-y-1 border-b border-line px-4 py-2.5 text-sm text-muted">
      {pinned === 0 ? null : (
        <Link href={list("pinned=true")} className="font-medium text-accent hover:underline">
          {t("detail.pinnedPoints", { count: pinned })}
        </Link>
      )}
      {deleted === 0 ? null : (
        <span>
          <Link href={list("state=soft-deleted")} className="font-medium text-accent hover:underline">
            {t("detail.undoPoints", { count: deleted })}
          </Link>
          {undoUntil === null ? null : (
            <>
              {" "}
              {t.rich("detail.undoUntil", {
                count: deleted,
                time: () => <AbsoluteTime at={undoUntil} seconds={false} />,
              })}
            </>
          )}
        </span>
      )}
    </p>
  );
}

/** The newest jobs of a VM. */
export function VmJobs({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const trpc = useTRPC();
  const jobs = useQuery(
    trpc.jobs.list.queryOptions({ vm: vm.id, pageSize: shown }, { placeholderData: keepPreviousData }),
  );
  return (
    <Card flush>
      <DataTable
        label={t("detail.jobs")}
        columns={useJobColumns(listOptions)}
        rows={jobs.data?.rows}
        rowKey={(job) => job.id}
        error={jobs.error}
        onRetry={() => void jobs.refetch()}
        empty={<EmptyState title={t("detail.noJobs")}>{t("detail.noJobsText")}</EmptyState>}
        footer={
          (jobs.data?.total ?? 0) > shown ? (
            <More href={`/jobs?search=${encodeURIComponent(vm.name)}`} label={t("detail.allJobs")} />
          ) : undefined
        }
      />
    </Card>
  );
}

function More({ href, label }: { href: string; label: string }) {
  return (
    <p className="border-t border-line px-4 py-2.5 text-sm">
      <Link href={href} className="font-medium text-accent hover:underline">
        {label}
      </Link>
    </p>
  );
}
