"use client";
import { Archive, Ellipsis, ListChecks, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { vmMessages as text } from "#features/vms/messages.ts";
import { ProtectDialog } from "#features/vms/protect-dialog.tsx";
import { backupRefusal, useBackup } from "#features/vms/use-backup.ts";
import type { VmRow } from "#lib/api-types.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

/** What can be done with one VM of the list. */
export function VmRowActions({ vm }: { vm: VmRow }) {
  const backup = useBackup(vm.name);
  const mayBackup = useRefusal("backup:run");
  const mayProtect = useRefusal("protection:write");
  const [protecting, setProtecting] = useState(false);
  const isProtected = vm.policy !== null && vm.status !== "stopped";
  return (
    <>
      <Menu
        trigger={
          <IconButton
            label={text.actionsFor(vm.name)}
            icon={<Ellipsis aria-hidden="true" />}
            busy={backup.isPending}
          />
        }
        items={[
          {
            label: text.backupNow,
            icon: <Archive aria-hidden="true" />,
            disabledReason: backupRefusal(vm, mayBackup),
            onSelect: () => backup.mutate({ vm: vm.id }),
          },
          {
            label: isProtected ? text.changePolicy : text.protect,
            icon: isProtected ? <ListChecks aria-hidden="true" /> : <ShieldCheck aria-hidden="true" />,
            disabledReason: mayProtect ?? (vm.status === "deleted" ? text.reasons.deleted : null),
            onSelect: () => setProtecting(true),
          },
        ]}
      />
      {protecting ? <ProtectDialog vmId={vm.id} name={vm.name} onClose={() => setProtecting(false)} /> : null}
    </>
  );
}
