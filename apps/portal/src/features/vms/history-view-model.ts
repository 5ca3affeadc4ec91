import type { Texts } from "#i18n/texts.ts";
import type { HistoryDay } from "#lib/api-types.ts";
import type { Format } from "#lib/format.ts";

export const outcomes = ["succeeded", "warnings", "failed", "missed"] as const;
export type Outcome = (typeof outcomes)[number];

/** A day of the history in words: `22 Nov: 6 succeeded, 1 failed`. */
export function historyText(day: HistoryDay, t: Texts<"vms">, format: Format): string {
  const name = format.day(day.day);
  if (day.status === "before-start") return t("history.beforeStart", { day: name });
  const happened = outcomes.filter((outcome) => day[outcome] > 0);
  if (happened.length === 0) return t("history.idle", { day: name });
  const words = happened.map((outcome) => t(`history.${outcome}`, { count: day[outcome] }));
  return t("history.day", { day: name, outcomes: words.join(", ") });
}

/** The sum of an outcome over all days. */
export function sumOf(days: readonly HistoryDay[], outcome: Outcome): number {
  return days.reduce((total, day) => total + day[outcome], 0);
}
