"use client";
import { isOpenJobState } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { CircleStop } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { JobView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";

/** Opens the recovery point that the job created; stops a job that has not ended. */
export function JobActions({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const refusal = useRefusal("backup:run");
  const [asking, setAsking] = useState(false);
  const cancel = useMutation(
    trpc.jobs.cancel.mutationOptions({
      onSuccess: async () => {
        setAsking(false);
        await outcome.done(t("detail.cancelDone"));
      },
      onError: outcome.failed(t("detail.cancelFailed")),
    }),
  );
  const reason =
    refusal ??
    (job.can.cancel ? null : isOpenJobState(job.state) ? t("detail.cancelAsked") : t("detail.notActive"));
  return (
    <>
      {job.resultPointId === null ? null : (
        <LinkButton tone="primary" href={`/points/${job.resultPointId}`}>
          {t("detail.openPoint")}
        </LinkButton>
      )}
      {isOpenJobState(job.state) ? (
        <Button
          icon={<CircleStop aria-hidden="true" />}
          disabledReason={reason}
          onClick={() => setAsking(true)}
        >
          {t(`detail.cancel.${job.kind}`)}
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t(`detail.cancelTitle.${job.kind}`)}
        description={t(`detail.cancelText.${job.kind}`)}
        keep={t("detail.keep")}
        action={t(`detail.cancel.${job.kind}`)}
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate({ job: job.id })}
      />
    </>
  );
}
