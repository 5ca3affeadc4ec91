"use client";
import { useTranslations } from "next-intl";
import { type PolicyChange, valueWords } from "#features/policies/policy-change-words.ts";
import { useFormat } from "#lib/use-format.ts";
import { messageKey } from "#messages/catalog.ts";

/** What one version changes of another, a field a line. */
export function PolicyChanges({ changes }: { readonly changes: readonly PolicyChange[] }) {
  const t = useTranslations("policyChanges");
  const words = { t, format: useFormat() };
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {changes.map(({ field, before, after }) => (
        <li key={field} className="wrap-anywhere">
          <span className="text-muted">{t(`fields.${messageKey(field)}`)}: </span>
          <span data-value>{valueWords(field, after, words)}</span>{" "}
          <span className="text-faint">{t("before", { value: valueWords(field, before, words) })}</span>
        </li>
      ))}
    </ul>
  );
}
