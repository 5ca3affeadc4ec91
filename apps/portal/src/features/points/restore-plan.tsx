"use client";
import type { StoredNotice } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { ViolationList } from "#features/guardrails/violation-list.tsx";
import type { RestorePlan } from "#lib/api-types.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

export interface RestorePlanViewProps {
  readonly plan: RestorePlan | undefined;
  readonly error: unknown;
  /** The form is not complete, so there is no plan yet. */
  readonly waiting: boolean;
}

/** What a restore will do in Azure, step by step. */
export function RestorePlanView({ plan, error, waiting }: RestorePlanViewProps) {
  const t = useTranslations("restores");
  return (
    <section aria-label={t("plan")} className="rounded-lg border border-line bg-sunken px-4 py-3">
      <h3 className="eyebrow mb-1.5">{t("plan")}</h3>
      {waiting ? (
        <p className="text-sm text-muted">{t("planWaiting")}</p>
      ) : error !== null && error !== undefined ? (
        <ErrorState compact error={error} />
      ) : plan === undefined ? (
        <SkeletonLines lines={3} />
      ) : (
        <>
          {plan.violations.length === 0 ? null : (
            <div className="mb-3">
              <Alert tone="bad" title={t("guardrail")}>
                <ViolationList violations={plan.violations} />
              </Alert>
            </div>
          )}
          <ol className="flex list-decimal flex-col gap-1 pl-5 text-sm marker:text-faint">
            <Sentences texts={plan.steps} notices={plan.stepNotices} />
          </ol>
          {plan.notes.length === 0 ? null : (
            <ul className="mt-2 flex flex-col gap-1 border-t border-line pt-2 text-sm text-muted">
              <Sentences texts={plan.notes} notices={plan.noteNotices} />
            </ul>
          )}
        </>
      )}
    </section>
  );
}

interface SentencesProps {
  /** In English. */
  readonly texts: readonly string[];
  /** The same sentences as notices, in the same order. */
  readonly notices: readonly StoredNotice[];
}

function Sentences({ texts, notices }: SentencesProps) {
  const say = useNotice();
  return texts.map((text, index) => <li key={text}>{say(notices[index] ?? null, text)}</li>);
}
