"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RequestFields, useRequestOptions } from "#features/approvals/request-fields.tsx";
import { useAsked } from "#features/approvals/use-asked.ts";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import type { VmView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Check, inputClass } from "#ui/field.tsx";

/** Stops the protection of a VM. Its recovery points stay, unless the user requests their deletion and types the name of the VM. */
export function StopDialog({ vm, onClose }: { vm: VmView; onClose: () => void }) {
  const t = useTranslations("protection.stop");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const asked = useAsked();
  const state = useReason();
  const request = useRequestOptions();
  const [deletes, setDeletes] = useState(false);
  const { name } = vm;
  /** Pinned points stay. */
  const points = vm.pointCount - vm.pinnedCount;
  const stop = useMutation(
    trpc.protection.stop.mutationOptions({
      onSuccess: async ({ deleted, requested }) => {
        onClose();
        if (requested !== null) {
          asked(requested);
          return;
        }
        await outcome.done(
          deleted === null ? t("done", { name }) : t("deleted", { name, points: deleted.points }),
        );
      },
      onError: outcome.failed(t("failed")),
    }),
  );
  const submit = () => {
    if (!deletes) stop.mutate({ vm: vm.id, reason: state.reason });
    else {
      const deletion = { vm: vm.id, deletePoints: { confirm: name }, ...request.options };
      state.submit((reason) => stop.mutate({ ...deletion, reason }));
    }
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("title", { name })}
      description={
        <>
          <p>{deletes ? t("deleteText") : t("text")}</p>
          {deletes ? (
            <>
              <ReasonField label={t("reasonNeeded")} state={state} />
              <RequestFields state={request} />
            </>
          ) : (
            <label className="mt-4 block text-sm font-medium text-ink">
              {t("reason")}
              <input
                value={state.reason}
                maxLength={500}
                onChange={(event) => state.setReason(event.target.value)}
                className={`${inputClass} mt-1 font-normal`}
              />
            </label>
          )}
          {vm.can.deletePoints && points > 0 ? (
            <Check
              className="mt-4 text-ink"
              label={t("deletePoints", { points })}
              checked={deletes}
              onChange={(event) => setDeletes(event.target.checked)}
            />
          ) : null}
        </>
      }
      action={deletes ? t("deleteSubmit", { points }) : t("submit")}
      keep={t("keep")}
      busy={stop.isPending}
      {...(deletes ? { typed: name } : {})}
      onConfirm={submit}
    />
  );
}
