"use client";
import { endedAction, giveUpMs, isOpenJobState, transferWaitOf } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { DeadlineAlert } from "#features/jobs/job-transfer.tsx";
import type { JobView } from "#lib/api-types.ts";
import type { ErrorView } from "#lib/error-view.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Alert } from "#ui/alert.tsx";
import { AzureQuote } from "#ui/states.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** Why a job failed or was canceled, the error of its last attempt, and its warnings. */
export function JobAlerts({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  const describe = useErrorView();
  const active = isOpenJobState(job.state);
  return (
    <>
      {job.cancelAskedAt !== null && active ? <Alert tone="warn" title={t("detail.cancelAsked")} /> : null}
      {job.state === "cancelled" ? (
        <Alert title={t("detail.canceledTitle")}>{t(`detail.canceledText.${job.kind}`)}</Alert>
      ) : null}
      <DeadlineAlert job={job} />
      <TransferAlert job={job} />
      {job.error === null ? null : (
        <Alert
          tone={active ? "warn" : "bad"}
          title={t("detail.withCode", {
            title: active ? t("detail.failingTitle") : t("detail.failedTitle"),
            code: job.error.code,
          })}
        >
          <ErrorText view={ended(describe(job.error), t("detail.startAgain"))} withMessage />
        </Alert>
      )}
      {job.warningList.map((warning) => {
        const view = describe(warning);
        return (
          <Alert key={`${warning.code}-${warning.message}`} tone="warn" title={view.message}>
            <ErrorText view={view} />
          </Alert>
        );
      })}
    </>
  );
}

/** A job with an error has made its last try. */
function ended(view: ErrorView, startAgain: string): ErrorView {
  return { ...view, action: endedAction(view, startAgain) };
}

/** Why a transfer does not move, and when it is tried again. */
function TransferAlert({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  const describe = useErrorView();
  const wait = transferWaitOf(job);
  if (wait === null) return null;
  if (wait === "turn") return <WaitingAlert job={job} />;
  const { parkedSince, parkedUntil, parkedError } = job;
  const code = parkedError?.code ?? null;
  const isRestore = job.kind === "restore-disk";
  const title = isRestore ? t("detail.parkedRestoreTitle") : t("detail.parkedTitle");
  return (
    <Alert tone="warn" title={code === null ? title : t("detail.withCode", { title, code })}>
      {parkedError === null ? null : <ErrorText view={describe(parkedError)} withMessage />}
      <p>
        {t("detail.parkedSince")} <AbsoluteTime at={parkedSince} />. {t("detail.parkedNext")}{" "}
        <AbsoluteTime at={parkedUntil} />.
      </p>
      <p>
        {isRestore
          ? t("detail.parkedRestoreText", { days: String(giveUpMs(job.kind) / 86_400_000) })
          : t("detail.parkedText")}
      </p>
    </Alert>
  );
}

/** What the transfer waits for, and when it is expected to end. */
function WaitingAlert({ job: { waitsFor, forecastEndAt, deadlineAtRisk } }: { job: JobView }) {
  const t = useTranslations("jobs");
  return (
    <Alert title={t("detail.waitingTitle")}>
      <p>{waitsFor === null ? t("detail.waitingText") : `${t(`transfer.reasons.${waitsFor}`)}.`}</p>
      {forecastEndAt === null || deadlineAtRisk ? null : (
        <p>
          {t("transfer.end")}: <AbsoluteTime at={forecastEndAt} seconds={false} />
        </p>
      )}
    </Alert>
  );
}

interface ErrorTextProps {
  readonly view: ErrorView;
  readonly withMessage?: boolean;
}

function ErrorText({ view, withMessage = false }: ErrorTextProps) {
  return (
    <>
      {withMessage ? <p>{view.message}</p> : null}
      {view.azureMessage === null ? null : <AzureQuote text={view.azureMessage} />}
      {view.action === null ? null : <p>{view.action}</p>}
    </>
  );
}
