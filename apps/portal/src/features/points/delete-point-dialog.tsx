"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { RequestFields, useRequestOptions } from "#features/approvals/request-fields.tsx";
import { useAsked } from "#features/approvals/use-asked.ts";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import type { PointView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";

/** Requests the deletion of a point after the user typed the name of its VM and a reason. Warns about the last point of a VM. */
export function DeletePointDialog({ point, onClose }: { point: PointView; onClose: () => void }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const asked = useAsked();
  const format = useFormat();
  const state = useReason();
  const request = useRequestOptions();
  const remove = useMutation(
    trpc.points.delete.mutationOptions({
      onSuccess: ({ requested }) => {
        onClose();
        asked(requested);
      },
      onError: outcome.failed(t("detail.deleteFailed")),
    }),
  );
  const vm = point.vm.name;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("detail.deleteTitle")}
      typed={vm}
      action={t("detail.deleteConfirm")}
      busy={remove.isPending}
      onConfirm={() =>
        state.submit((reason) => remove.mutate({ points: [point.id], reason, ...request.options }))
      }
      description={
        <>
          {point.isOnly ? (
            <div className="my-3">
              <Alert tone="warn" title={t("detail.onlyPoint", { vm })}>
                {t("detail.onlyPointText")}
              </Alert>
            </div>
          ) : null}
          <p>
            {t("detail.deleteText", {
              vm,
              at: format.absolute(new Date(point.takenAt)),
              days: point.softDeleteDays,
            })}
          </p>
          <ReasonField label={t("detail.deleteReason")} state={state} />
          <RequestFields state={request} />
        </>
      }
    />
  );
}
