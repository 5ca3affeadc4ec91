"use client";
import type { PolicyDocument } from "@kluis/domain";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { pointMessages } from "#features/points/messages.ts";
import { policyMessages } from "#features/policies/messages.ts";
import type { PolicyPreview } from "#lib/api-types.ts";
import { formatAbsolute, formatDuration } from "#lib/format.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useDebounced } from "#lib/use-debounced.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";

const text = policyMessages.preview;
const firstPoints = 8;

/** What the document would do, asked from the server a moment after the last change: by the rules that the engine uses. */
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
  readonly complete: boolean;
}

/** The live preview beside the form: the sentence, the next runs, and which existing points would stay or go. */
export function PolicyPreviewPanel({ preview, complete }: PolicyPreviewPanelProps) {
  return (
    <Card title={text.title} id="preview" className="xl:sticky xl:top-20">
      {preview.error !== null ? (
        <ErrorState compact error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        complete ? (
          <SkeletonLines lines={6} />
        ) : (
          <p className="text-muted">{text.waiting}</p>
        )
      ) : (
        <div aria-live="polite" className={complete ? undefined : "opacity-60"}>
          <PreviewBody preview={preview.data} />
        </div>
      )}
    </Card>
  );
}

function PreviewBody({ preview }: { preview: PolicyPreview }) {
  return (
    <div className="flex flex-col gap-5">
      <p className="text-lg leading-snug">{preview.sentence}</p>
      <section aria-label={text.runs}>
        <h3 className="eyebrow mb-1.5">{text.runs}</h3>
        <ol className="flex flex-col gap-1 text-sm tabular">
          {preview.nextRuns.slice(0, 5).map((run) => (
            <li key={run.at} className="flex flex-wrap justify-between gap-x-4">
              <span>{run.local}</span>
              <span className="text-faint" suppressHydrationWarning>
                {text.here}: {formatAbsolute(new Date(run.at))}
              </span>
            </li>
          ))}
        </ol>
        <p className="mt-1.5 text-sm text-muted">
          {text.gap}: {formatDuration(preview.longestGapSeconds * 1000)}
        </p>
      </section>
      {preview.notes.length === 0 ? null : (
        <Alert title={text.notes}>
          <ul className="list-disc pl-4">
            {preview.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Alert>
      )}
      <Effect preview={preview} />
    </div>
  );
}

function Effect({ preview }: { preview: PolicyPreview }) {
  const [all, setAll] = useState(false);
  const removed = preview.points.filter((point) => !point.keep);
  const ordered = [...removed, ...preview.points.filter((point) => point.keep)];
  const shown = all ? ordered : ordered.slice(0, firstPoints);
  return (
    <section aria-label={text.effect}>
      <h3 className="eyebrow mb-1.5">{text.effect}</h3>
      {preview.points.length === 0 ? (
        <p className="text-sm text-muted">{text.noPoints}</p>
      ) : (
        <>
          <Status tone={preview.removed > 0 ? "warn" : "ok"} icon={preview.removed > 0 ? "warning" : "check"}>
            {preview.removed > 0 ? text.removed(preview.removed) : text.noneRemoved}
          </Status>
          <table className="mt-2 w-full text-sm">
            <thead className="sr-only">
              <tr>
                <th scope="col">{text.columns.taken}</th>
                <th scope="col">{text.columns.vm}</th>
                <th scope="col">{text.columns.verdict}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((point) => (
                <tr key={point.id} className="border-t border-line">
                  <th scope="row" className="py-1 pr-2 text-left font-normal tabular">
                    <span suppressHydrationWarning>{formatAbsolute(new Date(point.takenAt))}</span>
                    <span className="block text-xs text-faint">{point.vm.name}</span>
                  </th>
                  <td className="sr-only">{point.vm.name}</td>
                  <td className="py-1 text-right">
                    <Status
                      look="plain"
                      tone={point.keep ? "ok" : "warn"}
                      icon={point.keep ? "check" : "cross"}
                    >
                      {point.keep ? text.keep : text.remove}
                    </Status>
                    <span className="block text-xs text-faint">
                      {point.keep && point.tiers.length > 0
                        ? point.tiers.map((tier) => pointMessages.tiers[tier] ?? tier).join(", ")
                        : point.reason}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {all || ordered.length <= firstPoints ? null : (
            <Button size="sm" className="mt-2" onClick={() => setAll(true)}>
              {text.showKept(ordered.length)}
            </Button>
          )}
        </>
      )}
    </section>
  );
}
