"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { WaitingNotice } from "#features/approvals/waiting-notice.tsx";
import { PointActions } from "#features/points/point-actions.tsx";
import {
  PointConsistency,
  PointStateBadge,
  TierSummary,
  VerifiedMark,
} from "#features/points/point-badges.tsx";
import { PointDamage } from "#features/points/point-damage.tsx";
import { PointDiskFacts } from "#features/points/point-disk-facts.tsx";
import { PointDisks } from "#features/points/point-disks.tsx";
import { PointPlaces } from "#features/points/point-places.tsx";
import { PointReport } from "#features/points/point-report.tsx";
import type { Texts } from "#i18n/texts.ts";
import type { PointView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { Alert } from "#ui/alert.tsx";
import { ByteSize } from "#ui/byte-size.tsx";
import { Card } from "#ui/card.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Stat } from "#ui/stat.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** One recovery point: its disks, how it was made, and the actions on it. */
export function PointDetail({ id }: { id: string }) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const point = useQuery(trpc.points.get.queryOptions({ point: id }, { refetchInterval: every(15_000) }));
  return (
    <DetailFrame query={point} kind={t("one")} crumbs={[{ label: t("title"), href: "/points" }]}>
      {(data) => <LoadedPoint point={data} />}
    </DetailFrame>
  );
}

function LoadedPoint({ point }: { point: PointView }) {
  const t = useTranslations("points");
  const format = useFormat();
  const title = t("of", { vm: point.vm.name });
  useTabTitle(title);
  return (
    <Page>
      <PageHeader
        title={title}
        crumbs={[{ label: t("title"), href: "/points" }]}
        status={
          <>
            <PointStateBadge state={point.state} />
            <PointConsistency point={point} />
          </>
        }
        description={<AbsoluteTime at={point.takenAt} />}
        actions={<PointActions point={point} />}
      />
      <div className="flex flex-col gap-4">
        {point.state === "damaged" ? (
          <Alert tone="bad" title={t("detail.damagedTitle")}>
            {t("detail.damagedText")}
          </Alert>
        ) : null}
        <WaitingNotice of={{ point: point.id }} />
        <PointPlaces point={point} />
        {point.state === "damaged" ? <PointDamage point={point} /> : null}
        {point.state === "soft-deleted" && point.purgeAt !== null ? (
          <Alert
            tone="warn"
            title={t("detail.softDeletedTitle", { at: format.absolute(new Date(point.purgeAt)) })}
          >
            {t("detail.softDeletedText", { why: deletedText(point, t) ?? "" })}
          </Alert>
        ) : null}
        {point.pinnedAt === null ? null : (
          <Alert tone="info" title={t("detail.pinnedTitle")}>
            {t("detail.pinnedBy", { who: point.pinnedBy?.name ?? "–", reason: point.pinReason ?? "–" })}
          </Alert>
        )}
        {point.state === "deleted" ? (
          <Alert tone="warn" title={t("detail.deletedTitle")}>
            {deletedText(point, t)}
          </Alert>
        ) : null}
        <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
          <Stat
            label={t("detail.fields.logical")}
            value={<ByteSize bytes={point.logicalBytes} />}
            tone="accent"
          />
          <Stat
            label={t("detail.fields.changed")}
            value={<ByteSize bytes={point.changedBytes} />}
            tone="accent"
          />
          <Stat
            label={t("detail.fields.moved")}
            value={<ByteSize bytes={point.movedBytes} />}
            tone="accent"
          />
          <Stat
            label={t("detail.fields.tiers")}
            words
            value={<TierSummary point={point} />}
            note={<VerifiedMark point={point} />}
            tone={point.lastVerified?.ok === false ? "bad" : "ok"}
          />
        </div>
        <Card title={t("detail.disks")} description={t("detail.downloadHint")} id="disks" flush>
          <PointDisks point={point} />
        </Card>
        <PointDiskFacts point={point} />
        <Card title={t("detail.report")} id="report">
          <PointReport point={point} />
        </Card>
      </div>
    </Page>
  );
}

/** Who deleted a point and why. The engine deletes what retention no longer keeps. */
function deletedText(
  {
    deletedBy,
    deleteCause: cause,
    deleteReason: reason,
  }: Pick<PointView, "deletedBy" | "deleteCause" | "deleteReason">,
  t: Texts<"points">,
): string | null {
  if (deletedBy === null) return null;
  if (cause !== null) {
    const { policy, version } = cause;
    return t(`detail.causes.${cause.kind}`, { policy, version, who: deletedBy.name });
  }
  if (deletedBy.kind === "engine") return t("detail.deletedByRetention");
  return reason === null
    ? t("detail.deletedBy", { who: deletedBy.name })
    : t("detail.deletedFor", { who: deletedBy.name, reason });
}
