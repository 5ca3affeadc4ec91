/** Guardrails as answers show them, and the checks that other nouns make. */
import { readGuardrails, type Tx } from "@kluis/db";
import {
  describeGuardrailChange,
  downloadViolation,
  type GuardrailChange,
  type Guardrails,
  guardrailChanges,
  mustKeepGuardrails,
  type Violation,
  violationText,
} from "@kluis/domain";
import type { z } from "zod";
import type { RequestContext } from "../context.ts";
import { isInNetworks } from "./networks.ts";
import type { guardrailChangeView, violationView } from "./view.ts";

type ViolationView = z.input<typeof violationView>;
type ChangeView = z.input<typeof guardrailChangeView>;

export function violationViews(violations: readonly Violation[]): ViolationView[] {
  return violations.map(violationOf);
}

function violationOf(violation: Violation): ViolationView {
  return { rule: violation.rule, params: { ...violation.params }, ...violationText(violation) };
}

export function changeViews(before: Guardrails, after: Guardrails): ChangeView[] {
  return guardrailChanges(before, after).map((change) => ({
    field: change.field,
    before: valueOf(change.before),
    after: valueOf(change.after),
    text: describeGuardrailChange(change),
  }));
}

function valueOf(value: GuardrailChange["before"]): ChangeView["before"] {
  return typeof value === "object" && value !== null ? [...value] : value;
}

/** Why the request may not read the content of points; null: it may. */
export function downloadRefusal(
  { ip }: Pick<RequestContext, "ip">,
  guardrails: Guardrails,
): ViolationView | null {
  const violation = downloadViolation({ address: ip, isInside: isInNetworks }, guardrails);
  return violation && violationOf(violation);
}

/** @throws KluisError GUARDRAIL when downloads are not allowed, or not from the address of the request */
export async function mustMayDownload({ ip }: Pick<RequestContext, "ip">, tx: Tx): Promise<void> {
  const violation = downloadViolation({ address: ip, isInside: isInNetworks }, await readGuardrails(tx));
  mustKeepGuardrails(violation === null ? [] : [violation]);
}
