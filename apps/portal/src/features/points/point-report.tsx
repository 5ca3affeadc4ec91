"use client";
import { type AzureConsistency, type Consistency, osTypes } from "@kluis/domain";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { startedBy } from "#features/jobs/job-view-model.ts";
import { TierBadges, VerifiedMark } from "#features/points/point-badges.tsx";
import type { PointView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Status } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** The facts of a point that the audit report contains, in groups. */
export function PointReport({ point }: { point: PointView }) {
  const t = useTranslations("points");
  const groups = [
    [t("detail.groups.identity"), useIdentity(point)],
    [t("detail.groups.capture"), useCapture(point)],
    [t("detail.groups.transfer"), useTransfer(point)],
    [t("detail.groups.integrity"), useIntegrity(point)],
    [t("detail.groups.retention"), useRetention(point)],
  ] as const;
  return (
    <div className="flex flex-col gap-6">
      {groups.map(([name, facts]) => (
        <section
          key={name}
          aria-label={name}
          className="grid gap-x-6 gap-y-2 lg:grid-cols-[8rem_minmax(0,1fr)]"
        >
          <h3 className="font-semibold">{name}</h3>
          <Facts facts={facts} />
        </section>
      ))}
    </div>
  );
}

/** A fact of the VM when the point was taken, if it is a text. */
function vmFact(point: PointView, key: string): string | null {
  const value = point.vmFacts[key];
  return typeof value === "string" && value !== "" ? value : null;
}

function useIdentity(point: PointView): readonly Fact[] {
  const t = useTranslations("points");
  const jobs = useTranslations("jobs");
  const vms = useTranslations("vms");
  const resource = vmFact(point, "resourceId");
  const os = osTypes.find((type) => type === vmFact(point, "osType"));
  const facts: Fact[] = [
    {
      label: t("detail.fields.vm"),
      value: (
        <Link href={`/vms/${point.vm.id}`} className="underline">
          {point.vm.name}
        </Link>
      ),
    },
    { label: t("detail.fields.location"), value: vmFact(point, "location") ?? "–" },
    { label: t("detail.fields.os"), value: os === undefined ? "–" : vms(`os.${os}`) },
    {
      label: t("detail.fields.policy"),
      value:
        point.policy === null ? (
          t("detail.fields.noPolicy")
        ) : (
          <Link href={`/policies/${point.policy.id}`} className="underline">
            {jobs("detail.policyVersion", { name: point.policy.name, version: point.policy.version })}
          </Link>
        ),
    },
    { label: t("detail.fields.trigger"), value: startedBy(point, jobs) },
    {
      label: t("detail.fields.job"),
      value: (
        <Link href={`/jobs/${point.jobId}`} className="underline">
          {t("detail.fields.openJob")}
        </Link>
      ),
    },
    {
      label: t("detail.fields.id"),
      value: <Copyable value={point.id} what={t("detail.what.point")} />,
      wide: true,
    },
  ];
  if (resource !== null)
    facts.push({
      label: t("detail.fields.resource"),
      value: <Copyable value={resource} what={t("detail.what.resource")} />,
      wide: true,
    });
  return facts;
}

/** Azure's name for the level of a restore point. */
const azureLevels: Readonly<Record<AzureConsistency, Consistency>> = {
  application: "application",
  "file-system": "file",
  crash: "crash",
};

function isAzureLevel(level: string): level is AzureConsistency {
  return Object.hasOwn(azureLevels, level);
}

function useCapture(point: PointView): readonly Fact[] {
  const t = useTranslations("points");
  const capture = useTranslations("jobs.capture");
  const notice = useNotice();
  const facts: Fact[] = [
    { label: t("detail.fields.taken"), value: <AbsoluteTime at={point.takenAt} /> },
    { label: t("detail.fields.due"), value: <AbsoluteTime at={point.occurrenceDueAt} /> },
    {
      label: t("detail.fields.snapshot"),
      value: <Span from={point.snapshotStartedAt} to={point.snapshotEndedAt} />,
    },
    { label: t("detail.fields.wanted"), value: t(`consistency.${point.consistencyWanted}`) },
    { label: t("detail.fields.reached"), value: t(`consistency.${point.consistency}`) },
    {
      label: t("detail.fields.azure"),
      value: isAzureLevel(point.azureConsistency)
        ? t(`consistency.${azureLevels[point.azureConsistency]}`)
        : point.azureConsistency,
    },
    { label: capture("by"), value: capture(`sources.${point.capturedBy}`) },
    { label: t("detail.fields.snapshotRemoved"), value: <AbsoluteTime at={point.snapshotRemovedAt} /> },
  ];
  if (point.instantRestoreUntil !== null) {
    facts.push({ label: t("detail.fields.kept"), value: <AbsoluteTime at={point.instantRestoreUntil} /> });
  }
  if (point.capturedNotice !== null)
    facts.push({ label: capture("byWhy"), value: notice(point.capturedNotice, ""), wide: true });
  if (point.consistencyReason !== null)
    facts.push({
      label: t("detail.fields.why"),
      value: notice(point.consistencyNotice, point.consistencyReason),
      wide: true,
    });
  return facts;
}

