"use client";
import { Archive, Ellipsis, ListChecks, ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ProtectDialog } from "#features/vms/protect-dialog.tsx";
import { useBackup, useBackupRefusal } from "#features/vms/use-backup.ts";
import type { VmRow } from "#lib/api-types.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

/** The menu of actions on a VM in the list. */
export function VmRowActions({ vm }: { vm: VmRow }) {
  const t = useTranslations("vms");
  const backup = useBackup(vm.name);
  const backupReason = useBackupRefusal(vm, useRefusal("backup:run"));
  const mayProtect = useRefusal("protection:write");
  const [protecting, setProtecting] = useState(false);
  const isProtected = vm.policy !== null && vm.status !== "stopped";
  return (
    <>
      <Menu
        trigger={
          <IconButton
            label={t("actionsFor", { name: vm.name })}
            icon={<Ellipsis aria-hidden="true" />}
            busy={backup.isPending}
          />
        }
        items={[
          {
            label: t("backupNow"),
            icon: <Archive aria-hidden="true" />,
            disabledReason: backupReason,
            onSelect: () => backup.mutate({ vm: vm.id }),
          },
          {
            label: isProtected ? t("changePolicy") : t("protect"),
            icon: isProtected ? <ListChecks aria-hidden="true" /> : <ShieldCheck aria-hidden="true" />,
            disabledReason: mayProtect ?? (vm.status === "deleted" ? t("reasons.deleted") : null),
            onSelect: () => setProtecting(true),
          },
        ]}
      />
      {protecting ? <ProtectDialog vmId={vm.id} name={vm.name} onClose={() => setProtecting(false)} /> : null}
    </>
  );
}
