import type { TransferWindow } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import type { Format } from "#lib/format.ts";

/** The limit of bandwidth, in a sentence; empty without one. */
export function bandwidthSentence(bandwidth: number | undefined, t: Texts<"policyTransfer">): string {
  return bandwidth === undefined ? "" : t("sentence.bandwidth", { bandwidth });
}

/** When data moves, in a sentence; empty where it always does. */
export function transferSentence(
  window: TransferWindow | null,
  t: Texts<"policyTransfer">,
  format: Pick<Format, "list" | "weekday">,
): string {
  if (window === null) return "";
  const { from, to } = window;
  const isWhole = from === to;
  if (window.days === undefined) return isWhole ? "" : t("sentence.daily", { from, to });
  const days = format.list(window.days.map((day) => format.weekday(day)));
  return isWhole ? t("sentence.whole", { days, from }) : t("sentence.days", { days, from, to });
}
