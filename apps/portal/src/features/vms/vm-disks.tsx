"use client";
import { vmMessages } from "#features/vms/messages.ts";
import type { VmDiskView, VmView } from "#lib/api-types.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";

const text = vmMessages.detail;

function DiskState({ disk, active }: { disk: VmDiskView; active: boolean }) {
  if (disk.unsupported !== null) {
    return (
      <Status tone="warn" icon="warning" className="whitespace-normal!">
        {disk.unsupported}
      </Status>
    );
  }
  if (!active) {
    return (
      <Status tone="idle" icon="off">
        {text.unprotectedDisk}
      </Status>
    );
  }
  return disk.excluded ? (
    <Status tone="idle" icon="stopped">
      {text.excluded}
    </Status>
  ) : (
    <Status tone="ok" icon="check">
      {text.included}
    </Status>
  );
}

/** The disks of the VM and whether a backup takes them. */
export function VmDisks({ vm }: { vm: VmView }) {
  const active = vm.protection?.state === "active";
  const columns: readonly Column<VmDiskView>[] = [
    {
      key: "name",
      header: "Disk",
      isRowHeader: true,
      cell: (disk) => (
        <span className="flex items-center gap-2">
          <Badge>{disk.key}</Badge>
          <span className="font-medium">{disk.name}</span>
        </span>
      ),
    },
    { key: "state", header: "Backup", cell: (disk) => <DiskState disk={disk} active={active} /> },
    { key: "sku", header: "Type", from: "sm", cell: (disk) => disk.sku },
    { key: "size", header: "Size", align: "right", cell: (disk) => <ByteSize bytes={disk.bytes} /> },
  ];
  return (
    <Card flush>
      <DataTable
        label={text.disks}
        columns={columns}
        rows={vm.disks}
        rowKey={(disk) => disk.key}
        empty={<EmptyState title={text.disks} />}
      />
    </Card>
  );
}
