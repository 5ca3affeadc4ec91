"use client";
import type { JobKind, JobStage, JobState } from "@kluis/domain";
import { Archive, HardDriveDownload, type LucideIcon, ShieldCheck, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { stepName, stepOfStage } from "#features/jobs/job-view-model.ts";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const look: Record<JobState, readonly [Tone, StatusIcon]> = {
  queued: ["idle", "waiting"],
  running: ["run", "running"],
  succeeded: ["ok", "check"],
  warning: ["warn", "warning"],
  failed: ["bad", "cross"],
  cancelled: ["idle", "stopped"],
};

/** The state of a job, with the running step. */
export function JobStateBadge({
  job,
}: {
  job: { readonly kind: JobKind; readonly state: JobState; readonly stage: JobStage };
}) {
  const t = useTranslations("jobs");
  const [tone, icon] = look[job.state];
  const step = job.state === "running" ? stepOfStage(job.stage) : null;
  return (
    <Status tone={tone} icon={icon}>
      {t(`states.${job.state}`)}
      {step === null ? null : <span className="font-normal">· {stepName(job.kind, step, t)}</span>}
    </Status>
  );
}

const kindIcons: Record<JobKind, LucideIcon> = {
  backup: Archive,
  "restore-disk": HardDriveDownload,
  verify: ShieldCheck,
  "delete-point": Trash2,
};

export function JobKindIcon({ kind, className }: { kind: JobKind; className?: string }) {
  const Icon = kindIcons[kind];
  return <Icon aria-hidden="true" className={className} strokeWidth={1.75} />;
}
