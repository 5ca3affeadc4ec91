"use client";
import { type DeadlineStanding, deadlineStandingOf, isOpenJobState } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { JobRow } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import type { Fact } from "#ui/card.tsx";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";
import { AbsoluteTime, TimeAgo } from "#ui/time-ago.tsx";

const looks: Record<DeadlineStanding, readonly [Tone, StatusIcon]> = {
  "at-risk": ["warn", "warning"],
  met: ["ok", "check"],
  missed: ["warn", "warning"],
};

/** Whether a job will meet, has met or has missed its deadline; nothing where there is nothing to say. */
export function DeadlineMark({ job }: { readonly job: JobRow }) {
  const t = useTranslations("jobs.transfer");
  const standing = deadlineStandingOf(job);
  if (standing === null) return null;
  const [tone, icon] = looks[standing];
  return (
    <Status look="plain" tone={tone} icon={icon}>
      {t(`standings.${standing}`)}
    </Status>
  );
}

/** Below the state in a list: what the transfer waits for, when it ends, and a deadline at risk or missed. */
export function TransferLine({ job }: { readonly job: JobRow }) {
  const t = useTranslations("jobs.transfer");
  const isOpen = isOpenJobState(job.state);
  const { waitsFor, forecastEndAt } = job;
  const reason = isOpen && waitsFor !== null && job.parkedSince === null ? t(`short.${waitsFor}`) : null;
  const isMarked = ["at-risk", "missed"].includes(deadlineStandingOf(job) ?? "");
  // Of an outage only the next try is known.
  const ends = isOpen && job.parkedSince === null ? forecastEndAt : null;
  if (reason === null && ends === null && !isMarked) return null;
  return (
    <span className="flex flex-wrap items-center gap-x-2.5 text-xs text-muted max-sm:justify-end">
      {reason === null ? null : <span>{reason}</span>}
      {ends === null ? null : <span>{t.rich("ends", { time: () => <TimeAgo at={ends} /> })}</span>}
      {isMarked ? <DeadlineMark job={job} /> : null}
    </span>
  );
}

/** The deadline of a job, and the forecast of an open transfer. */
export function useTransferFacts(job: JobRow): readonly Fact[] {
  const t = useTranslations("jobs");
  const format = useFormat();
  const { waitsFor, queuePosition, forecastStartAt, forecastEndAt, deadlineAt, replacedCount } = job;
  const facts: Fact[] = [];
  if (isOpenJobState(job.state)) {
    const isParked = job.parkedSince !== null;
    if (waitsFor !== null)
      facts.push({ label: t("transfer.waitsFor"), value: t(`transfer.reasons.${waitsFor}`) });
    if (queuePosition !== null)
      facts.push({ label: t("transfer.place"), value: format.number(queuePosition) });
    if (forecastStartAt !== null)
      facts.push({
        label: isParked ? t("transfer.earliestStart") : t("transfer.start"),
        value: <AbsoluteTime at={forecastStartAt} seconds={false} />,
      });
    if (job.forecastAt !== null) {
      const end =
        forecastEndAt === null ? t("transfer.noEnd") : <AbsoluteTime at={forecastEndAt} seconds={false} />;
      facts.push({ label: isParked ? t("transfer.earliestEnd") : t("transfer.end"), value: end });
    }
  }
  if (deadlineAt !== null) {
    facts.push({
      label: t("detail.deadline"),
      value: (
        <>
          <AbsoluteTime at={deadlineAt} />
          <span className="block">
            <DeadlineMark job={job} />
          </span>
        </>
      ),
    });
  }
  if (replacedCount > 0) facts.push({ label: t("transfer.replaced"), value: format.number(replacedCount) });
  return facts;
}

/** A deadline that the forecast says is at risk. */
export function DeadlineAlert({ job }: { readonly job: JobRow }) {
  const t = useTranslations("jobs.transfer");
  const { deadlineAt, forecastEndAt, forecastAt } = job;
  if (deadlineStandingOf(job) !== "at-risk") return null;
  const deadline = () => <AbsoluteTime at={deadlineAt} seconds={false} />;
  const end = () => <AbsoluteTime at={forecastEndAt} seconds={false} />;
  return (
    <Alert tone="warn" title={t("riskTitle")}>
      <p>
        {forecastEndAt === null ? t.rich("riskNoEnd", { deadline }) : t.rich("riskText", { end, deadline })}{" "}
        {t("riskAction")}
      </p>
      {forecastAt === null ? null : <p>{t.rich("forecast", { time: () => <TimeAgo at={forecastAt} /> })}</p>}
    </Alert>
  );
}
