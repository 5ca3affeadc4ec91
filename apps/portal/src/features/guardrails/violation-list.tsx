"use client";
import { useTranslations } from "next-intl";
import type { ViolationView } from "#lib/api-types.ts";
import { describeViolation } from "#lib/error-view.ts";
import { useFormat } from "#lib/use-format.ts";

/** Words a guardrail that is not kept, with what would pass, in the page's language. */
export function useViolationText(): (violation: ViolationView) => {
  readonly message: string;
  readonly action: string;
} {
  const words = {
    errors: useTranslations("errors"),
    validation: useTranslations("validation"),
    format: useFormat(),
  };
  return (violation) => describeViolation(violation, words);
}

/** Guardrails that are not kept, each with what would pass. */
export function ViolationList({ violations }: { violations: readonly ViolationView[] }) {
  const textOf = useViolationText();
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {violations.map((violation) => {
        const { message, action } = textOf(violation);
        return (
          <li key={`${violation.rule} ${JSON.stringify(violation.params)}`} className="wrap-anywhere">
            {message} <span className="text-muted">{action}</span>
          </li>
        );
      })}
    </ul>
  );
}
