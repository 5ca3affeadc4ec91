"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { GuardrailsFields } from "#features/settings/guardrails/guardrails-fields.tsx";
import { formOf, type GuardrailsForm, readForm } from "#features/settings/guardrails/guardrails-form.ts";
import {
  GuardrailsPreview,
  useGuardrailsPreview,
} from "#features/settings/guardrails/guardrails-preview.tsx";
import { violatingCount } from "#features/settings/guardrails/violating.tsx";
import type { GuardrailsView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { ErrorState } from "#ui/states.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

/** What a person has typed, and the version that it began from. */
interface Draft {
  readonly version: number;
  readonly form: GuardrailsForm;
}

/** Every guardrail as a field, with a live preview of who would not keep it. A save names the version that was edited. */
export function GuardrailsEditor({ guardrails }: { guardrails: GuardrailsView }) {
  const t = useTranslations("guardrails");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [asking, setAsking] = useState(false);
  const form = draft?.form ?? formOf(guardrails.document);
  const { document, wrong } = readForm(form);
  const { preview, isOf } = useGuardrailsPreview(draft === null ? null : document);
  const save = useMutation(
    trpc.guardrails.update.mutationOptions({
      onSuccess: async ({ version }) => {
        setDraft(null);
        await outcome.done(t("saved", { version: String(version) }));
      },
      onSettled: () => setAsking(false),
    }),
  );
  const go = () => {
    if (draft !== null && document !== null) save.mutate({ expectedVersion: draft.version, document });
  };
  const discard = () => {
    save.reset();
    setDraft(null);
  };
  const effect = isOf ? preview.data : undefined;
  const costs = effect === undefined ? 0 : violatingCount(effect.violations) + effect.released.length;
  return (
    <form
      noValidate
      className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]"
      onSubmit={(event) => {
        event.preventDefault();
        if (document === null) event.currentTarget.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
        else if (costs > 0) setAsking(true);
        else go();
      }}
    >
      <Card
        id="guardrails"
        title={t("title")}
        description={t("lead")}
        footer={
          <div className="flex flex-wrap items-center gap-3">
            <Button
              tone="primary"
              type="submit"
              // The effect must be seen before it is saved. Where the preview fails, the server still decides.
              busy={save.isPending || (draft !== null && document !== null && !isOf)}
              disabledReason={draft === null ? t("unchanged") : null}
            >
              {t("save")}
            </Button>
            {draft === null ? null : (
              <>
                <Button onClick={discard}>{t("discard")}</Button>
                <span className="text-sm text-muted">{t("unsaved")}</span>
              </>
            )}
          </div>
        }
      >
        <div className="flex flex-col gap-6">
          <VersionLine guardrails={guardrails} />
          <GuardrailsFields
            form={form}
            wrong={wrong}
            onChange={(next) => setDraft({ version: draft?.version ?? guardrails.version, form: next })}
          />
          {draft !== null && draft.version !== guardrails.version ? (
            <Alert tone="warn" title={t("stale")}>
              {t("staleText", { version: String(guardrails.version) })}
            </Alert>
          ) : null}
          {save.error === null ? null : <ErrorState compact error={save.error} />}
        </div>
      </Card>
      <GuardrailsPreview preview={preview} isChanged={draft !== null} isWrong={document === null} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("confirmTitle")}
        description={t("confirmText", {
          violating: effect === undefined ? 0 : violatingCount(effect.violations),
          released: effect?.released.length ?? 0,
        })}
        action={t("save")}
        busy={save.isPending}
        onConfirm={go}
      />
    </form>
  );
}

function VersionLine({ guardrails }: { guardrails: GuardrailsView }) {
  const t = useTranslations("guardrails");
  const { version, changedAt, changedBy } = guardrails;
  return (
    <p className="text-sm text-muted">
      {changedAt === null || changedBy === null
        ? t("never")
        : t.rich("version", {
            version: String(version),
            name: changedBy.name,
            time: () => <AbsoluteTime at={changedAt} seconds={false} />,
          })}
    </p>
  );
}
