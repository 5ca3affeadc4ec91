import type { PolicyDocument } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";

/** Nothing without a rule. */
export function verificationSentence(
  { verification }: Pick<PolicyDocument, "verification">,
  t: Texts<"policyVerification">,
): string {
  if (verification === undefined) return "";
  if (verification.mode !== "sampled")
    return t(`sentence.${verification.mode}`, { days: verification.everyDays });
  const { unit, amount } = verification.nightly;
  return t(`sentence.${unit}`, { amount });
}
