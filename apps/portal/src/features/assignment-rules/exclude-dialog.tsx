"use client";
import { exclusionLimits, isExclusionEnd } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { DateInput } from "#ui/date-input.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { ErrorState } from "#ui/states.tsx";

export interface ExcludeDialogProps {
  readonly vmId: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** The last day counts whole. */
function endOf(day: string): Date {
  return new Date(`${day}T23:59:00Z`);
}

/** Excludes a VM from assignment rules, with an owner, a reason and an end. */
export function ExcludeDialog({ vmId, name, onClose }: ExcludeDialogProps) {
  const t = useTranslations("assignmentRules.exclude");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const format = useFormat();
  const formId = useId();
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const [owner, setOwner] = useState("");
  const [tried, setTried] = useState(false);
  const [openedAt] = useState(() => new Date());
  const exclude = useMutation(
    trpc.exclusions.add.mutationOptions({
      onSuccess: ({ expiresAt }) => {
        onClose();
        return outcome.done(t("done", { name, until: format.day(expiresAt.slice(0, 10)) }));
      },
    }),
  );
  const isReasonRight = reason.trim().length >= exclusionLimits.shortestReason;
  const isUntilRight = until !== "" && isExclusionEnd(endOf(until), openedAt);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("title", { name })}
      description={t("text")}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button tone="primary" type="submit" form={formId} busy={exclude.isPending}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!isReasonRight || !isUntilRight) return;
          exclude.mutate({
            vm: vmId,
            reason: reason.trim(),
            expiresAt: endOf(until).toISOString(),
            ...(owner.trim() === "" ? {} : { owner: owner.trim() }),
          });
        }}
      >
        <Field label={t("reason")} error={tried && !isReasonRight ? t("reasonWrong") : undefined}>
          <Input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Field label={t("until")} error={tried && !isUntilRight ? t("untilWrong") : undefined}>
          <DateInput label={t("until")} value={until} onChange={setUntil} />
        </Field>
        <Field label={t("owner")}>
          <Input value={owner} onChange={(event) => setOwner(event.target.value)} autoComplete="off" />
        </Field>
        {exclude.error === null ? null : <ErrorState compact error={exclude.error} />}
      </form>
    </Dialog>
  );
}
