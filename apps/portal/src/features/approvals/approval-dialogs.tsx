"use client";
import { approvalLimits, isPermittedChangeKind } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ChangeList } from "#features/approvals/approval-changes.tsx";
import { EffectList, useKindText } from "#features/approvals/approval-words.tsx";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import type { ApprovalView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { inputClass } from "#ui/field.tsx";

interface Props {
  readonly approval: ApprovalView;
  readonly onClose: () => void;
}

/** Approves a request as the person sees it now: the server refuses when it would do something else by then. */
export function ApproveDialog({ approval, seen, onClose }: Props & { readonly seen: string }) {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const kindText = useKindText();
  const [comment, setComment] = useState("");
  const approve = useMutation(
    trpc.approvals.approve.mutationOptions({
      onSuccess: ({ state, permitUntil }) => {
        onClose();
        void outcome.done(
          state === "executed"
            ? t(permitUntil === null ? "detail.approved" : "permit.approved")
            : t("detail.notDone", { state: t(`states.${state}`).toLowerCase() }),
        );
      },
      onError: (error) => {
        onClose();
        outcome.failed(t("detail.approveFailed"))(error);
        void outcome.refresh();
      },
    }),
  );
  const text = comment.trim();
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("detail.approveTitle")}
      action={t("detail.approveConfirm", { kind: kindText(approval.kind) })}
      tone={approval.changes === null ? "danger" : "primary"}
      busy={approve.isPending}
      onConfirm={() =>
        approve.mutate({ approval: approval.id, seen, ...(text === "" ? {} : { comment: text }) })
      }
      description={
        <>
          <p className="mb-2">
            {t(isPermittedChangeKind(approval.kind) ? "permit.approveText" : "detail.approveText", {
              name: approval.requester.name,
              hours: approvalLimits.permitHours,
            })}
          </p>
          <EffectList effect={approval.now?.effect ?? null} />
          {approval.changes === null ? null : <ChangeList changes={approval.changes} />}
          <label className="mt-4 block text-sm font-medium text-ink">
            {t("detail.commentOptional")}
            <input
              value={comment}
              maxLength={500}
              onChange={(event) => setComment(event.target.value)}
              className={`${inputClass} mt-1 font-normal`}
            />
          </label>
        </>
      }
    />
  );
}

export function RejectDialog({ approval, onClose }: Props) {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const state = useReason();
  const reject = useMutation(
    trpc.approvals.reject.mutationOptions({
      onSuccess: () => {
        onClose();
        void outcome.done(t("detail.rejected"));
      },
      onError: outcome.failed(t("detail.rejectFailed")),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("detail.rejectTitle")}
      action={t("detail.rejectConfirm")}
      busy={reject.isPending}
      onConfirm={() => state.submit((comment) => reject.mutate({ approval: approval.id, comment }))}
      description={<ReasonField label={t("detail.rejectReason")} state={state} />}
    />
  );
}

export function WithdrawDialog({ approval, onClose }: Props) {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const withdraw = useMutation(
    trpc.approvals.withdraw.mutationOptions({
      onSuccess: () => {
        onClose();
        void outcome.done(t("detail.withdrawn"));
      },
      onError: outcome.failed(t("detail.withdrawFailed")),
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("detail.withdrawTitle")}
      action={t("detail.withdrawConfirm")}
      tone="primary"
      busy={withdraw.isPending}
      onConfirm={() => withdraw.mutate({ approval: approval.id })}
      description={<p>{t("detail.withdrawText")}</p>}
    />
  );
}
