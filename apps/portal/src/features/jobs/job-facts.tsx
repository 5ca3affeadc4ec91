"use client";
import { type VerifyMode, verifyModes } from "@kluis/domain";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useTransferFacts } from "#features/jobs/job-transfer.tsx";
import { elapsedMs, startedBy } from "#features/jobs/job-view-model.ts";
import type { JobView } from "#lib/api-types.ts";
import { useFormat } from "#lib/use-format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { AbsoluteTime, useNow } from "#ui/time-ago.tsx";

/** The properties of a job: who started it, when, under which policy, and its sums over the disks. */
export function JobFacts({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  const format = useFormat();
  const elapsed = elapsedMs(job, useNow("fast"));
  const mode = job.kind === "verify" ? verifyMode(job) : null;
  const facts: Fact[] = [
    { label: t("detail.trigger"), value: startedBy(job, t) },
    { label: t("detail.created"), value: <AbsoluteTime at={job.createdAt} /> },
    {
      label: t("detail.started"),
      value: job.startedAt === null ? t("notStarted") : <AbsoluteTime at={job.startedAt} />,
    },
    { label: t("detail.ended"), value: <AbsoluteTime at={job.endedAt} /> },
    { label: t("detail.duration"), value: elapsed === null ? "–" : format.duration(elapsed) },
    { label: t("detail.attempts"), value: format.number(Math.max(1, job.attempt)) },
  ];
  if (mode !== null) facts.push({ label: t("detail.mode"), value: t(`detail.modes.${mode}`) });
  if (job.kind === "backup") {
    facts.push(
      { label: t("detail.read"), value: <ByteSize bytes={job.progress.readBytes} /> },
      { label: t("detail.changed"), value: <ByteSize bytes={job.progress.changedBytes} /> },
      { label: t("detail.moved"), value: <ByteSize bytes={job.progress.movedBytes} /> },
    );
  }
  if (job.policy !== null) {
    facts.push({
      label: t("detail.policy"),
      value: (
        <Link href={`/policies/${job.policy.id}`} className="underline">
          {t("detail.policyVersion", { name: job.policy.name, version: job.policy.version })}
        </Link>
      ),
    });
  }
  if (job.dueAt !== null) facts.push({ label: t("detail.due"), value: <AbsoluteTime at={job.dueAt} /> });
  facts.push(...useTransferFacts(job));
  facts.push({
    label: t("detail.id"),
    value: <Copyable value={job.id} what={t("detail.idName")} />,
    wide: true,
  });
  return <Facts short facts={facts} />;
}

function verifyMode(job: JobView): VerifyMode | null {
  return verifyModes.find((mode) => mode === job.parameters["mode"]) ?? null;
}
