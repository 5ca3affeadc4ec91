"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { PointView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { inputClass } from "#ui/field.tsx";

/** The API's minimum, so that the audit log never contains an empty reason. */
const minReasonLength = 3;
const maxReasonLength = 500;

/** Deletes a point after the user typed the name of its VM and a reason. Warns about the last point of a VM. */
export function DeletePointDialog({ point, onClose }: { point: PointView; onClose: () => void }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const format = useFormat();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const isShort = reason.trim().length < minReasonLength;
  const remove = useMutation(
    trpc.points.delete.mutationOptions({
      onSuccess: ({ jobId }) => {
        onClose();
        void outcome.done(t("detail.deleteStarted"));
        router.push(`/jobs/${jobId}`);
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
      onConfirm={() => {
        setTried(true);
        if (!isShort) remove.mutate({ point: point.id, reason: reason.trim() });
      }}
      description={
        <>
          {point.isOnly ? (
            <div className="my-3">
              <Alert tone="warn" title={t("detail.onlyPoint", { vm })}>
                {t("detail.onlyPointText")}
              </Alert>
            </div>
          ) : null}
          <p>{t("detail.deleteText", { vm, at: format.absolute(new Date(point.takenAt)) })}</p>
          <label className="mt-4 block text-sm font-medium text-ink">
            {t("detail.deleteReason")}
            <input
              value={reason}
              required
              maxLength={maxReasonLength}
              aria-invalid={tried && isShort}
              onChange={(event) => setReason(event.target.value)}
              className={`${inputClass} mt-1 font-normal`}
            />
            {tried && isShort ? (
              <span className="mt-1 block text-xs text-bad">
                {t("detail.reasonShort", { minimum: minReasonLength })}
              </span>
            ) : null}
          </label>
        </>
      }
    />
  );
}
