"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Alert } from "#ui/alert.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

const link = "underline underline-offset-2";

/** Says on the overview what waits for the user's decision, and how the user's own requests ended. */
export default function ApprovalsNotice() {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.approvals.summary.queryOptions(undefined, { refetchInterval: every(60_000) }),
  );
  if (data === undefined) return null;
  const { toDecide, soonest, ended, permits } = data;
  return (
    <>
      {toDecide === 0 || soonest === null ? null : (
        <Alert tone="warn" title={t("notice.toDecide", { count: toDecide })}>
          {t.rich("notice.soonest", { time: () => <TimeAgo at={soonest} /> })}{" "}
          <Link href="/approvals?of=to-decide&state=pending" className={link}>
            {t("openAll")}
          </Link>
        </Alert>
      )}
      {permits === 0 && ended === 0 ? null : (
        <Alert
          tone="info"
          title={permits > 0 ? t("notice.permits", { count: permits }) : t("notice.ended", { count: ended })}
        >
          <Link href="/approvals?of=me" className={link}>
            {t("notice.openOwn")}
          </Link>
        </Alert>
      )}
    </>
  );
}
