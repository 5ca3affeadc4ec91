"use client";
import { useTranslations } from "next-intl";
import type { TeamMembers } from "#lib/api-types.ts";

type Refusal = TeamMembers["roles"][number]["refusal"];

/** Why the user may not give or take a role, as text; null when they may. */
export function useRefusalText() {
  const t = useTranslations("teams");
  const settings = useTranslations("settings");
  return (refusal: Refusal): string | null =>
    refusal === null
      ? null
      : t(`refusals.${refusal.reason}`, {
          permission: refusal.permission === null ? "" : settings(`permissions.${refusal.permission}`),
        });
}
