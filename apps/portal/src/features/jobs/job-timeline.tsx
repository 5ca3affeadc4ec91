"use client";
import { stepName } from "#features/jobs/job-view-model.ts";
import { jobMessages as text } from "#features/jobs/messages.ts";
import type { JobStepView, JobView } from "#lib/api-types.ts";
import { formatDuration, humanise } from "#lib/format.ts";
import { TimeAgo } from "#ui/time-ago.tsx";
import { Timeline } from "#ui/timeline.tsx";

/** The steps of a job on a line: what is done and how long it took, what runs, what waits. */
export function JobTimeline({ job }: { job: JobView }) {
  return (
    <Timeline
      label={text.detail.timeline}
      items={job.steps.map((step) => ({
        key: step.name,
        title: stepName(job.kind, step.name),
        state: step.state,
        stateWord: text.stepStates[step.state],
        ...(step.startedAt === null ? {} : { time: <StepTime step={step} /> }),
        ...(step.message === "" && step.attempt <= 1
          ? {}
          : {
              children: (
                <>
                  {humanise(step.message)}
                  {step.attempt > 1 ? (
                    <span className="ml-1.5 text-xs text-warn">{text.detail.attempt(step.attempt)}</span>
                  ) : null}
                </>
              ),
            }),
      }))}
    />
  );
}

function StepTime({ step }: { step: JobStepView }) {
  if (step.startedAt === null) return null;
  if (step.endedAt === null) return <TimeAgo at={step.startedAt} />;
  const ran = new Date(step.endedAt).getTime() - new Date(step.startedAt).getTime();
  return <span>{formatDuration(ran)}</span>;
}