function useTransfer(point: PointView): readonly Fact[] {
  const t = useTranslations("points");
  const format = useFormat();
  return [
    {
      label: t("detail.fields.transfer"),
      value: <Span from={point.transferStartedAt} to={point.transferEndedAt} />,
    },
    { label: t("detail.fields.logical"), value: <ByteSize bytes={point.logicalBytes} /> },
    { label: t("detail.fields.allocated"), value: <ByteSize bytes={point.allocatedBytes} /> },
    { label: t("detail.fields.read"), value: <ByteSize bytes={point.readBytes} /> },
    { label: t("detail.fields.changed"), value: <ByteSize bytes={point.changedBytes} /> },
    { label: t("detail.fields.moved"), value: <ByteSize bytes={point.movedBytes} /> },
    { label: t("detail.fields.stored"), value: <ByteSize bytes={point.storedBytes} /> },
    {
      label: t("detail.fields.chunks"),
      value: t("detail.fields.chunkCounts", { fresh: point.chunksNew, reused: point.chunksReused }),
    },
    { label: t("detail.fields.retries"), value: format.number(point.retries) },
    {
      label: t("detail.fields.gap"),
      value:
        point.gapSeconds === null ? t("detail.fields.firstPoint") : format.duration(point.gapSeconds * 1000),
    },
    { label: t("detail.fields.deadline"), value: <Deadline point={point} /> },
  ];
}

function Deadline({ point }: { point: PointView }) {
  const t = useTranslations("points");
  if (point.deadlineAt === null) return <span className="text-faint">–</span>;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <AbsoluteTime at={point.deadlineAt} seconds={false} />
      {point.deadlineMet === null ? null : (
        <Status tone={point.deadlineMet ? "ok" : "warn"} icon={point.deadlineMet ? "check" : "warning"}>
          {point.deadlineMet ? t("detail.fields.met") : t("detail.fields.missed")}
        </Status>
      )}
    </span>
  );
}

function useIntegrity(point: PointView): readonly Fact[] {
  const t = useTranslations("points");
  return [
    {
      label: t("detail.fields.vault"),
      value: t("detail.fields.vaultOfKind", {
        name: point.vault.name,
        kind: t(`detail.fields.vaultKinds.${point.vault.kind}`),
      }),
    },
    { label: t("detail.fields.encryption"), value: <span data-value>{point.encryption}</span> },
    {
      label: t("detail.fields.key"),
      value: <Copyable value={point.keyId} what={t("detail.what.key")} />,
    },
    {
      label: t("detail.fields.verification"),
      value: (
        <span className="flex flex-wrap items-center gap-2">
          <VerifiedMark point={point} />
          {point.lastVerified === null ? null : <AbsoluteTime at={point.lastVerified.at} />}
        </span>
      ),
    },
    { label: t("detail.fields.coverage"), value: <Coverage coverage={point.coverage} /> },
    {
      label: t("detail.fields.manifest"),
      value: <Copyable value={point.manifestDigest} what={t("detail.what.manifest")} />,
      wide: true,
    },
    ...point.disks.map((disk) => ({
      label: t("detail.fields.root", { disk: disk.key }),
      value: <Copyable value={disk.rootDigest} what={t("detail.what.root", { disk: disk.key })} />,
      wide: true,
    })),
  ];
}

function useRetention(point: PointView): readonly Fact[] {
  const t = useTranslations("points");
  return [
    { label: t("detail.fields.tiers"), value: <TierBadges point={point} /> },
    {
      label: t("detail.fields.expires"),
      value:
        point.expiresAt === null && point.deletedAt === null ? (
          t("detail.fields.noExpiry")
        ) : (
          <AbsoluteTime at={point.expiresAt} seconds={false} />
        ),
    },
    {
      label: t("detail.fields.pinned"),
      value: point.pinnedAt === null ? t("detail.fields.notPinned") : <AbsoluteTime at={point.pinnedAt} />,
    },
    ...(point.keptUntil === null
      ? []
      : [
          {
            label: t("detail.fields.keptUntil"),
            value: <AbsoluteTime at={point.keptUntil} seconds={false} />,
          },
        ]),
    ...(point.deletedAt === null
      ? []
      : [{ label: t("detail.fields.deleted"), value: <AbsoluteTime at={point.deletedAt} /> }]),
    ...(point.purgeAt === null
      ? []
      : [{ label: t("detail.fields.purge"), value: <AbsoluteTime at={point.purgeAt} seconds={false} /> }]),
    ...(point.purgedAt === null
      ? []
      : [{ label: t("detail.fields.purged"), value: <AbsoluteTime at={point.purgedAt} /> }]),
  ];
}

function Span({ from, to }: { from: string; to: string }) {
  const format = useFormat();
  const took = format.duration(new Date(to).getTime() - new Date(from).getTime());
  return (
    <>
      <AbsoluteTime at={from} />{" "}
      <span data-value className="text-muted">
        ({took})
      </span>
    </>
  );
}

/** How much of the content was read by verifications, and when. */
function Coverage({ coverage }: Pick<PointView, "coverage">) {
  const t = useTranslations("points");
  if (coverage === null) return <span className="text-faint">{t("verification.unread")}</span>;
  const { percent, readAt, wholeAt } = coverage;
  return (
    <span className="flex flex-col gap-1">
      <span className="flex flex-wrap items-center gap-2">
        {t("verification.part", { percent })}
        <AbsoluteTime at={readAt} />
      </span>
      {wholeAt === null ? null : (
        <span className="flex flex-wrap items-center gap-2">
          {t("verification.whole")}
          <AbsoluteTime at={wholeAt} />
        </span>
      )}
    </span>
  );
}
