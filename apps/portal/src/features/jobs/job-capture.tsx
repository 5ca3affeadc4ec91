"use client";
import type { TryOutcome } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { ConsistencyBadge } from "#features/points/consistency.tsx";
import type { JobView } from "#lib/api-types.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Card, type Fact, Facts } from "#ui/card.tsx";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

type Capture = NonNullable<JobView["capture"]>;
type Try = Capture["tries"][number];

const looks: Record<TryOutcome, readonly [Tone, StatusIcon]> = {
  succeeded: ["ok", "check"],
  running: ["run", "running"],
  failed: ["warn", "warning"],
};

/** The snapshot of a backup: the level that the policy requests, the one that was reached and why, and each try. */
export function JobCapture({ capture, isOpen }: { readonly capture: Capture; readonly isOpen: boolean }) {
  const t = useTranslations("jobs.capture");
  const words = useTranslations("points");
  const notice = useNotice();
  const { wanted, reached, reason } = capture;
  const why = reason === null ? null : notice(capture.notice, reason);
  const facts: Fact[] = [
    { label: t("wanted"), value: words(`consistency.${wanted}`) },
    {
      label: t("reached"),
      value:
        reached === null ? (
          <span className="text-faint">{isOpen ? t("notYet") : t("none")}</span>
        ) : (
          <ConsistencyBadge reached={reached} wanted={wanted} reason={why} />
        ),
    },
  ];
  if (reached !== null) facts.push({ label: t("by"), value: t(`sources.${capture.capturedBy}`) });
  if (why !== null) facts.push({ label: t("why"), value: why, wide: true });
  if (capture.capturedNotice !== null)
    facts.push({ label: t("byWhy"), value: notice(capture.capturedNotice, ""), wide: true });
  return (
    <Card title={t("title")} id="snapshot" flush>
      <div className="p-4">
        <Facts columns={2} facts={facts} />
      </div>
      {capture.tries.length === 0 ? null : (
        <ol aria-label={t("tries")} className="divide-y divide-line border-t border-line">
          {capture.tries.map((one) => (
            <li key={`${one.at} ${one.outcome}`} className="px-4 py-3">
              <SnapshotTry one={one} />
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function SnapshotTry({ one }: { readonly one: Try }) {
  const t = useTranslations("jobs.capture");
  const notice = useNotice();
  const [tone, icon] = looks[one.outcome];
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 font-medium">
          {t(`requests.${one.request}`)}
          <Status look="plain" tone={tone} icon={icon}>
            {t(`outcomes.${one.outcome}`)}
          </Status>
        </p>
        <span className="text-sm text-faint">
          <AbsoluteTime at={one.at} />
        </span>
      </div>
      {one.reason === null ? null : (
        <p className="mt-1 text-sm break-words text-muted">{notice(one.notice, one.reason)}</p>
      )}
    </>
  );
}
