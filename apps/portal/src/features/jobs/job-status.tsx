import type { JobKind, JobState } from "@kluis/domain";
import { Archive, HardDriveDownload, type LucideIcon, ShieldCheck, Trash2 } from "lucide-react";
import { stepName } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import { Status, type StatusIcon, type Tone } from "#ui/status.tsx";

const look: Record<JobState, readonly [Tone, StatusIcon]> = {
  queued: ["idle", "waiting"],
  running: ["run", "running"],
  succeeded: ["ok", "check"],
  warning: ["warn", "warning"],
  failed: ["bad", "cross"],
  cancelled: ["idle", "stopped"],
};

/** How a job stands. */
export function JobStateBadge({
  job,
}: {
  job: { readonly kind: JobKind; readonly state: JobState; readonly stage: string };
}) {
  const [tone, icon] = look[job.state];
  const known = job.state === "running" && text.steps[job.stage] !== undefined;
  return (
    <Status tone={tone} icon={icon}>
      {text.states[job.state]}
      {known ? <span className="font-normal">· {stepName(job.kind, job.stage)}</span> : null}
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
