"use client";
import { vaultKinds } from "@kluis/domain";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { isSettingName } from "#features/settings/connections/form.ts";
import { FormDialog } from "#features/settings/form-dialog.tsx";
import { CredentialFields } from "#features/settings/vaults/credential-fields.tsx";
import {
  credentialProblems,
  emptyVault,
  toCredentials,
  toVault,
  type VaultCredentialsForm,
  type VaultForm,
  vaultProblems,
} from "#features/settings/vaults/form.ts";
import type { VaultView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { Choice, Field, Input } from "#ui/field.tsx";

/** Adds a vault, which an engine then tests. */
export function AddVaultDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [form, setForm] = useState(emptyVault);
  const [tried, setTried] = useState(false);
  const add = useMutation(
    trpc.vaults.add.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.refresh();
      },
    }),
  );
  return (
    <FormDialog
      title={t("form.title")}
      submit={t("form.addSubmit")}
      entered={form !== emptyVault}
      busy={add.isPending}
      error={add.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (Object.keys(vaultProblems(form)).length === 0) add.mutate(toVault(form));
      }}
    >
      <VaultFields form={form} tried={tried} onChange={setForm} />
      <p className="text-xs text-muted">{t("form.keyHint")}</p>
    </FormDialog>
  );
}

interface FieldsProps {
  readonly form: VaultForm;
  readonly tried: boolean;
  readonly onChange: (form: VaultForm) => void;
}

function VaultFields({ form, tried, onChange }: FieldsProps) {
  const t = useTranslations("vaults");
  const problems = tried ? vaultProblems(form) : {};
  const wrong = (key: keyof VaultForm) => {
    const problem = problems[key];
    return problem === undefined ? undefined : t(`form.${problem}`);
  };
  const text = (key: "name" | "container" | "folder" | "region") => (
    <Input
      value={form[key]}
      autoComplete="off"
      spellCheck={false}
      onValueChange={(value: string) => onChange({ ...form, [key]: value })}
    />
  );
  return (
    <>
      <Field label={t("form.name")} hint={t("form.nameHint")} error={wrong("name")}>
        {text("name")}
      </Field>
      <Choice
        label={t("form.kind")}
        name="kind"
        layout="column"
        value={form.kind}
        onChange={(kind) => onChange({ ...form, kind })}
        options={vaultKinds.map((value) => ({
          value,
          label: t(`form.kinds.${value}`),
          hint: t(`form.kindHints.${value}`),
        }))}
      />
      {form.kind === "folder" ? (
        <Field label={t("form.folder")} error={wrong("folder")}>
          {text("folder")}
        </Field>
      ) : (
        <>
          <Field label={t("form.container")} hint={t("form.containerHint")} error={wrong("container")}>
            {text("container")}
          </Field>
          <CredentialFields
            form={form}
            problems={problems}
            onChange={(change) => onChange({ ...form, ...change })}
          />
        </>
      )}
      <Field label={t("sharing.region")} hint={t("sharing.regionHint")} error={wrong("region")}>
        {text("region")}
      </Field>
    </>
  );
}

/** Changes the name of a vault. */
export function RenameVaultDialog({ vault, onClose }: { vault: VaultView; onClose: () => void }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [name, setName] = useState(vault.name);
  const [tried, setTried] = useState(false);
  const ok = isSettingName(name);
  const update = useMutation(
    trpc.vaults.update.mutationOptions({
      onSuccess: async (row) => {
        onClose();
        await outcome.done(t("renamed", { name: row.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("renameOf", { name: vault.name })}
      submit={t("rename")}
      busy={update.isPending}
      entered={name !== vault.name}
      error={update.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (ok) update.mutate({ vault: vault.id, name: name.trim() });
      }}
    >
      <Field
        label={t("form.name")}
        hint={t("form.nameHint")}
        error={tried && !ok ? t("form.nameWrong") : undefined}
      >
        <Input value={name} autoComplete="off" onValueChange={(value: string) => setName(value)} />
      </Field>
    </FormDialog>
  );
}

/** Replaces the credential of a vault. The stored one is never shown. */
export function RotateVaultDialog({ vault, onClose }: { vault: VaultView; onClose: () => void }) {
  const t = useTranslations("vaults");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [form, setForm] = useState<VaultCredentialsForm>(emptyVault);
  const [tried, setTried] = useState(false);
  const problems = credentialProblems(form);
  const rotate = useMutation(
    trpc.vaults.rotate.mutationOptions({
      onSuccess: async () => {
        onClose();
        await outcome.done(t("rotated", { name: vault.name }));
      },
    }),
  );
  return (
    <FormDialog
      title={t("rotateOf", { name: vault.name })}
      description={t("rotateText")}
      submit={t("form.rotateSubmit")}
      entered={form !== emptyVault}
      busy={rotate.isPending}
      error={rotate.error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (Object.keys(problems).length === 0) rotate.mutate({ vault: vault.id, ...toCredentials(form) });
      }}
    >
      <CredentialFields
        form={form}
        problems={tried ? problems : {}}
        onChange={(change) => setForm({ ...form, ...change })}
      />
    </FormDialog>
  );
}
