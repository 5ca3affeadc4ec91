"use client";
import type { JobKind } from "@kluis/domain";
import type { ReactNode } from "react";
import { barTone, diskBar } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import type { JobDiskView } from "#lib/api-types.ts";
import { formatBytes, formatDuration, formatNumber, percentOf } from "#lib/format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { ProgressBar } from "#ui/progress-bar.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status, type StatusIcon } from "#ui/status.tsx";

const stateIcons: Record<JobDiskView["state"], StatusIcon> = {
  waiting: "waiting",
  running: "running",
  done: "check",
  failed: "cross",
};

/** A bar per disk with what was read, changed, moved and stored. */
export function JobDisks({ kind, disks }: { kind: JobKind; disks: readonly JobDiskView[] }) {
  if (disks.length === 0)
    return <EmptyState title={text.detail.noDisks}>{text.detail.noDisksText}</EmptyState>;
  return (
    <ul className="divide-y divide-line">
      {disks.map((disk) => (
        <li key={disk.key} className="px-4 py-3.5">
          <DiskRow kind={kind} disk={disk} />
        </li>
      ))}
    </ul>
  );
}

function DiskRow({ kind, disk }: { kind: JobKind; disk: JobDiskView }) {
  const { done, total } = diskBar(disk);
  const percent = percentOf(done, total);
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="flex min-w-0 items-center gap-2 font-medium">
          <Badge>{disk.key}</Badge>
          <span className="truncate">{disk.name}</span>
          <span className="text-sm font-normal text-faint">{formatBytes(disk.diskBytes)}</span>
        </p>
        <Status look="plain" tone={barTone(disk.state)} icon={stateIcons[disk.state]}>
          {text.diskStates[disk.state]}
        </Status>
      </div>
      <div className="mt-2 flex items-center gap-3">
        <ProgressBar
          label={text.detail.diskProgress(disk.name)}
          done={done}
          total={total}
          text={
            total <= 0
              ? text.barUnknown
              : text.barText(formatBytes(disk.readBytes), formatBytes(disk.plannedBytes), percent)
          }
          tone={barTone(disk.state)}
          moving={disk.state === "running"}
          className="h-2.5 flex-1"
        />
        <span className="w-10 text-right text-sm font-medium tabular" aria-hidden="true">
          {total <= 0 ? "–" : `${percent}%`}
        </span>
      </div>
      <Figures figures={kind === "restore-disk" ? restoreFigures(disk) : backupFigures(disk)} />
      {disk.deltaReason === null ? null : (
        <p className="mt-1 text-xs text-muted">
          {text.detail.reason}: {disk.deltaReason}
        </p>
      )}
    </>
  );
}

interface Figure {
  readonly label: string;
  readonly value: ReactNode;
}

function rateOf(disk: JobDiskView): string {
  return disk.bytesPerSecond === null ? "–" : `${formatBytes(disk.bytesPerSecond)}/s`;
}

function durationOf(disk: JobDiskView): string {
  if (disk.startedAt === null || disk.endedAt === null) return "–";
  return formatDuration(new Date(disk.endedAt).getTime() - new Date(disk.startedAt).getTime());
}

function backupFigures(disk: JobDiskView): readonly Figure[] {
  return [
    { label: text.detail.read, value: <ByteSize bytes={disk.readBytes} /> },
    { label: text.detail.changed, value: <ByteSize bytes={disk.changedBytes} /> },
    { label: text.detail.moved, value: <ByteSize bytes={disk.movedBytes} /> },
    { label: text.detail.stored, value: <ByteSize bytes={disk.storedBytes} /> },
    { label: text.detail.rate, value: rateOf(disk) },
    { label: text.detail.duration, value: durationOf(disk) },
    {
      label: text.detail.chunks,
      value: `${formatNumber(disk.chunksNew)} / ${formatNumber(disk.chunksReused)}`,
    },
    {
      label: text.detail.method,
      value: disk.deltaMethod === null ? "–" : (text.delta[disk.deltaMethod] ?? disk.deltaMethod),
    },
  ];
}

function restoreFigures(disk: JobDiskView): readonly Figure[] {
  return [
    { label: text.detail.readVault, value: <ByteSize bytes={disk.readBytes} /> },
    { label: text.detail.written, value: <ByteSize bytes={disk.movedBytes} /> },
    { label: text.detail.rate, value: rateOf(disk) },
    { label: text.detail.duration, value: durationOf(disk) },
  ];
}

function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="mt-2.5 grid grid-cols-2 gap-x-4 gap-y-1.5 text-sm sm:grid-cols-4">
      {figures.map((figure) => (
        <div key={figure.label} className="min-w-0">
          <dt className="text-xs text-faint">{figure.label}</dt>
          <dd className="truncate tabular">{figure.value}</dd>
        </div>
      ))}
    </dl>
  );
}
