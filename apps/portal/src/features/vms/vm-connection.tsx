"use client";
import { useTranslations } from "next-intl";
import type { VmView } from "#lib/api-types.ts";
import { Alert } from "#ui/alert.tsx";

/** Says why nothing starts for a VM whose subscription no enabled connection reads. Everyone who sees the VM sees it. */
export function VmConnection({ vm }: { vm: VmView }) {
  const t = useTranslations("connections");
  if (vm.status === "deleted" || vm.connection?.state === "enabled") return null;
  return vm.connection === null ? (
    <Alert tone="warn" title={t("vmNoneTitle")}>
      {t("vmNoneText")}
    </Alert>
  ) : (
    <Alert tone="warn" title={t("vmDisabledTitle", { name: vm.connection.name })}>
      {t("vmDisabledText")}
    </Alert>
  );
}
