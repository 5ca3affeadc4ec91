"use client";
import { useTranslations } from "next-intl";
import type { ReportSummary } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Facts } from "#ui/card.tsx";

/** The totals of the report. */
export function ReportFigures({ summary }: { summary: ReportSummary }) {
  const t = useTranslations("reports");
  const format = useFormat();
  const of = (part: number) => t("share", { part, whole: summary.points });
  return (
    <Facts
      short
      columns={4}
      facts={[
        { label: t("fields.points"), value: format.number(summary.points) },
        { label: t("fields.vms"), value: format.number(summary.vms) },
        { label: t("fields.application"), value: of(summary.byConsistency.application) },
        { label: t("fields.file"), value: of(summary.byConsistency.file) },
        { label: t("fields.crash"), value: of(summary.byConsistency.crash) },
        { label: t("fields.verified"), value: of(summary.verified) },
        { label: t("fields.damaged"), value: format.number(summary.damaged) },
        { label: t("fields.deleted"), value: format.number(summary.deleted) },
        { label: t("fields.logical"), value: <ByteSize bytes={summary.logicalBytes} /> },
        { label: t("fields.moved"), value: <ByteSize bytes={summary.movedBytes} /> },
        { label: t("fields.stored"), value: <ByteSize bytes={summary.storedBytes} /> },
      ]}
    />
  );
}
