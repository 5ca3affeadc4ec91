import type { HistoryDay } from "#lib/api-types.ts";

export const historyTitle = "Backups of the last 30 days";

/** `22 Nov: 6 good, 1 failed`; a day with nothing says so. */
export function historyText(day: HistoryDay): string {
  const name = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${day.day}T00:00:00Z`),
  );
  if (day.status === "before-start") return `${name}: before protection`;
  const parts = [
    [day.succeeded, "good"],
    [day.warnings, "with warnings"],
    [day.failed, "failed"],
    [day.missed, "missed"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, label]) => `${count} ${label}`);
  return `${name}: ${said.length === 0 ? "nothing due" : said.join(", ")}`;
}
