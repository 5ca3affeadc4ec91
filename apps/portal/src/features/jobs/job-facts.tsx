"use client";
import Link from "next/link";
import { jobDuration } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import type { JobView } from "#lib/api-types.ts";
import { formatDuration } from "#lib/format.ts";
import { ByteSize } from "#ui/byte-size.tsx";
import { type Fact, Facts } from "#ui/card.tsx";
import { Copyable } from "#ui/copyable.tsx";
import { AbsoluteTime, useNow } from "#ui/time-ago.tsx";

/** Who asked, when, under which policy, and the sums over the disks. */
export function JobFacts({ job }: { job: JobView }) {
  const now = useNow("fast");
  const duration = jobDuration(job, now);
  const facts: Fact[] = [
    { label: text.detail.trigger, value: startedBy(job) },
    { label: text.detail.created, value: <AbsoluteTime at={job.createdAt} /> },
    {
      label: text.detail.started,
      value: job.startedAt === null ? text.notStarted : <AbsoluteTime at={job.startedAt} />,
    },
    { label: text.detail.ended2, value: <AbsoluteTime at={job.endedAt} /> },
    { label: text.detail.duration, value: duration === null ? "–" : formatDuration(duration) },
    { label: text.detail.attempts, value: String(Math.max(1, job.attempt)) },
  ];
  if (job.kind === "backup") {
    facts.push(
      { label: text.detail.read, value: <ByteSize bytes={job.progress.readBytes} /> },
      { label: text.detail.changed, value: <ByteSize bytes={job.progress.changedBytes} /> },
      { label: text.detail.moved, value: <ByteSize bytes={job.progress.movedBytes} /> },
    );
  }
  if (job.policy !== null) {
    facts.push({
      label: text.detail.policy,
      value: (
        <Link href={`/policies/${job.policy.id}`} className="underline">
          {job.policy.name} v{job.policy.version}
        </Link>
      ),
    });
  }
  if (job.dueAt !== null) facts.push({ label: text.detail.due, value: <AbsoluteTime at={job.dueAt} /> });
  if (job.deadlineAt !== null)
    facts.push({ label: text.detail.deadline, value: <AbsoluteTime at={job.deadlineAt} /> });
  facts.push({ label: text.detail.id, value: <Copyable value={job.id} what="job id" /> });
  return <Facts short facts={facts} />;
}

function startedBy(job: JobView): string {
  const how = text.triggers[job.trigger] ?? job.trigger;
  return job.actor.kind === "person" ? `${how}, ${job.actor.name}` : how;
}
