"use client";
import type { RuleConditions } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { RulePreview } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useFormat } from "#lib/use-format.ts";
import type { StatusIcon, Tone } from "#ui/status.tsx";

/** The conditions of a rule, one text for each. */
export function useConditionTexts(): (conditions: RuleConditions) => readonly string[] {
  const t = useTranslations("assignmentRules.conditions");
  const format = useFormat();
  return ({ tags, subscriptionId, resourceGroup, region }) => [
    ...tags.map(({ name, values }) =>
      values.length === 0
        ? t("present", { name })
        : t("values", {
            name,
            values: format.list(
              values.map((value) => (value === "" ? t("empty") : value)),
              "disjunction",
            ),
          }),
    ),
    ...(subscriptionId === undefined ? [] : [t("subscription", { id: subscriptionId })]),
    ...(resourceGroup === undefined ? [] : [t("group", { name: resourceGroup })]),
    ...(region === undefined ? [] : [t("region", { name: region })]),
  ];
}

type Explained = Pick<
  RulePreview["rows"][number],
  "verdict" | "refusal" | "error" | "policy" | "byRule" | "stopped" | "exclusion" | "earlier"
>;

/** Why a rule does what it does with a VM; empty where the verdict says all. */
export function useWhyText(): (vm: Explained) => string {
  const t = useTranslations("assignmentRules");
  const format = useFormat();
  const describe = useErrorView();
  return ({ verdict, refusal, error, policy, byRule, stopped, exclusion, earlier }) => {
    switch (verdict) {
      case "refused":
        return error === null ? (refusal === null ? "" : t(`refusals.${refusal}`)) : describe(error).message;
      case "excluded":
        return exclusion === null
          ? ""
          : t("why.excluded", { ...exclusion, until: format.day(exclusion.until.slice(0, 10)) });
      case "stopped":
        return stopped === null || stopped.by === null || stopped.at === null
          ? t("why.stoppedUnknown")
          : t("why.stopped", { by: stopped.by, at: format.day(stopped.at.slice(0, 10)) });
      case "earlier-rule":
        return earlier === null ? t("why.earlierHidden") : t("why.earlier", { rule: earlier.name });
      case "protected":
        return t(byRule ? "why.protectedByRule" : "why.protected", { policy: policy ?? "" });
      case "left":
        return t("why.left", { policy: policy ?? "" });
      case "matched":
      case "not-matched":
        return "";
      default:
        return verdict satisfies never;
    }
  };
}

export const verdictLooks = {
  matched: { tone: "ok", icon: "check" },
  refused: { tone: "bad", icon: "cross" },
  excluded: { tone: "warn", icon: "off" },
  stopped: { tone: "warn", icon: "stopped" },
  "earlier-rule": { tone: "idle", icon: "waiting" },
  protected: { tone: "accent", icon: "check" },
  left: { tone: "warn", icon: "warning" },
  "not-matched": { tone: "idle", icon: "none" },
} as const satisfies Record<Explained["verdict"], { readonly tone: Tone; readonly icon: StatusIcon }>;
