"use client";
import { isHeldPointState } from "@kluis/domain";
import { Download, HardDriveUpload } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useDownloadRefusal } from "#features/guardrails/download-refusal.ts";
import { RestoreDialog } from "#features/points/restore-dialog.tsx";
import type { PointDiskView, PointView } from "#lib/api-types.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Button } from "#ui/button.tsx";
import { ByteSize } from "#ui/byte-size.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Menu } from "#ui/menu.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge } from "#ui/status.tsx";

/** The disks of a point. Each can be downloaded, or restored to a new managed disk. */
export function PointDisks({ point }: { point: PointView }) {
  const t = useTranslations("points");
  const [restoring, setRestoring] = useState<string | null>(null);
  const columns = usePointDiskColumns(point, setRestoring);
  return (
    <>
      <DataTable
        label={t("detail.disks")}
        columns={columns}
        rows={point.disks}
        rowKey={(disk) => disk.key}
        empty={<EmptyState title={t("detail.noDisks")} />}
      />
      {restoring === null ? null : (
        <RestoreDialog point={point} diskKey={restoring} onClose={() => setRestoring(null)} />
      )}
    </>
  );
}

/** The columns of the disks; `onRestore` gets the key of a disk. */
function usePointDiskColumns(
  point: PointView,
  onRestore: (key: string) => void,
): readonly Column<PointDiskView>[] {
  const t = useTranslations("points");
  const jobs = useTranslations("jobs");
  const notice = useNotice();
  return [
    {
      key: "disk",
      header: t("detail.fields.disk"),
      isRowHeader: true,
      cell: (disk) => (
        <span className="flex items-center gap-2">
          <Badge>{disk.key}</Badge>
          <span className="font-medium">{disk.name}</span>
        </span>
      ),
    },
    {
      key: "method",
      header: t("detail.fields.method"),
      from: "lg",
      cell: (disk) => (
        <span title={disk.deltaReason === null ? undefined : notice(disk.deltaNotice, disk.deltaReason)}>
          {jobs(`delta.${disk.deltaMethod}`)}
        </span>
      ),
    },
    {
      key: "size",
      header: t("detail.fields.size"),
      align: "right",
      cell: (disk) => <ByteSize bytes={disk.diskBytes} />,
    },
    {
      key: "allocated",
      header: t("detail.fields.allocated"),
      align: "right",
      from: "xl",
      cell: (disk) => <ByteSize bytes={disk.allocatedBytes} />,
    },
    {
      key: "changed",
      header: t("detail.fields.changed"),
      align: "right",
      from: "md",
      cell: (disk) => <ByteSize bytes={disk.changedBytes} />,
    },
    {
      key: "moved",
      header: t("detail.fields.moved"),
      align: "right",
      from: "md",
      cell: (disk) => <ByteSize bytes={disk.movedBytes} />,
    },
    {
      key: "actions",
      header: t("detail.fields.actions"),
      hideHeader: true,
      align: "right",
      cell: (disk) => <DiskActions point={point} disk={disk} onRestore={() => onRestore(disk.key)} />,
    },
  ];
}

interface DiskActionsProps {
  readonly point: PointView;
  readonly disk: PointDiskView;
  readonly onRestore: () => void;
}

function DiskActions({ point, disk, onRestore }: DiskActionsProps) {
  const t = useTranslations("points");
  const gone = isHeldPointState(point.state) ? null : t("detail.gone");
  const outside = useDownloadRefusal();
  const downloadReason = gone ?? (point.can.download ? outside : t("detail.role"));
  const restoreReason = gone ?? (point.can.restore ? null : t("detail.role"));
  const start = (format: "raw" | "vhd" | "qcow2") =>
    window.location.assign(`/api/points/${point.id}/disks/${disk.key}?format=${format}`);
  return (
    <span className="inline-flex flex-col gap-1.5 py-1 sm:flex-row sm:py-0">
      {downloadReason === null ? (
        <Menu
          trigger={
            <Button
              size="sm"
              icon={<Download aria-hidden="true" />}
              aria-label={t("detail.downloadOf", { disk: disk.name })}
            >
              {t("detail.download")}
            </Button>
          }
          items={[
            { label: t("detail.downloadQcow2"), onSelect: () => start("qcow2") },
            { label: t("detail.downloadRaw"), onSelect: () => start("raw") },
            { label: t("detail.downloadVhd"), onSelect: () => start("vhd") },
          ]}
        />
      ) : (
        <Button size="sm" icon={<Download aria-hidden="true" />} disabledReason={downloadReason}>
          {t("detail.download")}
        </Button>
      )}
      <Button
        size="sm"
        icon={<HardDriveUpload aria-hidden="true" />}
        disabledReason={restoreReason}
        onClick={onRestore}
        aria-label={t("detail.restoreOf", { disk: disk.name })}
      >
        {t("detail.restore")}
      </Button>
    </span>
  );
}
