import type { PolicyDocument } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";

/** What makes Linux VMs application-consistent; empty where nothing does. */
export function scriptsSentence(
  { consistency }: Pick<PolicyDocument, "consistency">,
  t: Texts<"policyScripts">,
): string[] {
  const { linuxScripts } = consistency;
  if (linuxScripts === undefined) return [];
  return [linuxScripts.from === "guest" ? t("sentence.guest") : t("sentence.policy")];
}
