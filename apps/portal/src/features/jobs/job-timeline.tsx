"use client";
import { retriedError } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { lazy, Suspense } from "react";
import { differencesOf, hasMissing } from "#features/jobs/differences.ts";
import { JobScripts } from "#features/jobs/job-scripts.tsx";
import { elapsedMs, stepLook, stepName } from "#features/jobs/job-view-model.ts";
import type { JobStepView, JobView } from "#lib/api-types.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { useNow } from "#ui/time-ago.tsx";
import { Timeline } from "#ui/timeline.tsx";

/** Few restores have any. */
const JobMissing = lazy(() => import("#features/jobs/job-missing.tsx"));

/** The steps of a job with their states, durations and messages. */
export function JobTimeline({ job }: { job: JobView }) {
  const t = useTranslations("jobs");
  const notice = useNotice();
  return (
    <Timeline
      label={t("detail.timeline")}
      items={job.steps.map((step) => {
        const look = stepLook(job, step, t);
        // The word beside the title says already that the step was not reached.
        const message = step.state === "skipped" && step.startedAt === null ? "" : step.message;
        return {
          key: step.name,
          title: stepName(job.kind, step.name, t),
          state: look.state,
          stateWord: look.word,
          ...(step.startedAt === null || step.state === "skipped" ? {} : { time: <StepTime step={step} /> }),
          ...(message === "" && step.attempt <= 1
            ? {}
            : {
                children: (
                  <>
                    {notice(step.notice, message)}
                    <Remedy step={step} />
                    <Differences step={step} />
                    {hasMissing(step) ? (
                      <Suspense fallback={null}>
                        <JobMissing step={step} />
                      </Suspense>
                    ) : null}
                    <JobScripts step={step} />
                    {step.attempt > 1 ? (
                      <span className="ml-1.5 text-xs text-warn">
                        {t("detail.attempt", { count: step.attempt })}
                      </span>
                    ) : null}
                  </>
                ),
              }),
        };
      })}
    />
  );
}

/** What to do about the error that a step had in its last try. */
function Remedy({ step }: { step: JobStepView }) {
  const describe = useErrorView();
  const error = retriedError(step);
  const action = error === null ? null : describe(error).action;
  return action === null ? null : <span className="block text-muted">{action}</span>;
}

/** What a restored disk will have that the recorded one had not, as the job recorded it. */
function Differences({ step }: { step: JobStepView }) {
  const notice = useNotice();
  const differences = differencesOf(step);
  if (differences.length === 0) return null;
  return (
    <ul className="mt-1 flex list-disc flex-col gap-0.5 pl-4">
      {differences.map(({ text, ...said }) => (
        <li key={said.code}>{notice(said, text)}</li>
      ))}
    </ul>
  );
}

/** How long a step took, or has been running. */
function StepTime({ step }: { step: JobStepView }) {
  const format = useFormat();
  const elapsed = elapsedMs(step, useNow("fast"));
  return elapsed === null ? null : <span suppressHydrationWarning>{format.duration(elapsed)}</span>;
}
