"use client";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { raisedPlace, raisedWhy } from "#features/overview/raised-view-model.ts";
import type { OverviewView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Something that needs attention: what, why, what to do, and since when. */
export function RaisedItem({ item }: { readonly item: OverviewView["raised"][number] }) {
  const t = useTranslations("overview");
  const notice = useNotice();
  const errorView = useErrorView();
  const { kind, vm, error, raisedAt } = item;
  const view = error === null ? null : errorView(error);
  const reason = item.why === null ? null : notice(item.whyNotice, item.why);
  const why = raisedWhy(kind, view?.message ?? reason);
  return (
    <li>
      <Link
        href={raisedPlace(item)}
        className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-hover/60"
      >
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            {vm === null ? null : <span className="font-medium">{vm.name}</span>}
            <Status tone="warn" icon="warning">
              {t(`raised.${kind}`)}
            </Status>
          </span>
          <span className="block text-sm break-words">{notice(item.notice, item.message)}</span>
          {why === null ? null : (
            <span className="line-clamp-2 text-sm break-words text-muted" title={why}>
              {why}
            </span>
          )}
          {view === null || view.action === null ? null : (
            <span className="block text-sm break-words text-muted">{view.action}</span>
          )}
          <span className="block text-sm text-faint">
            {t.rich("since", { time: () => <TimeAgo at={raisedAt} /> })}
          </span>
        </span>
        <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-faint" />
      </Link>
    </li>
  );
}
