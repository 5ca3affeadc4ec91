"use client";
import { useTranslations } from "next-intl";
import type { VmRow, VmView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { Alert } from "#ui/alert.tsx";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Whether Kluis could not read the VM whole: what it shows of it may be old. */
function isUnread(vm: VmRow | VmView): boolean {
  return vm.problem !== null && vm.deletedAt === null;
}

/** A sign in the list of VMs. */
export function UnreadSign({ vm }: { vm: VmRow }) {
  const t = useTranslations("vms");
  if (!isUnread(vm)) return null;
  return (
    <Status look="plain" tone="warn" icon="warning">
      {t("unread.sign")}
    </Status>
  );
}

/** Why Kluis could not read the VM whole, since when, and what to do. */
export function VmProblem({ vm }: { vm: VmView }) {
  const t = useTranslations("vms");
  const errorView = useErrorView();
  if (vm.problem === null || !isUnread(vm)) return null;
  const { message, action } = errorView(vm.problem);
  return (
    <Alert tone="warn" title={t("unread.title")}>
      <p className="break-words">{[message, action ?? []].flat().join(" ")}</p>
      <p>{t("unread.text")}</p>
      {vm.problemSince === null ? null : (
        <p>{t.rich("unread.since", { time: () => <TimeAgo at={vm.problemSince} /> })}</p>
      )}
    </Alert>
  );
}
