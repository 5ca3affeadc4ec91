"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FileJson, FileSpreadsheet } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { isReversed, lastDays, type Period, periodInput, reportAddress } from "#features/reports/period.ts";
import { ReportFigures } from "#features/reports/report-figures.tsx";
import { failureOf } from "#lib/failure.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { buttonClass } from "#ui/button-class.ts";
import { Card } from "#ui/card.tsx";
import { DateInput } from "#ui/date-input.tsx";
import { Field } from "#ui/field.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";

const presetDays = [7, 30, 90];

const params = { from: parseAsString.withDefault(""), to: parseAsString.withDefault("") };

/** The recovery-point report: select a period, see its totals, download it. */
export function Reports() {
  const t = useTranslations("reports");
  const refusal = useRefusal("report:read");
  const [period, setPeriod] = useQueryStates(params, listOptions);
  const set = (next: Period) => void setPeriod(next);
  return (
    <Page>
      <PageHeader title={t("title")} description={t("lead")} />
      {refusal === null ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <PeriodCard period={period} onChange={set} />
          <SummaryCard period={period} />
        </div>
      ) : (
        <ErrorState error={failureOf("FORBIDDEN")} />
      )}
    </Page>
  );
}

function PeriodCard({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const t = useTranslations("reports");
  const preset = (days: number | null) =>
    onChange(days === null ? { from: "", to: "" } : lastDays(days, new Date()));
  return (
    <Card title={t("period")} id="period">
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap gap-1.5">
          {presetDays.map((days) => (
            <Button key={days} size="sm" onClick={() => preset(days)}>
              {t("presetDays", { days })}
            </Button>
          ))}
          <Button size="sm" onClick={() => preset(null)}>
            {t("presetAll")}
          </Button>
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={t("from")}>
            <DateInput
              label={t("from")}
              value={period.from}
              onChange={(from) => onChange({ ...period, from })}
            />
          </Field>
          <Field label={t("to")} error={isReversed(period) ? t("wrongOrder") : undefined}>
            <DateInput label={t("to")} value={period.to} onChange={(to) => onChange({ ...period, to })} />
          </Field>
        </div>
        <p className="text-xs text-faint">{t("allTime")}</p>
      </div>
    </Card>
  );
}

function SummaryCard({ period }: { period: Period }) {
  const t = useTranslations("reports");
  const trpc = useTRPC();
  const summary = useQuery(
    trpc.reports.points.queryOptions(periodInput(period), {
      enabled: !isReversed(period),
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <Card
      title={t("summary")}
      id="summary"
      footer={
        <div className="flex flex-wrap items-center gap-2">
          <a
            className={buttonClass("primary")}
            href={reportAddress("csv", period)}
            download
            title={t("csvHint")}
          >
            <FileSpreadsheet aria-hidden="true" />
            {t("downloadCsv")}
          </a>
          <a
            className={buttonClass("secondary")}
            href={reportAddress("json", period)}
            download
            title={t("jsonHint")}
          >
            <FileJson aria-hidden="true" />
            {t("downloadJson")}
          </a>
          <p className="text-xs text-faint">{t("zone")}</p>
        </div>
      }
    >
      {summary.error !== null ? (
        <ErrorState
          error={summary.error}
          onRetry={() => void summary.refetch()}
          retrying={summary.isFetching}
        />
      ) : summary.data === undefined ? (
        <SkeletonLines lines={5} />
      ) : summary.data.points === 0 ? (
        <EmptyState title={t("none")}>{t("noneText")}</EmptyState>
      ) : (
        <ReportFigures summary={summary.data} />
      )}
    </Card>
  );
}
