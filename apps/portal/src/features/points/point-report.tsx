"use client";
import Link from "next/link";
import { jobMessages } from "#features/jobs/messages.ts";
import { pointMessages } from "#features/points/messages.ts";
import { TierBadges, VerifiedMark } from "#features/points/point-badges.tsx";
import type { PointView } from "#lib/api-types.ts";
import { formatDuration, formatNumber } from "#lib/format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { Status } from "#ui/status.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

const text = pointMessages.detail;
const field = text.fields;

/** Every field of the point's row in the audit report, grouped. */
export function PointReport({ point }: { point: PointView }) {
  const groups: readonly (readonly [string, readonly Fact[]])[] = [
    [text.groups.identity, identity(point)],
    [text.groups.capture, capture(point)],
    [text.groups.transfer, transfer(point)],
    [text.groups.integrity, integrity(point)],
    [text.groups.retention, retention(point)],
  ];
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

/** A fact of the VM as it was then, as text; the record is open, so anything else is left out. */
function vmFact(point: PointView, key: string): string | null {
  const value = point.vmFacts[key];
  return typeof value === "string" && value !== "" ? value : null;
}

function identity(point: PointView): Fact[] {
  const resource = vmFact(point, "resourceId");
  const facts: Fact[] = [
    {
      label: field.vm,
      value: (
        <Link href={`/vms/${point.vm.id}`} className="underline">
          {point.vm.name}
        </Link>
      ),
    },
    { label: field.location, value: vmFact(point, "location") ?? "–" },
    { label: field.os, value: vmFact(point, "osType") ?? vmFact(point, "os") ?? "–" },
    { label: field.policy, value: policyOf(point) },
    { label: field.trigger, value: startedBy(point) },
    {
      label: field.job,
      value: (
        <Link href={`/jobs/${point.jobId}`} className="underline">
          {field.openJob}
        </Link>
      ),
    },
    { label: field.id, value: <Copyable value={point.id} what="recovery point id" />, wide: true },
  ];
  if (resource !== null)
    facts.push({
      label: field.resource,
      value: <Copyable value={resource} what="resource id" />,
      wide: true,
    });
  return facts;
}

function policyOf(point: PointView) {
  if (point.policy === null) return field.noPolicy;
  return (
    <Link href={`/policies/${point.policy.id}`} className="underline">
      {point.policy.name} v{point.policy.version}
    </Link>
  );
}

function startedBy(point: PointView): string {
  const how = jobMessages.triggers[point.trigger] ?? point.trigger;
  return point.actor.kind === "person" ? `${how}, ${point.actor.name}` : how;
}

function capture(point: PointView): Fact[] {
  const facts: Fact[] = [
    { label: field.taken, value: <AbsoluteTime at={point.takenAt} /> },
    { label: field.due, value: <AbsoluteTime at={point.occurrenceDueAt} /> },
    { label: field.snapshot, value: <Span from={point.snapshotStartedAt} to={point.snapshotEndedAt} /> },
    { label: field.wanted, value: pointMessages.consistency[point.consistencyWanted] },
    { label: field.reached, value: pointMessages.consistency[point.consistency] },
    { label: field.azure, value: point.azureConsistency },
    { label: field.snapshotRemoved, value: <AbsoluteTime at={point.snapshotRemovedAt} /> },
  ];
  if (point.instantRestoreUntil !== null) {
    facts.push({ label: field.kept, value: <AbsoluteTime at={point.instantRestoreUntil} /> });
  }
  if (point.consistencyReason !== null)
    facts.push({ label: field.why, value: point.consistencyReason, wide: true });
  return facts;
}

function transfer(point: PointView): Fact[] {
  return [
    { label: field.transfer, value: <Span from={point.transferStartedAt} to={point.transferEndedAt} /> },
    { label: field.logical, value: <ByteSize bytes={point.logicalBytes} /> },
    { label: field.allocated, value: <ByteSize bytes={point.allocatedBytes} /> },
    { label: field.read, value: <ByteSize bytes={point.readBytes} /> },
    { label: field.changed, value: <ByteSize bytes={point.changedBytes} /> },
    { label: field.moved, value: <ByteSize bytes={point.movedBytes} /> },
    { label: field.stored, value: <ByteSize bytes={point.storedBytes} /> },
    { label: field.chunks, value: `${formatNumber(point.chunksNew)} / ${formatNumber(point.chunksReused)}` },
    { label: field.retries, value: formatNumber(point.retries) },
    {
      label: field.gap,
      value: point.gapSeconds === null ? field.firstPoint : formatDuration(point.gapSeconds * 1000),
    },
    { label: field.deadline, value: <Deadline point={point} /> },
  ];
}

function Deadline({ point }: { point: PointView }) {
  if (point.deadlineAt === null) return <span className="text-faint">–</span>;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <AbsoluteTime at={point.deadlineAt} seconds={false} />
      {point.deadlineMet === null ? null : (
        <Status tone={point.deadlineMet ? "ok" : "warn"} icon={point.deadlineMet ? "check" : "warning"}>
          {point.deadlineMet ? field.met : field.missed}
        </Status>
      )}
    </span>
  );
}

function integrity(point: PointView): Fact[] {
  return [
    { label: field.vault, value: `${point.vault.name} (${point.vault.kind})` },
    { label: field.encryption, value: point.encryption },
    { label: field.key, value: <Copyable value={point.keyId} what="key id" /> },
    {
      label: field.verification,
      value: (
        <span className="flex flex-wrap items-center gap-2">
          <VerifiedMark verified={point.lastVerified} />
          {point.lastVerified === null ? null : <AbsoluteTime at={point.lastVerified.at} />}
        </span>
      ),
    },
    {
      label: field.manifest,
      value: <Copyable value={point.manifestDigest} what="manifest digest" />,
      wide: true,
    },
    ...point.disks.map((disk) => ({
      label: `${field.root} ${disk.key}`,
      value: <Copyable value={disk.rootDigest} what={`content digest of disk ${disk.key}`} />,
      wide: true,
    })),
  ];
}

function retention(point: PointView): Fact[] {
  return [
    { label: field.tiers, value: <TierBadges point={point} /> },
    { label: field.expires, value: <AbsoluteTime at={point.expiresAt} seconds={false} /> },
    {
      label: field.pinned,
      value: point.pinnedAt === null ? field.notPinned : <AbsoluteTime at={point.pinnedAt} />,
    },
  ];
}

function Span({ from, to }: { from: string; to: string }) {
  const took = formatDuration(new Date(to).getTime() - new Date(from).getTime());
  return (
    <>
      <AbsoluteTime at={from} /> <span className="text-muted">({took})</span>
    </>
  );
}
