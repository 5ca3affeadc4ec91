"use client";
import { reportMessages } from "#features/reports/messages.ts";
import type { ReportSummary } from "#lib/api-types.ts";
import { formatNumber } from "#lib/format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { Facts } from "#ui/card.tsx";

const text = reportMessages.fields;

/** The report's sums. */
export function ReportFigures({ summary }: { summary: ReportSummary }) {
  const of = (part: number) => reportMessages.share(formatNumber(part), formatNumber(summary.points));
  return (
    <Facts
      short
      columns={4}
      facts={[
        { label: text.points, value: formatNumber(summary.points) },
        { label: text.vms, value: formatNumber(summary.vms) },
        { label: text.application, value: of(summary.byConsistency.application) },
        { label: text.file, value: of(summary.byConsistency.file) },
        { label: text.crash, value: of(summary.byConsistency.crash) },
        { label: text.verified, value: of(summary.verified) },
        { label: text.damaged, value: formatNumber(summary.damaged) },
        { label: text.deleted, value: formatNumber(summary.deleted) },
        { label: text.logical, value: <ByteSize bytes={summary.logicalBytes} /> },
        { label: text.moved, value: <ByteSize bytes={summary.movedBytes} /> },
        { label: text.stored, value: <ByteSize bytes={summary.storedBytes} /> },
      ]}
    />
  );
}
