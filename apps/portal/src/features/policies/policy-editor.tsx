"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { Controller, useForm, useWatch } from "react-hook-form";
import { policyMessages } from "#features/policies/messages.ts";
import { ConsistencySection, RetentionSection, ScheduleSection } from "#features/policies/policy-fields.tsx";
import {
  documentOf,
  emptyForm,
  formOf,
  formProblems,
  type PolicyForm,
  presetKeys,
  presets,
} from "#features/policies/policy-form.ts";
import { PolicyPreviewPanel, usePolicyPreview } from "#features/policies/policy-preview.tsx";
import type { PolicyView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState } from "#ui/states.tsx";

const text = policyMessages.editor;

export interface PolicyEditorProps {
  /** The policy to change; absent for a new one. */
  readonly policy?: PolicyView;
}

/** The editor with its live preview. Saving a change that removes points asks first, with the number. */
export function PolicyEditor({ policy }: PolicyEditorProps) {
  const formId = useId();
  const isNew = policy === undefined;
  const disabled = policy?.can.edit === false;
  const form = useForm<PolicyForm>({
    ...(policy === undefined ? {} : { values: formOf(policy) }),
    defaultValues: emptyForm(Intl.DateTimeFormat().resolvedOptions().timeZone),
    resetOptions: { keepDirtyValues: true },
  });
  const values = useWatch({ control: form.control, compute: (all: PolicyForm) => all });
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const document = documentOf(values);
  const preview = usePolicyPreview(document, policy?.id ?? null);
  const all = formProblems(values, isNew);
  const problems = tried ? all : Object.fromEntries(Object.entries(all).filter(([key]) => key !== "name"));
  const save = useSave(policy, () => setAsking(false));
  const go = () => {
    if (document !== null) save.run(values, document);
  };
  const removed = isNew ? 0 : (preview.data?.removed ?? 0);
  return (
    <form
      id={formId}
      noValidate
      className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(all).length > 0) {
          focusFirstProblem(event.currentTarget);
          return;
        }
        if (removed > 0) setAsking(true);
        else go();
      }}
    >
      <div className="flex min-w-0 flex-col gap-4">
        {disabled ? <Alert title={text.readOnly} /> : null}
        {isNew ? <Presets onPick={(key) => form.reset({ ...form.getValues(), ...presets[key] })} /> : null}
        <Naming form={form} isNew={isNew} problems={problems} disabled={disabled} />
        <ScheduleSection form={form} problems={problems} disabled={disabled} />
        <RetentionSection form={form} problems={problems} disabled={disabled} />
        <ConsistencySection form={form} problems={problems} disabled={disabled} />
        {save.error === null ? null : <ErrorState error={save.error} />}
        {disabled ? null : (
          <div className="flex items-center gap-3">
            <Button tone="primary" type="submit" busy={save.busy}>
              {isNew ? text.saveNew : text.save}
            </Button>
            {!isNew && form.formState.isDirty ? (
              <span className="text-sm text-muted">{text.unsaved}</span>
            ) : null}
          </div>
        )}
      </div>
      <PolicyPreviewPanel preview={preview} complete={document !== null} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={text.confirmTitle}
        description={text.confirmText(
          removed,
          new Set(preview.data?.points.filter((point) => !point.keep).map((point) => point.vm.id)).size,
        )}
        action={text.confirm}
        busy={save.busy}
        onConfirm={go}
      />
    </form>
  );
}

/** Moves to the first field that is wrong, once the page shows which those are. */
function focusFirstProblem(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}

/** Creates or updates, then shows the policy as it is now in force. */
function useSave(policy: PolicyView | undefined, onSaved: () => void) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const router = useRouter();
  const create = useMutation(
    trpc.policies.create.mutationOptions({
      onSuccess: ({ id, name }) => {
        onSaved();
        void outcome.done(text.created(name));
        router.push(`/policies/${id}`);
      },
    }),
  );
  const update = useMutation(
    trpc.policies.update.mutationOptions({
      onSuccess: async ({ name, version }) => {
        onSaved();
        await outcome.done(text.saved(name, version));
      },
      onError: onSaved,
    }),
  );
  return {
    busy: create.isPending || update.isPending,
    error: create.error ?? update.error,
    run: (form: PolicyForm, document: NonNullable<ReturnType<typeof documentOf>>) => {
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
        });
      }
    },
  };
}

function Presets({ onPick }: { onPick: (key: (typeof presetKeys)[number]) => void }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="eyebrow">{text.presets}</span>
      {presetKeys.map((key) => (
        <Button key={key} size="sm" onClick={() => onPick(key)}>
          {text.presetNames[key]}
        </Button>
      ))}
    </div>
  );
}

interface NamingProps {
  readonly form: ReturnType<typeof useForm<PolicyForm>>;
  readonly isNew: boolean;
  readonly problems: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}

function Naming({ form, isNew, problems, disabled }: NamingProps) {
  const trpc = useTRPC();
  const teams = useQuery(trpc.teams.list.queryOptions(undefined, { enabled: isNew }));
  return (
    <Card>
      <div className="grid gap-4 sm:grid-cols-2">
        {isNew ? (
          <Field label={text.name} hint={text.nameHint} error={problems["name"]}>
            <Input {...form.register("name")} autoComplete="off" spellCheck={false} required />
          </Field>
        ) : null}
        {isNew && (teams.data?.length ?? 0) > 0 ? (
          <div className="flex flex-col gap-1">
            <span id="team-label" className="text-sm font-medium">
              {text.team}
            </span>
            <Controller
              control={form.control}
              name="team"
              render={({ field }) => (
                <Select
                  labelledBy="team-label"
                  value={field.value}
                  onChange={field.onChange}
                  options={[
                    { value: "", label: policyMessages.everyTeam },
                    ...(teams.data ?? []).map((team) => ({ value: team.id, label: team.name })),
                  ]}
                />
              )}
            />
          </div>
        ) : null}
        <Field label={text.description} error={problems["description"]} className="sm:col-span-2">
          <Input {...form.register("description")} disabled={disabled} autoComplete="off" />
        </Field>
      </div>
    </Card>
  );
}
