import type { PolicyWord } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import type { PolicyPreview } from "#lib/api-types.ts";
import type { Format } from "#lib/format.ts";
import { policyChanges } from "#messages/policy-changes.ts";

export type PolicyChange = PolicyPreview["changes"][number];

export interface ChangeWords {
  readonly t: Texts<"policyChanges">;
  readonly format: Pick<Format, "list" | "number" | "weekday">;
}

const isWord = (text: string): text is PolicyWord => Object.hasOwn(policyChanges.en.words, text);

/** The value of a field, in words. */
export function valueWords(
  field: PolicyChange["field"],
  value: PolicyChange["after"],
  { t, format }: ChangeWords,
): string {
  if (value === null) return t("unset");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number") return format.number(value);
  if (typeof value === "string") return isWord(value) ? t(`words.${value}`) : value;
  if ("unit" in value) return t(`ages.${value.unit}`, { count: value.age });
  if (value.length === 0) return t("none");
  const isDays = field === "transfer.window.days" || field === "schedule.days";
  return format.list(
    value.map((one) => (isDays && typeof one === "number" ? format.weekday(one) : String(one))),
  );
}
