"use client";
import { agentPermissions, type Permission, tokenKinds } from "@kluis/domain";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { MadeToken } from "#features/settings/made-token.tsx";
import {
  chosenPermissions,
  emptyTokenForm,
  type TokenForm,
  type TokenProblems,
  tokenChoices,
  tokenProblems,
} from "#features/settings/token-form.ts";
import type { Texts } from "#i18n/texts.ts";
import type { TokenOptions } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Check, Choice, Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";
import { ErrorState } from "#ui/states.tsx";

/** Creates a token and then shows its secret once. */
export default function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const options = useQuery(trpc.tokens.options.queryOptions());
  const [secret, setSecret] = useState<string | null>(null);
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: async (made) => {
        setSecret(made.secret);
        await outcome.refresh();
      },
    }),
  );
  if (options.isPending) return null;
  if (secret !== null) return <MadeToken secret={secret} onClose={onClose} />;
  return (
    <TokenFormDialog
      onClose={onClose}
      options={options.data ?? noOptions}
      busy={create.isPending}
      error={create.error ?? options.error}
      onSubmit={(form) =>
        create.mutate({
          name: form.name.trim(),
          kind: form.kind,
          ...(form.team !== "" && { team: form.team }),
          expiresInDays: Number(form.days),
          idleDays: Number(form.idleDays),
          permissions: chosenPermissions(form, options.data ?? noOptions),
        })
      }
    />
  );
}

/** While they are being read. */
const noOptions: TokenOptions = { permissions: [], teams: [] };

interface FormDialogProps {
  readonly options: TokenOptions;
  readonly onClose: () => void;
  readonly onSubmit: (form: TokenForm) => void;
  readonly busy: boolean;
  readonly error: unknown;
}

function TokenFormDialog({ options, onClose, onSubmit, busy, error }: FormDialogProps) {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const formId = useId();
  const [form, setForm] = useState(emptyTokenForm);
  const [tried, setTried] = useState(false);
  const problems = tried ? tokenProblems(form, options) : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(tokenProblems(form, options)).length === 0) onSubmit(form);
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
        <TokenFields form={form} options={options} problems={problems} onChange={setForm} />
        {error === null ? null : <ErrorState compact error={error} />}
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly form: TokenForm;
  readonly options: TokenOptions;
  readonly problems: TokenProblems;
  readonly onChange: (form: TokenForm) => void;
}

function TokenFields({ form, options, problems, onChange }: FieldsProps) {
  const t = useTranslations("settings");
  const words = useTranslations("tokens");
  const wrong = (key: keyof TokenProblems) => {
    const problem = problems[key];
    return problem === undefined ? undefined : t(`create.${problem}`);
  };
  return (
    <>
      <Field label={t("create.name")} hint={t("create.nameHint")} error={wrong("name")}>
        <Input
          value={form.name}
          onValueChange={(name: string) => onChange({ ...form, name })}
          autoComplete="off"
        />
      </Field>
      <Choice
        label={words("kind")}
        name="kind"
        value={form.kind}
        onChange={(kind) => onChange({ ...form, kind })}
        options={tokenKinds.map((kind) => ({
          value: kind,
          label: words(`kinds.${kind}`),
          hint: words(`kindHints.${kind}`),
        }))}
      />
      <TeamField form={form} options={options} onChange={onChange} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("create.days")} hint={t("create.daysHint")} error={wrong("days")}>
          <Input
            inputMode="numeric"
            value={form.days}
            onValueChange={(days: string) => onChange({ ...form, days })}
          />
        </Field>
        <Field label={words("idle")} hint={t("create.daysHint")} error={wrong("idleDays")}>
          <Input
            inputMode="numeric"
            value={form.idleDays}
            onValueChange={(idleDays: string) => onChange({ ...form, idleDays })}
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
      {form.scope === "some" ? <PermissionChecks form={form} options={options} onChange={onChange} /> : null}
      {wrong("permissions") === undefined ? null : (
        <p className="text-xs font-medium text-bad">{wrong("permissions")}</p>
      )}
    </>
  );
}

function TeamField({ form, options, onChange }: Omit<FieldsProps, "problems">) {
  const words = useTranslations("tokens");
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span id={id} className="text-sm font-medium">
        {words("team")}
      </span>
      <Select
        labelledBy={id}
        value={form.team}
        options={[
          { value: "", label: words("everyTeam") },
          ...options.teams.map((team) => ({ value: team.id, label: words("teamOnly", { team: team.name }) })),
        ]}
        onChange={(team) => onChange({ ...form, team })}
      />
      <span className="text-xs text-faint">{words("teamHint")}</span>
    </div>
  );
}

function PermissionChecks({ form, options, onChange }: Omit<FieldsProps, "problems">) {
  const t = useTranslations("settings");
  const words = useTranslations("tokens");
  const chosen = form.permissions;
  const choices = tokenChoices(form, options);
  if (choices.length === 0) return <p className="text-sm text-muted">{words("noneLeft")}</p>;
  return (
    <div className="flex flex-col gap-1.5 border-l-2 border-line pl-3">
      {choices.map((permission) => (
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
          hint={form.kind === "agent" ? agentHint(permission, words) : undefined}
        />
      ))}
    </div>
  );
}

/** What an agent may not do with the permission, though others may. */
function agentHint(permission: Permission, t: Texts<"tokens">): string | undefined {
  if (agentPermissions[permission] === "requests") return t("requests");
  return permission === "backup:run" ? t("noCancel") : undefined;
}
