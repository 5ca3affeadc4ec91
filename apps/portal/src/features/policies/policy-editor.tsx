"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import {
  RequestFields,
  type RequestOptions,
  useRequestOptions,
} from "#features/approvals/request-fields.tsx";
import { useAsked } from "#features/approvals/use-asked.ts";
import { ReasonField, useReason } from "#features/points/reason-field.tsx";
import { SelectField } from "#features/policies/form-fields.tsx";
import { useGuardrailProblems } from "#features/policies/guardrail-problems.ts";
import { ConsistencySection, ScheduleSection } from "#features/policies/policy-fields.tsx";
import {
  documentOf,
  emptyForm,
  formIssues,
  formOf,
  type PolicyForm,
  presetKeys,
  presets,
  problemTexts,
} from "#features/policies/policy-form.ts";
import { firstTeam } from "#features/policies/policy-names.ts";
import { PolicyPreviewPanel, usePolicyPreview } from "#features/policies/policy-preview.tsx";
import { RetentionSection } from "#features/policies/retention-fields.tsx";
import { ScriptsSection } from "#features/policies/scripts-fields.tsx";
import { TransferSection } from "#features/policies/transfer-fields.tsx";
import { VerificationSection } from "#features/policies/verification-fields.tsx";
import type { PolicyOffers, PolicyPreview, PolicyView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { ErrorState } from "#ui/states.tsx";

export type PolicyEditorProps =
  /** The policy to change. */
  | { readonly policy: PolicyView }
  /** A new policy: who can have it, and the one that it begins as. */
  | { readonly policy?: never; readonly offers: PolicyOffers; readonly copyOf?: PolicyView };

/** The editor with its live preview. A change that deletes recovery points needs confirmation. */
export function PolicyEditor(props: PolicyEditorProps) {
  const { policy } = props;
  const t = useTranslations("policies");
  const words = { policies: t, validation: useTranslations("validation") };
  const formId = useId();
  const isNew = policy === undefined;
  const disabled = policy?.can.edit === false;
  const form = useForm<PolicyForm>({
    ...(policy === undefined ? {} : { values: formOf(policy) }),
    defaultValues: startOf(props),
    resetOptions: { keepDirtyValues: true },
  });
  const values = useWatch({ control: form.control, compute: (all: PolicyForm) => all });
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const document = documentOf(values);
  const preview = usePolicyPreview(document, policy?.id ?? null);
  const { name: nameIssue, ...others } = formIssues(values, isNew);
  // The name is empty at the start: that is not an error before the first attempt to save.
  const shown = tried && nameIssue !== undefined ? { ...others, name: nameIssue } : others;
  const guarded = useGuardrailProblems(preview.data?.violations ?? []);
  const problems = { ...guarded, ...problemTexts(shown, words) };
  const isValid = nameIssue === undefined && Object.keys(others).length === 0;
  const save = useSave(policy, () => setAsking(false));
  const why = useReason();
  const request = useRequestOptions();
  const go = (reason = "") => {
    if (document !== null) save.run(values, document, { ...request.options, reason });
  };
  const removed = isNew ? 0 : (preview.data?.removed ?? 0);
  const takes = removed + (isNew ? 0 : (preview.data?.effect?.sooner ?? 0));
  return (
    <form
      id={formId}
      noValidate
      className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!isValid) {
          focusFirstProblem(event.currentTarget);
          return;
        }
        if (takes > 0) setAsking(true);
        else go();
      }}
    >
      <div className="flex min-w-0 flex-col gap-4">
        {disabled ? <Alert title={t("editor.readOnly")} /> : null}
        {isNew ? <Presets onPick={(key) => form.reset({ ...form.getValues(), ...presets[key] })} /> : null}
        <Naming
          form={form}
          offers={props.policy === undefined ? props.offers : null}
          problems={problems}
          disabled={disabled}
        />
        <ScheduleSection form={form} problems={problems} disabled={disabled} />
        <TransferSection form={form} problems={problems} disabled={disabled} />
        <VerificationSection form={form} problems={problems} disabled={disabled} />
        <RetentionSection form={form} problems={problems} disabled={disabled} />
        <ConsistencySection form={form} problems={problems} disabled={disabled} />
        <ScriptsSection form={form} problems={problems} disabled={disabled} />
        {save.error === null ? null : <ErrorState error={save.error} />}
        {disabled ? null : (
          <div className="flex items-center gap-3">
            <Button tone="primary" type="submit" busy={save.busy}>
              {isNew ? t("editor.saveNew") : t("editor.save")}
            </Button>
            {!isNew && form.formState.isDirty ? (
              <span className="text-sm text-muted">{t("editor.unsaved")}</span>
            ) : null}
          </div>
        )}
      </div>
      <PolicyPreviewPanel preview={preview} document={document} version={policy?.currentVersion ?? null} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("editor.confirmTitle")}
        description={
          <>
            <p>{t("editor.confirmText", { points: takes, vms: vmsLosingPoints(preview.data) })}</p>
            <ReasonField label={t("editor.confirmReason")} state={why} />
            <RequestFields state={request} />
          </>
        }
        action={t("editor.confirm")}
        busy={save.busy}
        onConfirm={() => why.submit(go)}
      />
    </form>
  );
}

