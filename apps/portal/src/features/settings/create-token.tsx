"use client";
import { permissions } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { MadeToken } from "#features/settings/made-token.tsx";
import {
  emptyTokenForm,
  type TokenForm,
  type TokenProblems,
  tokenProblems,
} from "#features/settings/token-form.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { may } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Check, Choice, Field, Input } from "#ui/field.tsx";
import { ErrorState } from "#ui/states.tsx";

/** Creates a token and then shows its secret once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const viewer = useViewer();
  const [secret, setSecret] = useState<string | null>(null);
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: async (made) => {
        setSecret(made.secret);
        await outcome.refresh();
      },
    }),
  );
  if (secret !== null) return <MadeToken secret={secret} onClose={onClose} />;
  return (
    <TokenFormDialog
      onClose={onClose}
      busy={create.isPending}
      error={create.error}
      onSubmit={(form) =>
        create.mutate({
          name: form.name.trim(),
          expiresInDays: Number(form.days),
          permissions:
            form.scope === "all" ? permissions.filter((each) => may(viewer, each)) : [...form.permissions],
        })
      }
    />
  );
}

interface FormDialogProps {
  readonly onClose: () => void;
  readonly onSubmit: (form: TokenForm) => void;
  readonly busy: boolean;
  readonly error: unknown;
}

function TokenFormDialog({ onClose, onSubmit, busy, error }: FormDialogProps) {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const formId = useId();
  const [form, setForm] = useState(emptyTokenForm);
  const [tried, setTried] = useState(false);
  const problems = tried ? tokenProblems(form) : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(tokenProblems(form)).length === 0) onSubmit(form);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("create.title")}
      footer={
        <>
          <Button onClick={onClose}>{ui("cancel")}</Button>
          <Button tone="primary" type="submit" form={formId} busy={busy}>
            {t("create.submit")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate className="flex flex-col gap-4" onSubmit={submit}>
        <TokenFields form={form} problems={problems} onChange={setForm} />
        {error === null ? null : <ErrorState compact error={error} />}
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly form: TokenForm;
  readonly problems: TokenProblems;
  readonly onChange: (form: TokenForm) => void;
}

function TokenFields({ form, problems, onChange }: FieldsProps) {
  const t = useTranslations("settings");
  const wrong = (key: keyof TokenProblems) => {
    const problem = problems[key];
    return problem === undefined ? undefined : t(`create.${problem}`);
  };
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[1fr_9rem]">
        <Field label={t("create.name")} hint={t("create.nameHint")} error={wrong("name")}>
          <Input
            value={form.name}
            onValueChange={(name: string) => onChange({ ...form, name })}
            autoComplete="off"
          />
        </Field>
        <Field label={t("create.days")} hint={t("create.daysHint")} error={wrong("days")}>
          <Input
            inputMode="numeric"
            value={form.days}
            onValueChange={(days: string) => onChange({ ...form, days })}
          />
        </Field>
      </div>
      <Choice
        label={t("create.rights")}
        name="scope"
        layout="column"
        value={form.scope}
        onChange={(scope) => onChange({ ...form, scope })}
        options={[
          { value: "all" as const, label: t("create.rightsAll") },
          { value: "some" as const, label: t("create.rightsSome") },
        ]}
      />
      {form.scope === "some" ? <PermissionChecks form={form} onChange={onChange} /> : null}
      {wrong("permissions") === undefined ? null : (
        <p className="text-xs font-medium text-bad">{wrong("permissions")}</p>
      )}
    </>
  );
}

function PermissionChecks({ form, onChange }: Omit<FieldsProps, "problems">) {
  const t = useTranslations("settings");
  const viewer = useViewer();
  const chosen = form.permissions;
  return (
    <div className="flex flex-col gap-1.5 border-l-2 border-line pl-3">
      {permissions
        .filter((permission) => may(viewer, permission))
        .map((permission) => (
          <Check
            key={permission}
            checked={chosen.includes(permission)}
            onChange={(event) =>
              onChange({
                ...form,
                permissions: event.target.checked
                  ? [...chosen, permission]
                  : chosen.filter((each) => each !== permission),
              })
            }
            label={t(`permissions.${permission}`)}
          />
        ))}
    </div>
  );
}
