"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { stepName, stepOfStage } from "#features/jobs/job-view-model.ts";
import { ConsistencyBadge } from "#features/points/consistency.tsx";
import { OsMark } from "#features/vms/os-mark.tsx";
import { VmRowActions } from "#features/vms/vm-actions.tsx";
import { UnreadSign } from "#features/vms/vm-problem.tsx";
import { VmStatusBadge } from "#features/vms/vm-status.tsx";
import { SuitabilitySign } from "#features/vms/vm-suitability.tsx";
import type { VmRow } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import type { Column } from "#ui/data-table.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

function NameCell({ vm }: { vm: VmRow }) {
  return (
    <span className="flex items-center gap-2.5">
      <OsMark os={vm.osType} />
      <span className="min-w-0">
        <Link href={`/vms/${vm.id}`} className="font-medium hover:underline">
          {vm.name}
        </Link>
        <span className="block truncate text-xs text-faint">{vm.resourceGroup}</span>
      </span>
    </span>
  );
}

function StatusCell({ vm }: { vm: VmRow }) {
  const t = useTranslations("jobs");
  const job = vm.activeJob;
  const step = job === null ? null : stepOfStage(job.stage);
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <VmStatusBadge status={vm.status} />
      <SuitabilitySign suitability={vm.suitability} />
      <UnreadSign vm={vm} />
      {job === null ? null : (
        <Link href={`/jobs/${job.id}`} className="hover:underline">
          <Status look="plain" tone="run" icon={job.state === "queued" ? "waiting" : "running"}>
            {step === null ? t(`states.${job.state}`) : stepName("backup", step, t)}
          </Status>
        </Link>
      )}
    </span>
  );
}

function LastPointCell({ vm }: { vm: VmRow }) {
  const t = useTranslations("vms");
  if (vm.lastPoint === null) return <span className="text-faint">{t("never")}</span>;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Link href={`/points/${vm.lastPoint.id}`} className="hover:underline">
        <TimeAgo at={vm.lastPoint.takenAt} focusable={false} />
      </Link>
      <span className="hidden 2xl:inline">
        <ConsistencyBadge reached={vm.lastPoint.consistency} />
      </span>
    </span>
  );
}

/** The points of a VM, and those that can be brought back. */
function PointsCell({ vm }: { vm: VmRow }) {
  const t = useTranslations("vms");
  const format = useFormat();
  return (
    <span>
      {format.number(vm.pointCount)}
      {vm.softDeletedCount === 0 ? null : (
        <span className="block text-xs text-warn">{t("deletedPoints", { count: vm.softDeletedCount })}</span>
      )}
    </span>
  );
}

/** The columns of the VM list. */
export function useVmColumns(): readonly Column<VmRow>[] {
  const t = useTranslations("vms");
  return [
    {
      key: "name",
      header: t("columns.name"),
      sort: "name",
      isRowHeader: true,
      cell: (vm) => <NameCell vm={vm} />,
    },
    {
      key: "status",
      className: "w-48",
      header: t("columns.status"),
      sort: "status",
      cell: (vm) => <StatusCell vm={vm} />,
    },
    {
      key: "policy",
      className: "w-36",
      header: t("columns.policy"),
      sort: "policy",
      from: "md",
      cell: (vm) =>
        vm.policy === null ? (
          <span className="text-faint">{t("noPolicy")}</span>
        ) : (
          <Link href={`/policies/${vm.policy.id}`} className="hover:underline">
            {vm.policy.name}
          </Link>
        ),
    },
    {
      key: "lastPoint",
      className: "w-44",
      header: t("columns.lastPoint"),
      sort: "lastPoint",
      from: "sm",
      cell: (vm) => <LastPointCell vm={vm} />,
    },
    {
      key: "points",
      className: "w-20",
      header: t("columns.points"),
      align: "right",
      from: "lg",
      cell: (vm) => <PointsCell vm={vm} />,
    },
    {
      key: "size",
      className: "w-24",
      header: t("columns.size"),
      sort: "diskBytes",
      align: "right",
      from: "lg",
      cell: (vm) => (
        <span>
          <ByteSize bytes={vm.diskBytes} />
          <span className="block text-xs text-faint">{t("disks", { count: vm.diskCount })}</span>
        </span>
      ),
    },
    {
      key: "power",
      className: "w-36",
      header: t("columns.power"),
      from: "xl",
      cell: (vm) => (
        <Status
          look="plain"
          tone={vm.powerState === "running" ? "ok" : "idle"}
          icon={vm.powerState === "running" ? "check" : "stopped"}
        >
          {t(`power.${vm.powerState}`)}
        </Status>
      ),
    },
    {
      key: "actions",
      className: "w-14",
      header: t("columns.actions"),
      hideHeader: true,
      align: "right",
      cell: (vm) => <VmRowActions vm={vm} />,
    },
  ];
}