/** The form of a new policy, before a person has changed anything. */
function startOf(props: PolicyEditorProps): PolicyForm {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (props.policy !== undefined) return emptyForm(zone);
  const { copyOf, offers } = props;
  const form = copyOf === undefined ? emptyForm(zone) : formOf(copyOf);
  return { ...form, team: firstTeam(offers, copyOf?.team) };
}

function vmsLosingPoints(preview: PolicyPreview | undefined): number {
  if (preview?.effect) return preview.effect.vms;
  return new Set(preview?.points.filter((point) => !point.keep).map((point) => point.vm.id)).size;
}

/** Focuses the first wrong field, after React has marked it. */
function focusFirstProblem(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}

interface Asking extends RequestOptions {
  readonly reason: string;
}

/** Creates or updates the policy; opens a new one, and stays on the page of an existing one. */
function useSave(policy: PolicyView | undefined, onSaved: () => void) {
  const t = useTranslations("policies");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const asked = useAsked();
  const router = useRouter();
  const create = useMutation(
    trpc.policies.create.mutationOptions({
      onSuccess: ({ id, name }) => {
        onSaved();
        void outcome.done(t("editor.created", { name }));
        router.push(`/policies/${id}`);
      },
    }),
  );
  const update = useMutation(
    trpc.policies.update.mutationOptions({
      onSuccess: async ({ name, version, requested }) => {
        onSaved();
        if (requested !== null) {
          asked(requested);
          return;
        }
        await outcome.done(t("editor.saved", { name, version }));
      },
      onError: onSaved,
    }),
  );
  return {
    busy: create.isPending || update.isPending,
    error: create.error ?? update.error,
    run: (form: PolicyForm, document: NonNullable<ReturnType<typeof documentOf>>, asking: Asking) => {
      if (policy === undefined) {
        create.mutate({
          name: form.name.trim(),
          description: form.description,
          ...(form.team === "" ? {} : { team: form.team }),
          document,
        });
      } else {
        update.mutate({
          policy: policy.id,
          expectedVersion: policy.currentVersion,
          description: form.description,
          document,
          ...asking,
        });
      }
    },
  };
}

function Presets({ onPick }: { onPick: (key: (typeof presetKeys)[number]) => void }) {
  const t = useTranslations("policies");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="eyebrow">{t("editor.presets")}</span>
      {presetKeys.map((key) => (
        <Button key={key} size="sm" onClick={() => onPick(key)}>
          {t(`editor.presetNames.${key}`)}
        </Button>
      ))}
    </div>
  );
}

interface NamingProps {
  readonly form: ReturnType<typeof useForm<PolicyForm>>;
  /** Who can have a new policy; null for one that exists. */
  readonly offers: PolicyOffers | null;
  readonly problems: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}

function Naming({ form, offers, problems, disabled }: NamingProps) {
  const t = useTranslations("policies");
  return (
    <Card>
      <div className="grid gap-4 sm:grid-cols-2">
        {offers === null ? null : (
          <>
            <Field label={t("editor.name")} hint={t("editor.nameHint")} error={problems["name"]}>
              <Input {...form.register("name")} autoComplete="off" spellCheck={false} required />
            </Field>
            <TeamField form={form} offers={offers} />
          </>
        )}
        <Field label={t("editor.description")} error={problems["description"]} className="sm:col-span-2">
          <Input {...form.register("description")} disabled={disabled} autoComplete="off" />
        </Field>
      </div>
    </Card>
  );
}

/** Says who gets the policy; a choice only where several are possible. */
function TeamField({ form, offers }: { form: NamingProps["form"]; offers: PolicyOffers }) {
  const t = useTranslations("policies");
  const options = [
    ...(offers.everyTeam ? [{ value: "", label: t("everyTeam") }] : []),
    ...offers.teams.map((team) => ({ value: team.id, label: team.name })),
  ];
  const [only, second] = options;
  if (only !== undefined && second === undefined) {
    return (
      <div className="flex flex-col gap-1">
        <span className="text-sm font-medium">{t("editor.team")}</span>
        <span data-value className="flex h-8 items-center text-sm">
          {only.label}
        </span>
      </div>
    );
  }
  return <SelectField form={form} name="team" label={t("editor.team")} options={options} />;
}
