"use client";
import { useTranslations } from "next-intl";
import type { HealthView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";

type Part = HealthView["parts"][number];

/** The state of a part in words: its own when it is healthy, else those of its error code. */
export function useHealthMessage(): (part: Part) => string {
  const t = useTranslations("settings");
  const describe = useErrorView();
  return (part) => {
    if (part.ok) return t(`partsOk.${part.part}`);
    if (part.code === "ENGINE_SILENT") return t("engineSilent");
    if (part.code === "NOT_CHECKED") return t("notChecked");
    return describe(part).message;
  };
}
