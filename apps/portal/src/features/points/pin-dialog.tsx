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
import { ConfirmDialog } from "#ui/dialog.tsx";

/** Pins a point, or requests the end of its hold, with a reason. */
export function PinDialog({ point, onClose }: { point: PointView; onClose: () => void }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const asked = useAsked();
  const format = useFormat();
  const state = useReason();
  const request = useRequestOptions();
  const isPinned = point.pinnedAt !== null;
  const pin = useMutation(
    trpc.points.pin.mutationOptions({
      onSuccess: () => {
        onClose();
        void outcome.done(t("detail.pinned"));
      },
      onError: outcome.failed(t("detail.pinFailed")),
    }),
  );
  const unpin = useMutation(
    trpc.points.unpin.mutationOptions({
      onSuccess: ({ requested }) => {
        onClose();
        asked(requested);
      },
      onError: outcome.failed(t("detail.unpinFailed")),
    }),
  );
  const { isPending } = isPinned ? unpin : pin;
  const submit = (reason: string) => {
    if (isPinned) unpin.mutate({ point: point.id, reason, ...request.options });
    else pin.mutate({ point: point.id, reason });
  };
  const names = { vm: point.vm.name, at: format.absolute(new Date(point.takenAt)) };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t(isPinned ? "detail.unpinTitle" : "detail.pinTitle")}
      action={t(isPinned ? "detail.unpinConfirm" : "detail.pinConfirm")}
      tone={isPinned ? "danger" : "primary"}
      busy={isPending}
      onConfirm={() => state.submit(submit)}
      description={
        <>
          <p>{t(isPinned ? "detail.unpinText" : "detail.pinText", names)}</p>
          <ReasonField label={t("detail.pinReason")} state={state} />
          {isPinned ? <RequestFields state={request} /> : null}
        </>
      }
    />
  );
}
