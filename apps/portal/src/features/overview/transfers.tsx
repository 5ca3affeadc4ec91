"use client";
import { useTranslations } from "next-intl";
import type { OverviewView } from "#lib/api-types.ts";
import { Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** How many transfers move and wait, when the last ends, and the deadlines at risk, met and missed. */
export function Transfers({ transfers }: { readonly transfers: OverviewView["transfers"] }) {
  const t = useTranslations("overview.transfers");
  const { moving, waiting, atRisk, lastEndAt, met, missed } = transfers;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      {moving + waiting === 0 ? null : <span>{t("open", { moving, waiting })}</span>}
      {lastEndAt === null ? null : (
        <span>{t.rich("lastEnd", { time: () => <TimeAgo at={lastEndAt} /> })}</span>
      )}
      {atRisk === 0 ? null : (
        <Status look="plain" tone="warn" icon="warning">
          {t("atRisk", { count: atRisk })}
        </Status>
      )}
      <span>{t("deadlines", { met, missed })}</span>
    </div>
  );
}

/** Whether there is anything to say about transfers. */
export function hasTransfers({ moving, waiting, met, missed }: OverviewView["transfers"]): boolean {
  return moving + waiting + met + missed > 0;
}
