"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import {
  type CopyForm,
  type CopyProblem,
  copyFormOf,
  copyOf,
  copyProblems,
} from "#features/settings/vaults/copy-form.ts";
import type { VaultView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Alert } from "#ui/alert.tsx";
import { Button } from "#ui/button.tsx";
import { Dialog } from "#ui/dialog.tsx";
import { Choice, Field, Input } from "#ui/field.tsx";

interface DialogProps {
  readonly vault: VaultView;
  /** All vaults. */
  readonly vaults: readonly VaultView[];
  readonly onClose: () => void;
}

/** The second vault that gets the recovery points of a vault, when, and for how long. */
export function CopyDialog({ vault, vaults, onClose }: DialogProps) {
  const t = useTranslations("vaultCopies");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [before] = useState(() => copyFormOf(vault, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [form, setForm] = useState(before);
  const [tried, setTried] = useState(false);
  const problems = copyProblems(form);
  const save = useMutation(
    trpc.vaults.setCopy.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("done", { name: vault.name }));
      },
    }),
  );
  const targets = vaults.filter(
    ({ id, state }) => id !== vault.id && (state === "enabled" || id === form.to),
  );
  if (targets.length === 0 && before.to === "") {
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title={t("of", { name: vault.name })}
        description={t("lead")}
        footer={<Button onClick={onClose}>{ui("close")}</Button>}
      >
        <Alert tone="info" title={t("noTarget")}>
          {t("noTargetText")}
        </Alert>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("of", { name: vault.name })}
      description={t("lead")}
      submit={t("submit")}
      entered={form !== before}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (problems.length === 0) save.mutate({ vault: vault.id, copy: copyOf(form) });
      }}
    >
      <Choice
        label={t("target")}
        name="to"
        layout="column"
        value={form.to}
        onChange={(to: string) => setForm({ ...form, to })}
        options={[
          { value: "", label: t("none") },
          ...targets.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      {form.to === "" ? null : <RuleFields form={form} problems={tried ? problems : []} onChange={setForm} />}
    </FormDialog>
  );
}

interface FieldsProps {
  readonly form: CopyForm;
  readonly problems: readonly CopyProblem[];
  readonly onChange: (form: CopyForm) => void;
}

function RuleFields({ form, problems, onChange }: FieldsProps) {
  const t = useTranslations("vaultCopies");
  const input = (field: CopyProblem) => (
    <Input
      value={form[field]}
      autoComplete="off"
      {...(field === "zone" ? {} : { inputMode: "numeric" as const })}
      onValueChange={(value: string) => onChange({ ...form, [field]: value })}
    />
  );
  const error = (field: CopyProblem) => (problems.includes(field) ? t(`wrong.${field}`) : undefined);
  return (
    <>
      <Field label={t("daily")} hint={t("dailyHint")} error={error("daily")}>
        {input("daily")}
      </Field>
      {form.daily.trim() === "" ? null : (
        <Field label={t("zone")} error={error("zone")}>
          {input("zone")}
        </Field>
      )}
      <Field label={t("bandwidth")} hint={t("bandwidthHint")} error={error("bandwidth")}>
        {input("bandwidth")}
      </Field>
      <Field label={t("keep")} hint={t("keepHint")} error={error("keep")}>
        {input("keep")}
      </Field>
      <Field label={t("lag")} hint={t("lagHint")} error={error("lag")}>
        {input("lag")}
      </Field>
    </>
  );
}
