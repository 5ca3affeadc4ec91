"use client";
import type { Guardrails } from "@kluis/domain";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { GuardrailChanges } from "#features/settings/guardrails/guardrail-changes.tsx";
import { Violating, violatingCount } from "#features/settings/guardrails/violating.tsx";
import { useTRPC } from "#lib/trpc.tsx";
import { useDebounced } from "#lib/use-debounced.ts";
import { Card } from "#ui/card.tsx";
import { ErrorState, SkeletonLines } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";

/** The effect of a document, from the server. `isOf`: the answer, or the failure, is of this document and not of an earlier one. */
export function useGuardrailsPreview(document: Guardrails | null) {
  const trpc = useTRPC();
  const settled = useDebounced(document, 300);
  const preview = useQuery(
    trpc.guardrails.preview.queryOptions(settled === null ? skipToken : { document: settled }, {
      placeholderData: keepPreviousData,
      retry: false,
    }),
  );
  const isSettled = document !== null && JSON.stringify(settled) === JSON.stringify(document);
  return { preview, isOf: isSettled && !preview.isPending && !preview.isPlaceholderData };
}

export interface GuardrailsPreviewProps {
  readonly preview: ReturnType<typeof useGuardrailsPreview>["preview"];
  readonly isChanged: boolean;
  /** A field is wrong, so that the answer is of an earlier document. */
  readonly isWrong: boolean;
}

/** Beside the form: what it changes, and which policies, vaults and teams would not keep it. */
export function GuardrailsPreview({ preview, isChanged, isWrong }: GuardrailsPreviewProps) {
  const t = useTranslations("guardrails");
  return (
    <Card title={t("preview")} id="guardrails-preview" className="xl:sticky xl:top-20">
      {!isChanged ? (
        <p className="text-muted">{t("previewNone")}</p>
      ) : isWrong ? (
        <p className="text-muted">{t("previewWrong")}</p>
      ) : preview.error !== null ? (
        <ErrorState compact error={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        <SkeletonLines lines={4} />
      ) : (
        <PreviewBody data={preview.data} />
      )}
    </Card>
  );
}

function PreviewBody({ data }: { data: NonNullable<GuardrailsPreviewProps["preview"]["data"]> }) {
  const t = useTranslations("guardrails");
  return (
    <div aria-live="polite" className="flex flex-col gap-5">
      <section>
        <h3 className="eyebrow mb-1.5">{t("previewChanges")}</h3>
        {data.changes.length === 0 ? (
          <p className="text-sm text-muted">{t("previewSame")}</p>
        ) : (
          <GuardrailChanges changes={data.changes} />
        )}
      </section>
      {violatingCount(data.violations) === 0 ? (
        <Status look="plain" tone="ok" icon="check">
          {t("noneWouldViolate")}
        </Status>
      ) : (
        <section className="flex flex-col gap-3">
          <Status look="plain" tone="warn" icon="warning">
            {t("wouldViolate")}
          </Status>
          <Violating found={data.violations} />
        </section>
      )}
      {data.released.length === 0 ? null : (
        <section>
          <h3 className="eyebrow mb-1.5">{t("released")}</h3>
          <p className="mb-1 text-sm text-muted">{t("releasedText")}</p>
          <ul className="text-sm">
            {data.released.map(({ id, name }) => (
              <li key={id}>
                <Link className="rounded-sm text-accent hover:underline" data-value href={`/policies/${id}`}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
