"use client";
import { Archive, CircleStop, Ellipsis, ListChecks, ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ProtectDialog } from "#features/vms/protect-dialog.tsx";
import { StopDialog } from "#features/vms/stop-dialog.tsx";
import { useBackup, useBackupRefusal } from "#features/vms/use-backup.ts";
import type { VmView } from "#lib/api-types.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Menu } from "#ui/menu.tsx";

type Asking = "protect" | "stop" | null;

/** The actions on this VM; a disabled one shows the reason. */
export function VmDetailActions({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const backup = useBackup(vm.name);
  const [asking, setAsking] = useState<Asking>(null);
  const active = vm.protection?.state === "active";
  const gone = vm.status === "deleted" ? t("reasons.deleted") : null;
  const protectReason = vm.can.protect ? gone : t("reasons.role");
  const backupReason = useBackupRefusal(vm, vm.can.backup ? null : t("reasons.role"));
  const close = () => setAsking(null);
  return (
    <>
      {active ? (
        <Menu
          trigger={
            <IconButton
              tone="secondary"
              label={t("actionsFor", { name: vm.name })}
              icon={<Ellipsis aria-hidden="true" />}
            />
          }
          items={[
            {
              label: t("changePolicy"),
              icon: <ListChecks aria-hidden="true" />,
              disabledReason: protectReason,
              onSelect: () => setAsking("protect"),
            },
            {
              label: t("stop"),
              icon: <CircleStop aria-hidden="true" />,
              tone: "danger",
              disabledReason: vm.can.protect ? null : t("reasons.role"),
              onSelect: () => setAsking("stop"),
            },
          ]}
        />
      ) : (
        <Button
          tone="primary"
          icon={<ShieldCheck aria-hidden="true" />}
          disabledReason={protectReason}
          onClick={() => setAsking("protect")}
        >
          {t("protect")}
        </Button>
      )}
      <Button
        tone={active ? "primary" : "secondary"}
        icon={<Archive aria-hidden="true" />}
        busy={backup.isPending}
        disabledReason={backupReason}
        onClick={() => backup.mutate({ vm: vm.id })}
      >
        {t("backupNow")}
      </Button>
      {asking === "protect" ? <ProtectDialog vmId={vm.id} name={vm.name} onClose={close} /> : null}
      {asking === "stop" ? <StopDialog vm={vm} onClose={close} /> : null}
    </>
  );
}
