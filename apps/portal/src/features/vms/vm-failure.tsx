"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { VmView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Alert } from "#ui/alert.tsx";

/** Why the last backup of a VM failed, what to do, and its failed jobs. */
export function VmFailure({ vm }: { readonly vm: VmView }) {
  const t = useTranslations("vms");
  const errorView = useErrorView();
  if (vm.status !== "failing" || vm.lastError === null) return null;
  const { title, message, action } = errorView(vm.lastError);
  const failed = `/jobs?state=failed&search=${encodeURIComponent(vm.name)}`;
  return (
    <Alert tone="bad" title={t("failure.title", { why: title })}>
      <p className="break-words">{[message, action ?? []].flat().join(" ")}</p>
      <Link href={failed} className="font-medium underline">
        {t("failure.jobs")}
      </Link>
    </Alert>
  );
}
