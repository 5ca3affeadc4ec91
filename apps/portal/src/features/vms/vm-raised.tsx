"use client";
import { useTranslations } from "next-intl";
import type { VmView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** What needs attention of a virtual machine: what, why and since when. */
export function VmRaised({ vm }: { readonly vm: VmView }) {
  const t = useTranslations("overview");
  const notice = useNotice();
  const errorView = useErrorView();
  return vm.raised.map((item) => {
    const why = item.error === null ? null : errorView(item.error);
    return (
      <Alert key={item.key} tone="warn" title={t(`raised.${item.kind}`)}>
        <p>{notice(item.notice, item.message)}</p>
        {why === null ? null : (
          <p>
            {why.message} {why.action}
          </p>
        )}
        <p className="text-sm">{t.rich("since", { time: () => <TimeAgo at={item.raisedAt} /> })}</p>
      </Alert>
    );
  });
}
