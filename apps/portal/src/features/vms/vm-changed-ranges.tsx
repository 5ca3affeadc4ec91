"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { VmView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

type DiskLists = VmView["lists"][number];

/** The disks for which Azure's lists of changed ranges are off because one was wrong; nothing when there are none. */
export function VmChangedRanges({ vm }: { vm: VmView }) {
  const off = vm.lists.filter(({ turnedOffAt }) => turnedOffAt !== null);
  return off.map((disk) => <ListsOff key={disk.diskUniqueId} vm={vm} disk={disk} />);
}

function ListsOff({ vm, disk }: { vm: VmView; disk: DiskLists }) {
  const t = useTranslations("protection.lists");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [asking, setAsking] = useState(false);
  const allow = useMutation(
    trpc.protection.allowLists.mutationOptions({
      onSuccess: async () => {
        setAsking(false);
        await outcome.done(t("done", { disk: disk.name }));
      },
      onError: outcome.failed(t("failed")),
    }),
  );
  const { turnedOffAt } = disk;
  const { blocks = 0, firstOffset = 0 } = disk.wrongList ?? {};
  return (
    <Alert tone="warn" title={t("offTitle", { disk: disk.name })}>
      <p>{t("offText", { blocks, firstOffset: String(firstOffset) })}</p>
      <p>{t("offAction")}</p>
      <p>{t.rich("offSince", { time: () => <TimeAgo at={turnedOffAt} /> })}</p>
      <Button
        className="mt-2"
        disabledReason={vm.can.protect ? null : t("role")}
        onClick={() => setAsking(true)}
      >
        {t("allow")}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("allowTitle", { disk: disk.name })}
        description={t("allowText")}
        action={t("allow")}
        keep={t("keep")}
        busy={allow.isPending}
        onConfirm={() => allow.mutate({ vm: vm.id, disk: disk.diskUniqueId })}
      />
    </Alert>
  );
}
