"use client";
import { useTranslations } from "next-intl";
import type { PolicyRow, PolicyView } from "#lib/api-types.ts";
import { Status } from "#ui/status.tsx";

/** Says that a policy takes no VMs anymore. */
export function RetiredBadge({ policy }: { policy: Pick<PolicyRow | PolicyView, "retiredAt"> }) {
  const t = useTranslations("policyActions");
  return policy.retiredAt === null ? null : (
    <Status tone="idle" icon="stopped">
      {t("badge")}
    </Status>
  );
}
