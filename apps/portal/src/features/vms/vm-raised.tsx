"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { raisedPlace, raisedWhy } from "#features/overview/raised-view-model.ts";
import type { VmView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** What needs attention of a virtual machine: what, why and since when. Lists that are off have an alert with their action. */
export function VmRaised({ vm }: { readonly vm: VmView }) {
  const t = useTranslations("overview");
  const notice = useNotice();
  const errorView = useErrorView();
  const hasListsOff = vm.lists.some(({ turnedOffAt }) => turnedOffAt !== null);
  return vm.raised
    .filter(({ kind }) => kind !== "changed-ranges" || !hasListsOff)
    .map((item) => {
      const view = item.error === null ? null : errorView(item.error);
      const reason = item.why === null ? null : notice(item.whyNotice, item.why);
      const why = raisedWhy(item.kind, view?.message ?? reason);
      return (
        <Alert key={item.key} tone="warn" title={notice(item.notice, item.message)}>
          {why === null ? null : <p className="break-words">{why}</p>}
          {view === null || view.action === null ? null : <p>{view.action}</p>}
          <p className="flex flex-wrap gap-x-3">
            <span>{t.rich("since", { time: () => <TimeAgo at={item.raisedAt} /> })}</span>
            {raisedPlace(item).startsWith("/jobs/") ? (
              <Link href={raisedPlace(item)} className="font-medium underline">
                {t("openJob")}
              </Link>
            ) : null}
          </p>
        </Alert>
      );
    });
}
