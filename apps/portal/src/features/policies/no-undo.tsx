"use client";
import { defaultSoftDeleteDays } from "@kluis/domain";
import { useTranslations } from "next-intl";
import type { PolicyRow, PolicyView } from "#lib/api-types.ts";
import { Status } from "#ui/status.tsx";

/** Whether deleted points can be brought back for a time. */
export function canUndo({ document }: Pick<PolicyRow | PolicyView, "document">): boolean {
  return (document.softDeleteDays ?? defaultSoftDeleteDays) > 0;
}

/** A loud sign of a policy whose deleted points are gone at once. */
export function NoUndoBadge({ policy }: { policy: Pick<PolicyRow | PolicyView, "document"> }) {
  const t = useTranslations("policies");
  return canUndo(policy) ? null : (
    <Status tone="bad" icon="warning">
      {t("noUndo.badge")}
    </Status>
  );
}
