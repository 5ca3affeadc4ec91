"use client";
import { useTranslations } from "next-intl";
import { historyText, type Outcome, outcomes, sumOf } from "#features/vms/history-view-model.ts";
import type { HistoryDay } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { HistoryStrip } from "#ui/history-strip.tsx";

const inks: Record<Outcome, string> = {
  succeeded: "text-ok",
  warnings: "text-warn",
  failed: "text-bad",
  missed: "text-warn",
};

/** Thirty days, one cell each, with the sums in words. */
export function VmHistory({ days }: { days: readonly HistoryDay[] }) {
  const t = useTranslations("vms");
  const format = useFormat();
  return (
    <div className="flex flex-col gap-2.5">
      <HistoryStrip
        label={t("history.title")}
        days={days.map((day) => ({ day: day.day, state: day.status, text: historyText(day, t, format) }))}
      />
      <ul className="flex flex-wrap gap-x-4 text-sm">
        {outcomes.map((outcome) => {
          const count = sumOf(days, outcome);
          const className = count === 0 ? "font-medium tabular" : `font-semibold tabular ${inks[outcome]}`;
          return (
            <li key={outcome} className="text-muted">
              {t.rich(`history.sums.${outcome}`, {
                count,
                mark: (chunks) => <span className={className}>{chunks}</span>,
              })}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
