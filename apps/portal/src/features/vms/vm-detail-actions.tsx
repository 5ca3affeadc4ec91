"use client";
import { useMutation } from "@tanstack/react-query";
import { Archive, CircleStop, Ellipsis, ListChecks, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { vmMessages as text } from "#features/vms/messages.ts";
import { ProtectDialog } from "#features/vms/protect-dialog.tsx";
import { backupRefusal, useBackup } from "#features/vms/use-backup.ts";
import type { VmView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { inputClass } from "#ui/field.tsx";
import { Menu } from "#ui/menu.tsx";

type Asking = "protect" | "stop" | null;

/** What can be done with this VM; what cannot says why. */
export function VmDetailActions({ vm }: { vm: VmView }) {
  const backup = useBackup(vm.name);
  const [asking, setAsking] = useState<Asking>(null);
  const active = vm.protection?.state === "active";
  const gone = vm.status === "deleted" ? text.reasons.deleted : null;
  const protectReason = vm.can.protect ? gone : text.reasons.role;
  const backupReason = backupRefusal(vm, vm.can.backup ? null : text.reasons.role);
  const close = () => setAsking(null);
  return (
    <>
      {active ? (
        <Menu
          trigger={
            <IconButton
              tone="secondary"
              label={text.actionsFor(vm.name)}
              icon={<Ellipsis aria-hidden="true" />}
            />
          }
          items={[
            {
              label: text.changePolicy,
              icon: <ListChecks aria-hidden="true" />,
              disabledReason: protectReason,
              onSelect: () => setAsking("protect"),
            },
            {
              label: text.stop,
              icon: <CircleStop aria-hidden="true" />,
              tone: "danger",
              disabledReason: vm.can.protect ? null : text.reasons.role,
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
          {text.protect}
        </Button>
      )}
      <Button
        tone={active ? "primary" : "secondary"}
        icon={<Archive aria-hidden="true" />}
        busy={backup.isPending}
        disabledReason={backupReason}
        onClick={() => backup.mutate({ vm: vm.id })}
      >
        {text.backupNow}
      </Button>
      {asking === "protect" ? <ProtectDialog vmId={vm.id} name={vm.name} onClose={close} /> : null}
      {asking === "stop" ? <StopDialog vm={vm} onClose={close} /> : null}
    </>
  );
}

function StopDialog({ vm, onClose }: { vm: VmView; onClose: () => void }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [reason, setReason] = useState("");
  const stop = useMutation(
    trpc.protection.stop.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(text.stopDialog.done(vm.name));
      },
      onError: outcome.failed(text.stopDialog.failed),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={text.stopDialog.title(vm.name)}
      description={
        <>
          <p>{text.stopDialog.text}</p>
          <label className="mt-4 block text-sm font-medium text-ink">
            {text.stopDialog.reason}
            <input
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.target.value)}
              className={`${inputClass} mt-1 font-normal`}
            />
          </label>
        </>
      }
      action={text.stopDialog.submit}
      busy={stop.isPending}
      onConfirm={() => stop.mutate({ vm: vm.id, reason })}
    />
  );
}
