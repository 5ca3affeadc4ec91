"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { diskBar, diskLook, elapsedMs } from "#features/jobs/job-view-model.ts";
import type { Texts } from "#i18n/texts.ts";
import type { JobDiskView, JobView } from "#lib/api-types.ts";
import { type Format, percentOf } from "#lib/format.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { ProgressBar } from "#ui/progress-bar.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";

/** The disks of a job: a progress bar each, with the bytes that were read, changed, moved and stored. */
export function JobDisks({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  if (job.disks.length === 0)
    return <EmptyState title={t("detail.noDisks")}>{t("detail.noDisksText")}</EmptyState>;
  return (
    <ul className="divide-y divide-line">
      {job.disks.map((disk) => (
        <li key={disk.key} className="px-4 py-3.5">
          <DiskRow job={job} disk={disk} />
        </li>
      ))}
    </ul>
  );
}

function DiskRow({ job, disk }: { job: JobView; disk: JobDiskView }) {
  const t = useTranslations("jobs");
  const format = useFormat();
  const notice = useNotice();
  const look = diskLook(job.state, disk.state, t);
  const left = disk.segments.total - disk.segments.done;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="flex min-w-0 items-center gap-2 font-medium">
          <Badge>{disk.key}</Badge>
          <span className="truncate">{disk.name}</span>
          <span className="shrink-0 text-sm font-normal text-faint">{format.bytes(disk.diskBytes)}</span>
        </p>
        <span className="flex items-center gap-3">
          {disk.state === "running" && disk.segments.total > 1 ? (
            <span className="text-xs text-muted">{t("detail.segments", { left })}</span>
          ) : null}
          <Status look="plain" tone={look.tone} icon={look.icon}>
            {look.word}
          </Status>
        </span>
      </div>
      <DiskBar disk={disk} tone={look.tone} />
      <Figures figures={figuresOf(job.kind, { disk, t, format })} />
      {disk.deltaReason === null ? null : (
        <p className="mt-1 text-xs text-muted">
          {t("detail.reason", { reason: notice(disk.deltaNotice, disk.deltaReason) })}
        </p>
      )}
    </>
  );
}

function DiskBar({ disk, tone }: { disk: JobDiskView; tone: ReturnType<typeof diskLook>["tone"] }) {
  const t = useTranslations("jobs");
  const format = useFormat();
  const { done, total } = diskBar(disk);
  const percent = format.percent(percentOf(done, total));
  return (
    <div className="mt-2 flex items-center gap-3">
      <ProgressBar
        label={t("detail.diskProgress", { disk: disk.name })}
        done={done}
        total={total}
        text={
          total <= 0
            ? t("barUnknown")
            : t("barText", {
                percent,
                done: format.bytes(disk.readBytes),
                total: format.bytes(disk.plannedBytes),
              })
        }
        tone={tone}
        moving={disk.state === "running"}
        className="h-2.5 flex-1"
      />
      <span className="w-11 text-right text-sm font-medium tabular" aria-hidden="true">
        {total <= 0 ? "–" : percent}
      </span>
    </div>
  );
}

interface Figure {
  readonly label: string;
  readonly value: ReactNode;
}

/** The rate and the duration, which disks of every kind of job have. */
function timeFigures(disk: JobDiskView, t: Texts<"jobs">, format: Format): readonly Figure[] {
  const rate = disk.bytesPerSecond;
  const elapsed = disk.endedAt === null ? null : elapsedMs(disk, new Date(disk.endedAt));
  return [
    {
      label: t("detail.rate"),
      value: rate === null ? "–" : t("detail.perSecond", { bytes: format.bytes(rate) }),
    },
    { label: t("detail.duration"), value: elapsed === null ? "–" : format.duration(elapsed) },
  ];
}

interface Shown {
  readonly disk: JobDiskView;
  readonly t: Texts<"jobs">;
  readonly format: Format;
}

function figuresOf(kind: JobView["kind"], { disk, t, format }: Shown): readonly Figure[] {
  if (kind === "restore-disk") return restoreFigures(disk, t, format);
  if (kind === "verify")
    return [
      { label: t("detail.readVault"), value: <ByteSize bytes={disk.readBytes} /> },
      ...timeFigures(disk, t, format),
    ];
  return backupFigures(disk, t, format);
}

function backupFigures(disk: JobDiskView, t: Texts<"jobs">, format: Format): readonly Figure[] {
  return [
    { label: t("detail.read"), value: <ByteSize bytes={disk.readBytes} /> },
    { label: t("detail.changed"), value: <ByteSize bytes={disk.changedBytes} /> },
    { label: t("detail.moved"), value: <ByteSize bytes={disk.movedBytes} /> },
    { label: t("detail.stored"), value: <ByteSize bytes={disk.storedBytes} /> },
    ...timeFigures(disk, t, format),
    {
      label: t("detail.chunks"),
      value: t("detail.chunkCounts", { fresh: disk.chunksNew, reused: disk.chunksReused }),
    },
    { label: t("detail.method"), value: disk.deltaMethod === null ? "–" : t(`delta.${disk.deltaMethod}`) },
  ];
}

function restoreFigures(disk: JobDiskView, t: Texts<"jobs">, format: Format): readonly Figure[] {
  return [
    { label: t("detail.readVault"), value: <ByteSize bytes={disk.readBytes} /> },
    { label: t("detail.written"), value: <ByteSize bytes={disk.movedBytes} /> },
    ...timeFigures(disk, t, format),
  ];
}

function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="mt-2.5 grid grid-cols-2 gap-x-4 gap-y-1.5 text-sm sm:grid-cols-4">
      {figures.map((figure) => (
        <div key={figure.label} className="min-w-0">
          <dt className="text-xs text-faint">{figure.label}</dt>
          <dd className="tabular">{figure.value}</dd>
        </div>
      ))}
    </dl>
  );
}
