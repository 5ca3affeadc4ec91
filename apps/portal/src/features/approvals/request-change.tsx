"use client";
import { isChangeKind, isPermittedChangeKind } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useKindText } from "#features/approvals/approval-words.tsx";
import { RequestFields, useRequestOptions } from "#features/approvals/request-fields.tsx";
import { useAsked } from "#features/approvals/use-asked.ts";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import type { WantedChange } from "#lib/second-person.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { ErrorState } from "#ui/states.tsx";

/** Offers to request a change of configuration that was refused because a second person must approve it. */
export default function RequestChange({ wanted, onClose }: { wanted: WantedChange; onClose: () => void }) {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const asked = useAsked();
  const kindText = useKindText();
  const reason = useReason();
  const request = useRequestOptions();
  const ask = useMutation(
    trpc.approvals.request.mutationOptions({
      onSuccess: ({ requested }) => {
        onClose();
        asked(requested);
      },
    }),
  );
  const { change, input } = wanted;
  if (!isChangeKind(change)) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("request.title")}
      tone="primary"
      action={t("request.confirm")}
      busy={ask.isPending}
      onConfirm={() =>
        reason.submit((text) => ask.mutate({ change, input: { ...input }, reason: text, ...request.options }))
      }
      error={ask.error === null ? undefined : <ErrorState compact error={ask.error} />}
      description={
        <>
          <p className="font-medium text-ink">{kindText(change)}</p>
          <p className="mt-2">{t("request.text")}</p>
          {isPermittedChangeKind(change) ? <p className="mt-2">{t("request.permitted")}</p> : null}
          <ReasonField label={t("request.reason")} state={reason} />
          <RequestFields state={request} />
        </>
      }
    />
  );
}
