"use client";
import { historyText, historyTitle } from "#features/vms/history-view-model.ts";
import type { HistoryDay } from "#lib/api-types.ts";
import { HistoryStrip } from "#ui/history-strip.tsx";

/** Thirty days, one cell each, with the sum in words. */
export function VmHistory({ days }: { days: readonly HistoryDay[] }) {
  return (
    <div className="flex flex-col gap-2.5">
      <HistoryStrip
        label={historyTitle}
        days={days.map((day) => ({ day: day.day, state: day.status, text: historyText(day) }))}
      />
      <HistorySummary days={days} />
    </div>
  );
}

function HistorySummary({ days }: { days: readonly HistoryDay[] }) {
  const sum = (key: "succeeded" | "warnings" | "failed" | "missed") =>
    days.reduce((total, day) => total + day[key], 0);
  const parts = [
    [sum("succeeded"), "good", "text-ok"],
    [sum("warnings"), "with warnings", "text-warn"],
    [sum("failed"), "failed", "text-bad"],
    [sum("missed"), "missed", "text-warn"],
  ] as const;
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm">
      {parts.map(([count, label, ink]) => (
        <li key={label} className="text-muted">
          <span className={count === 0 ? "font-medium tabular" : `font-semibold tabular ${ink}`}>
            {count}
          </span>{" "}
          {label}
        </li>
      ))}
    </ul>
  );
}
