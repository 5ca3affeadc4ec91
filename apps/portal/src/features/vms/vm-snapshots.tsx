"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ResourceStatus, ResourceText } from "#features/jobs/resource-standing.tsx";
import type { VmView } from "#lib/api-types.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card } from "#ui/card.tsx";
import { EmptyState } from "#ui/states.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

type Snapshot = VmView["snapshots"][number];

/** The snapshots of a VM in Azure: kept ones with their time, and those that are being removed. */
export function VmSnapshots({ vm }: { readonly vm: VmView }) {
  const t = useTranslations("vms.snapshots");
  if (vm.snapshots.length === 0) {
    return (
      <Card>
        <EmptyState title={t("none")}>{t("noneText")}</EmptyState>
      </Card>
    );
  }
  return (
    <Card flush>
      <ul aria-label={t("title")} className="divide-y divide-line">
        {vm.snapshots.map((snapshot) => (
          <li key={snapshot.id} className="px-4 py-3">
            <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
              <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 font-medium">
                <SnapshotLink snapshot={snapshot} />
                <span className="text-sm font-normal text-muted">
                  <SnapshotContent snapshot={snapshot} />
                </span>
              </p>
              <ResourceStatus resource={snapshot} />
            </div>
            <ResourceText resource={snapshot} />
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-4 py-2.5 text-sm text-muted">{t("size")}</p>
    </Card>
  );
}

/** The disk that the snapshot holds, or the size of all disks. */
function SnapshotContent({ snapshot: { diskName, diskBytes } }: { readonly snapshot: Snapshot }) {
  const t = useTranslations("vms.snapshots");
  if (diskBytes === null) return diskName === null ? null : <span data-value>{diskName}</span>;
  const size = () => <ByteSize bytes={diskBytes} />;
  if (diskName === null) return t.rich("disks", { size });
  return t.rich("disk", { size, disk: () => <span data-value>{diskName}</span> });
}

/** Opens the recovery point that has the snapshot, or the job that made it. */
function SnapshotLink({ snapshot: { takenAt, pointId, jobId } }: { readonly snapshot: Snapshot }) {
  const time = <AbsoluteTime at={takenAt} />;
  if (pointId === null && jobId === null) return time;
  return (
    <Link href={pointId === null ? `/jobs/${jobId}` : `/points/${pointId}`} className="hover:underline">
      {time}
    </Link>
  );
}
