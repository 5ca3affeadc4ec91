"use client";
import { useTranslations } from "next-intl";
import { DiskListsState, listsOfDisk } from "#features/vms/disk-lists.tsx";
import type { VmDiskView, VmView } from "#lib/api-types.ts";
import { useNotice } from "#lib/use-notice.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";

function DiskState({ disk, active }: { disk: VmDiskView; active: boolean }) {
  const t = useTranslations("vms");
  const noticeText = useNotice();
  if (disk.unsupported !== null) {
    return (
      <Status tone="warn" icon="warning" className="whitespace-normal!">
        {noticeText(disk.unsupportedNotice, disk.unsupported)}
      </Status>
    );
  }
  if (!active) {
    return (
      <Status tone="idle" icon="off">
        {t("disk.unprotected")}
      </Status>
    );
  }
  return disk.excluded ? (
    <Status tone="idle" icon="stopped">
      {t("disk.excluded")}
    </Status>
  ) : (
    <Status tone="ok" icon="check">
      {t("disk.included")}
    </Status>
  );
}

/** The disks of the VM and whether backups include them. */
export function VmDisks({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const active = vm.protection?.state === "active";
  const columns: readonly Column<VmDiskView>[] = [
    {
      key: "name",
      header: t("disk.name"),
      isRowHeader: true,
      cell: (disk) => (
        <span className="flex items-center gap-2">
          <Badge>{disk.key}</Badge>
          <span className="font-medium">{disk.name}</span>
        </span>
      ),
    },
    { key: "state", header: t("disk.backup"), cell: (disk) => <DiskState disk={disk} active={active} /> },
    {
      key: "lists",
      header: t("disk.lists"),
      cell: (disk) => <DiskListsState lists={listsOfDisk(vm.lists, disk.name)} />,
    },
    { key: "sku", header: t("disk.type"), from: "sm", cell: (disk) => disk.sku },
    { key: "size", header: t("disk.size"), align: "right", cell: (disk) => <ByteSize bytes={disk.bytes} /> },
  ];
  return (
    <Card flush>
      <DataTable
        label={t("detail.disks")}
        columns={columns}
        rows={vm.disks}
        rowKey={(disk) => disk.key}
        empty={<EmptyState title={t("disk.none")} />}
      />
    </Card>
  );
}
