"use client";
import { pointMessages } from "#features/points/messages.ts";
import type { RestorePlan } from "#lib/api-types.ts";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

const text = pointMessages.restore;

export interface RestorePlanViewProps {
  readonly plan: RestorePlan | undefined;
  readonly error: unknown;
  /** The form is not right yet, so there is no plan to ask for. */
  readonly waiting: boolean;
}

/** What a restore will do in Azure, step by step, before it is started. */
export function RestorePlanView({ plan, error, waiting }: RestorePlanViewProps) {
  return (
    <section aria-label={text.plan} className="rounded-lg border border-line bg-sunken px-4 py-3">
      <h3 className="eyebrow mb-1.5">{text.plan}</h3>
      {waiting ? (
        <p className="text-sm text-muted">{text.planWaiting}</p>
      ) : error !== null && error !== undefined ? (
        <ErrorState compact error={error} />
      ) : plan === undefined ? (
        <SkeletonLines lines={3} />
      ) : (
        <>
          <ol className="flex list-decimal flex-col gap-1 pl-5 text-sm marker:text-faint">
            {plan.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {plan.notes.length === 0 ? null : (
            <ul className="mt-2 flex flex-col gap-1 border-t border-line pt-2 text-sm text-muted">
              {plan.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  );
}
