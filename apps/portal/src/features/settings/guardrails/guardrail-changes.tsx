"use client";
import { requiredVaultKeys, requiredVerifications } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { GuardrailChangeView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { messageKey } from "#messages/catalog.ts";

/** What one version of the guardrails changes of another, a field a line. */
export function GuardrailChanges({ changes }: { changes: readonly GuardrailChangeView[] }) {
  const t = useTranslations("guardrails");
  const wordsOf = useValueWords();
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {changes.map(({ field, before, after }) => (
        <li key={field} className="wrap-anywhere">
          <span className="text-muted">{t(`fields.${messageKey(field)}`)}: </span>
          <span data-value>{wordsOf(after)}</span>{" "}
          <span className="text-faint">{t("before", { value: wordsOf(before) })}</span>
        </li>
      ))}
    </ul>
  );
}

function useValueWords(): (value: GuardrailChangeView["after"]) => string {
  const t = useTranslations("guardrails");
  const format = useFormat();
  const wordOf = (value: string): string => {
    const mode = requiredVerifications.find((one) => one === value);
    const key = requiredVaultKeys.find((one) => one === value);
    if (mode !== undefined) return t(`verifications.${mode}`);
    if (key !== undefined) return t(`keys.${key}`);
    return value === "enforced" ? t("enforced") : value;
  };
  return (value) => {
    if (value === null) return t("unrestricted");
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (typeof value === "number") return format.number(value);
    return typeof value === "string" ? wordOf(value) : format.list(value.map(wordOf));
  };
}
