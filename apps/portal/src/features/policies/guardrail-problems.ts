import { useViolationText } from "#features/guardrails/violation-list.tsx";
import type { ViolationView } from "#lib/api-types.ts";

/** The field, or the part of the editor, that a guardrail is about. */
const places = new Map([
  ["retention", "retention"],
  ["interval", "interval"],
  ["instant-restore-least", "instantRestoreDays"],
  ["instant-restore-most", "instantRestoreDays"],
  ["verification", "verification"],
  ["soft-delete", "softDeleteDays"],
]);

/** What the guardrails refuse, in the page's language, by the field to show it at. */
export function useGuardrailProblems(violations: readonly ViolationView[]): Readonly<Record<string, string>> {
  const textOf = useViolationText();
  return Object.fromEntries(
    violations.flatMap((violation) => {
      const place = places.get(violation.rule);
      const { message, action } = textOf(violation);
      return place === undefined ? [] : [[place, `${message} ${action}`]];
    }),
  );
}
