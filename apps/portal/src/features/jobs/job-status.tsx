"use client";
import {
  type JobKind,
  type JobStage,
  type JobState,
  type TransferReason,
  type TransferWait,
  transferWaitOf,
} from "@kluis/domain";
import { Archive, Copy, HardDriveDownload, type LucideIcon, ShieldCheck, Trash2 } from "lucide-react";
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

const waitLook: Record<TransferWait, readonly [Tone, StatusIcon]> = {
  turn: ["idle", "waiting"],
  outage: ["warn", "waiting"],
};

/** The state of a job, with the running step or what its transfer waits for. */
export function JobStateBadge({
  job,
}: {
  job: {
    readonly kind: JobKind;
    readonly state: JobState;
    readonly stage: JobStage;
    readonly parkedSince: string | null;
    readonly waitsFor?: TransferReason | null;
  };
}) {
  const t = useTranslations("jobs");
  const [tone, icon] = look[job.state];
  const step = job.state === "running" ? stepOfStage(job.stage) : null;
  const wait = transferWaitOf(job);
  if (wait !== null) {
    const [waitTone, waitIcon] = waitLook[wait];
    return (
      <Status tone={waitTone} icon={waitIcon}>
        {t(`waits.${wait}`)}
      </Status>
    );
  }
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
  "copy-point": Copy,
};

export function JobKindIcon({ kind, className }: { kind: JobKind; className?: string }) {
  const Icon = kindIcons[kind];
  return <Icon aria-hidden="true" className={className} strokeWidth={1.75} />;
}
