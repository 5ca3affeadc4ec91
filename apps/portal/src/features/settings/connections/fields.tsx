"use client";
import { azureClouds, credentialKinds } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { useId } from "react";
import type { CredentialForm, Problems, TenantForm } from "#features/settings/connections/form.ts";
import { Choice, Field, Input, inputClass } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";

interface Props<T> {
  readonly form: T;
  readonly problems: Problems<T>;
  readonly onChange: (form: T) => void;
}

export function TenantFields({ form, problems, onChange }: Props<TenantForm>) {
  const t = useTranslations("connections");
  const cloudId = useId();
  const wrong = (key: keyof TenantForm) => {
    const problem = problems[key];
    return problem === undefined ? undefined : t(`form.${problem}`);
  };
  return (
    <>
      <Field label={t("form.name")} hint={t("form.nameHint")} error={wrong("name")}>
        <Input
          value={form.name}
          autoComplete="off"
          onValueChange={(name: string) => onChange({ ...form, name })}
        />
      </Field>
      <Field label={t("form.tenant")} hint={t("form.tenantHint")} error={wrong("tenantId")}>
        <Input
          value={form.tenantId}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          onValueChange={(tenantId: string) => onChange({ ...form, tenantId })}
        />
      </Field>
      <div className="flex flex-col gap-1">
        <span id={cloudId} className="text-sm font-medium">
          {t("form.cloud")}
        </span>
        <Select
          labelledBy={cloudId}
          value={form.cloud}
          options={azureClouds.map((value) => ({ value, label: t(`clouds.${value}`) }))}
          onChange={(cloud) => onChange({ ...form, cloud })}
        />
      </div>
    </>
  );
}

export function CredentialFields({ form, problems, onChange }: Props<CredentialForm>) {
  const t = useTranslations("connections");
  const wrong = (key: keyof CredentialForm) => {
    const problem = problems[key];
    return problem === undefined ? undefined : t(`form.${problem}`);
  };
  const isMachine = form.kind === "managed-identity";
  return (
    <>
      <Choice
        label={t("form.credential")}
        name="credential"
        layout="column"
        value={form.kind}
        onChange={(kind) => onChange({ ...form, kind })}
        options={credentialKinds.map((value) => ({
          value,
          label: t(`kinds.${value}`),
          hint: t(`kindHints.${value}`),
        }))}
      />
      <Field
        label={t(isMachine ? "form.identityId" : "form.clientId")}
        hint={isMachine ? t("form.identityHint") : undefined}
        error={wrong("clientId")}
      >
        <Input
          value={form.clientId}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          onValueChange={(clientId: string) => onChange({ ...form, clientId })}
        />
      </Field>
      {form.kind === "secret" ? (
        <Field label={t("form.secret")} hint={t("form.secretHint")} error={wrong("secret")}>
          <Input
            type="password"
            value={form.secret}
            autoComplete="off"
            onValueChange={(secret: string) => onChange({ ...form, secret })}
          />
        </Field>
      ) : null}
      {form.kind === "certificate" ? (
        <Field label={t("form.certificate")} hint={t("form.certificateHint")} error={wrong("secret")}>
          <Input
            render={<textarea rows={6} />}
            value={form.secret}
            autoComplete="off"
            spellCheck={false}
            className={`${inputClass} h-auto py-1.5 font-mono text-xs`}
            onValueChange={(secret: string) => onChange({ ...form, secret })}
          />
        </Field>
      ) : null}
    </>
  );
}
