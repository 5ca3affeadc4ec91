"use client";
import { Download, HardDriveUpload } from "lucide-react";
import { useState } from "react";
import { jobMessages } from "#features/jobs/messages.ts";
import { pointMessages } from "#features/points/messages.ts";
import { RestoreDialog } from "#features/points/restore-dialog.tsx";
import type { PointDiskView, PointView } from "#lib/api-types.ts";
import { Button } from "#ui/button.tsx";
import { ByteSize } from "#ui/byte-size.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Menu } from "#ui/menu.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge } from "#ui/status.tsx";

const text = pointMessages.detail;

/** Why nothing can be read from this point any more, or null. */
function goneReason(point: PointView): string | null {
  return point.state === "deleted" || point.state === "deleting" ? text.gone : null;
}

/** The disks of a point with the two ways out: download, and restore to a new managed disk. */
export function PointDisks({ point }: { point: PointView }) {
  const [restoring, setRestoring] = useState<string | null>(null);
  const columns: readonly Column<PointDiskView>[] = [
    {
      key: "disk",
      header: text.fields.disk,
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
      header: text.fields.method,
      from: "lg",
      cell: (disk) => (
        <span title={disk.deltaReason ?? undefined}>
          {jobMessages.delta[disk.deltaMethod] ?? disk.deltaMethod}
        </span>
      ),
    },
    {
      key: "size",
      header: text.fields.size,
      align: "right",
      cell: (disk) => <ByteSize bytes={disk.diskBytes} />,
    },
    {
      key: "allocated",
      header: text.fields.allocated,
      align: "right",
      from: "xl",
      cell: (disk) => <ByteSize bytes={disk.allocatedBytes} />,
    },
    {
      key: "changed",
      header: text.fields.changed,
      align: "right",
      from: "md",
      cell: (disk) => <ByteSize bytes={disk.changedBytes} />,
    },
    {
      key: "moved",
      header: text.fields.moved,
      align: "right",
      from: "md",
      cell: (disk) => <ByteSize bytes={disk.movedBytes} />,
    },
    {
      key: "actions",
      header: text.fields.actions,
      hideHeader: true,
      align: "right",
      cell: (disk) => <DiskActions point={point} disk={disk} onRestore={() => setRestoring(disk.key)} />,
    },
  ];
  return (
    <>
      <DataTable
        label={text.disks}
        columns={columns}
        rows={point.disks}
        rowKey={(disk) => disk.key}
        empty={<EmptyState title={text.gone} />}
      />
      {restoring === null ? null : (
        <RestoreDialog point={point} diskKey={restoring} onClose={() => setRestoring(null)} />
      )}
    </>
  );
}

interface DiskActionsProps {
  readonly point: PointView;
  readonly disk: PointDiskView;
  readonly onRestore: () => void;
}

function DiskActions({ point, disk, onRestore }: DiskActionsProps) {
  const gone = goneReason(point);
  const downloadReason = gone ?? (point.can.download ? null : text.role);
  const restoreReason = gone ?? (point.can.restore ? null : text.role);
  const address = (format: "raw" | "vhd") => `/api/points/${point.id}/disks/${disk.key}?format=${format}`;
  const start = (format: "raw" | "vhd") => window.location.assign(address(format));
  return (
    <span className="inline-flex flex-col gap-1.5 py-1 sm:flex-row sm:py-0">
      {downloadReason === null ? (
        <Menu
          trigger={
            <Button size="sm" icon={<Download aria-hidden="true" />} aria-label={text.downloadOf(disk.name)}>
              {text.download}
            </Button>
          }
          items={[
            { label: text.downloadRaw, onSelect: () => start("raw") },
            { label: text.downloadVhd, onSelect: () => start("vhd") },
          ]}
        />
      ) : (
        <Button size="sm" icon={<Download aria-hidden="true" />} disabledReason={downloadReason}>
          {text.download}
        </Button>
      )}
      <Button
        size="sm"
        icon={<HardDriveUpload aria-hidden="true" />}
        disabledReason={restoreReason}
        onClick={onRestore}
        aria-label={`${text.restoreButton}: ${disk.name}`}
      >
        {text.restoreButton}
      </Button>
    </span>
  );
}
