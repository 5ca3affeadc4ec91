"use client";
import type { PolicyDocument } from "@kluis/domain";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ViolationList } from "#features/guardrails/violation-list.tsx";
import { PolicyChanges } from "#features/policies/policy-changes.tsx";
import { PolicyEffect } from "#features/policies/policy-effect.tsx";
import { usePolicySentence } from "#features/policies/use-policy-sentence.ts";
import type { PolicyPreview } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useDebounced } from "#lib/use-debounced.ts";
import { useFormat } from "#lib/use-format.ts";
import { useNotice } from "#lib/use-notice.ts";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";

const shownRuns = 5;

/** The effect of the document, from the server, which applies the engine's rules. Asks 300 ms after the last change. */
export function usePolicyPreview(document: PolicyDocument | null, policyId: string | null) {
  const trpc = useTRPC();
  const settled = useDebounced(document, 300);
  return useQuery(
    trpc.policies.preview.queryOptions(
      settled === null
        ? skipToken
        : { document: settled, ...(policyId === null ? {} : { policy: policyId }) },
      { placeholderData: keepPreviousData, retry: false },
    ),
  );
}

export interface PolicyPreviewPanelProps {
  readonly preview: ReturnType<typeof usePolicyPreview>;
  /** The document of the form; null while a field is wrong. */
  readonly document: PolicyDocument | null;
  /** The present version of the policy; null for a new one. */
  readonly version: number | null;
}

/** The live preview beside the form: the policy in words, its next runs, and its effect on existing points. */
export function PolicyPreviewPanel({ preview, document, version }: PolicyPreviewPanelProps) {
  const t = useTranslations("policies");
  return (
    <Card title={t("preview.title")} id="preview" className="xl:sticky xl:top-20">
      {preview.error !== null ? (
        <ErrorState compact error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        document === null ? (
          <p className="text-muted">{t("preview.waiting")}</p>
        ) : (
          <SkeletonLines lines={6} />
        )
      ) : (
        <div aria-live="polite" className={document === null ? "opacity-60" : undefined}>
          <PreviewBody preview={preview.data} document={document} version={version} />
        </div>
      )}
    </Card>
  );
}

interface PreviewBodyProps {
  readonly preview: PolicyPreview;
  readonly document: PolicyDocument | null;
  readonly version: number | null;
}

function PreviewBody({ preview, document, version }: PreviewBodyProps) {
  const t = useTranslations("policies");
  const changes = useTranslations("policyChanges");
  const sentence = usePolicySentence();
  const guardrails = useTranslations("guardrails");
  const notice = useNotice();
  return (
    <div className="flex flex-col gap-5">
      <p className="text-lg leading-snug">{document === null ? t("preview.waiting") : sentence(document)}</p>
      {preview.violations.length === 0 ? null : (
        <Alert tone="bad" title={guardrails("editorAlert")}>
          <ViolationList violations={preview.violations} />
        </Alert>
      )}
      {version === null || preview.changes.length === 0 ? null : (
        <section>
          <h3 className="eyebrow mb-1.5">{changes("title", { version: String(version) })}</h3>
          <PolicyChanges changes={preview.changes} />
        </section>
      )}
      <NextRuns preview={preview} />
      {preview.notes.length === 0 ? null : (
        <Alert title={t("preview.notes")}>
          <ul className="list-disc pl-4">
            {preview.notes.map((note, index) => (
              <li key={note}>{notice(preview.noteNotices[index] ?? null, note)}</li>
            ))}
          </ul>
        </Alert>
      )}
      <PolicyEffect preview={preview} />
    </div>
  );
}

/** The next runs in the zone of the policy and, if that differs, in the zone of the user. */
function NextRuns({ preview }: { preview: PolicyPreview }) {
  const t = useTranslations("policies");
  const format = useFormat();
  return (
    <section aria-label={t("preview.runs")}>
      <h3 className="eyebrow mb-1.5">{t("preview.runs")}</h3>
      <ol className="flex flex-col gap-1 text-sm tabular">
        {preview.nextRuns.slice(0, shownRuns).map((run) => {
          const at = new Date(run.at);
          const there = format.absolute(at, { timeZone: preview.timeZone, weekday: true });
          const here = format.absolute(at, { weekday: true });
          return (
            <li key={run.at} className="flex flex-wrap justify-between gap-x-4">
              <span data-value>{there}</span>
              <span className="text-faint" suppressHydrationWarning>
                {here === there ? null : t("preview.here", { time: format.absolute(at) })}
              </span>
            </li>
          );
        })}
      </ol>
      <p className="mt-1.5 text-sm text-muted">
        {t("preview.gap", { time: format.duration(preview.longestGapSeconds * 1000) })}
      </p>
    </section>
  );
}
