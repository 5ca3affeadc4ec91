"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FileJson, FileSpreadsheet } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { reportMessages as text } from "#features/reports/messages.ts";
import { isReversed, lastDays, type Period, periodInput, reportAddress } from "#features/reports/period.ts";
import { ReportFigures } from "#features/reports/report-figures.tsx";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { buttonClass } from "#ui/button-class.ts";
import { Card } from "#ui/card.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState, ErrorState, SkeletonLines } from "#ui/states.tsx";

const params = { from: parseAsString.withDefault(""), to: parseAsString.withDefault("") };

/** The recovery-point report: choose a period, see its figures, download it. */
export function Reports() {
  const refusal = useRefusal("report:read");
  const [period, setPeriod] = useQueryStates(params, listOptions);
  const set = (next: Period) => void setPeriod(next);
  return (
    <Page>
      <PageHeader title={text.title} description={text.lead} />
      {refusal === null ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <PeriodCard period={period} onChange={set} />
          <SummaryCard period={period} />
        </div>
      ) : (
        <ErrorState error={{ code: "FORBIDDEN", message: text.refused, action: null }} />
      )}
    </Page>
  );
}

function PeriodCard({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const preset = (days: number | null) =>
    onChange(days === null ? { from: "", to: "" } : lastDays(days, new Date()));
  return (
    <Card title={text.period} id="period">
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap gap-1.5">
          <Button size="sm" onClick={() => preset(7)}>
            {text.presets["7"]}
          </Button>
          <Button size="sm" onClick={() => preset(30)}>
            {text.presets["30"]}
          </Button>
          <Button size="sm" onClick={() => preset(90)}>
            {text.presets["90"]}
          </Button>
          <Button size="sm" onClick={() => preset(null)}>
            {text.presets.all}
          </Button>
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={text.from}>
            <Input
              type="date"
              value={period.from}
              onValueChange={(from: string) => onChange({ ...period, from })}
            />
          </Field>
          <Field label={text.to} error={isReversed(period) ? text.wrongOrder : undefined}>
            <Input
              type="date"
              value={period.to}
              onValueChange={(to: string) => onChange({ ...period, to })}
            />
          </Field>
        </div>
        <p className="text-xs text-faint">{text.allTime}</p>
      </div>
    </Card>
  );
}

function SummaryCard({ period }: { period: Period }) {
  const trpc = useTRPC();
  const summary = useQuery(
    trpc.reports.points.queryOptions(periodInput(period), {
      enabled: !isReversed(period),
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <Card
      title={text.summary}
      id="summary"
      footer={
        <div className="flex flex-wrap items-center gap-2">
          <a
            className={buttonClass("primary")}
            href={reportAddress("csv", period)}
            download
            title={text.csvHint}
          >
            <FileSpreadsheet aria-hidden="true" />
            {text.download} {text.csv}
          </a>
          <a
            className={buttonClass("secondary")}
            href={reportAddress("json", period)}
            download
            title={text.jsonHint}
          >
            <FileJson aria-hidden="true" />
            {text.download} {text.json}
          </a>
          <p className="text-xs text-faint">{text.zone}</p>
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
        <EmptyState title={text.none}>{text.noneText}</EmptyState>
      ) : (
        <ReportFigures summary={summary.data} />
      )}
    </Card>
  );
}
