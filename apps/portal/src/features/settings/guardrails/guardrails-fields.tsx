"use client";
import { type GuardrailField, requiredVerifications } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { type ReactNode, useId } from "react";
import {
  type GuardrailsForm,
  type NumberField,
  numberLimits,
} from "#features/settings/guardrails/guardrails-form.ts";
import { messageKey } from "#messages/catalog.ts";
import { Check, Choice, Field, Input, Textarea } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";

export interface GuardrailsFieldsProps {
  readonly form: GuardrailsForm;
  readonly wrong: ReadonlySet<GuardrailField>;
  readonly onChange: (form: GuardrailsForm) => void;
}

/** A field for each guardrail. An empty one restricts nothing. */
export function GuardrailsFields(props: GuardrailsFieldsProps) {
  const { form, onChange } = props;
  const t = useTranslations("guardrails");
  return (
    <>
      <Section title={t("sections.policies")}>
        <NumberInput {...props} field="retention.shortestDays" hint={t("hints.retention_shortestDays")} />
        <NumberInput {...props} field="schedule.longestIntervalHours" />
        <NumberInput {...props} field="instantRestore.leastDays" />
        <NumberInput {...props} field="instantRestore.mostDays" />
        <Verification {...props} />
        <NumberInput {...props} field="softDelete.leastDays" hint={t("hints.softDelete_leastDays")} />
      </Section>
      <Section title={t("sections.vaults")}>
        <RegionsInput {...props} field="vaults.regions" part="vaultRegions" />
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 text-sm font-medium">{t("fields.vaults_keys")}</legend>
          <Check
            label={t("keys.recovery-proven")}
            checked={form.recoveryKey}
            onChange={(event) => onChange({ ...form, recoveryKey: event.target.checked })}
          />
          <Check
            label={t("keys.key-vault")}
            checked={form.keyVault}
            onChange={(event) => onChange({ ...form, keyVault: event.target.checked })}
          />
        </fieldset>
      </Section>
      <Section title={t("sections.restores")}>
        <RegionsInput {...props} field="restore.regions" part="restoreRegions" />
        <div className="flex flex-col gap-3 sm:col-span-2">
          <Downloads {...props} />
        </div>
      </Section>
      <Section title={t("sections.teams")}>
        <Check
          label={t("fields.teams_tagScopes")}
          hint={t("hints.teams_tagScopes")}
          checked={form.tagScopes}
          onChange={(event) => onChange({ ...form, tagScopes: event.target.checked })}
        />
      </Section>
      <Section title={t("sections.approvals")}>
        <Check
          className="sm:col-span-2"
          label={t("fields.approvals_configuration")}
          hint={t("hints.approvals_configuration")}
          checked={form.secondPerson}
          onChange={(event) => onChange({ ...form, secondPerson: event.target.checked })}
        />
      </Section>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="eyebrow mb-2">{title}</h3>
      <div className="grid items-start gap-4 sm:grid-cols-2">{children}</div>
    </section>
  );
}

interface NumberInputProps extends GuardrailsFieldsProps {
  readonly field: NumberField;
  readonly hint?: string;
}

function NumberInput({ form, wrong, onChange, field, hint }: NumberInputProps) {
  const t = useTranslations("guardrails");
  const text = form.numbers[field];
  return (
    <Field
      label={t(`fields.${messageKey(field)}`)}
      hint={hint}
      error={wrong.has(field) ? wrongNumber(t, { field, text }) : undefined}
    >
      <Input
        value={text}
        inputMode="numeric"
        autoComplete="off"
        className="max-w-32"
        onValueChange={(value: string) => onChange({ ...form, numbers: { ...form.numbers, [field]: value } })}
      />
    </Field>
  );
}

function wrongNumber(
  t: ReturnType<typeof useTranslations<"guardrails">>,
  { field, text }: { readonly field: NumberField; readonly text: string },
): string {
  const { least, most } = numberLimits[field];
  const value = Number(text);
  const isInLimits = text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most;
  if (isInLimits) return t("wrong.order");
  const limits = { least: String(least), most: String(most) };
  return field === "verification.everyDays" ? t("wrong.needed", limits) : t("wrong.number", limits);
}

/** The kind of verification; how often it must be, once one is required. */
function Verification(props: GuardrailsFieldsProps) {
  const { form, onChange } = props;
  const t = useTranslations("guardrails");
  const label = useId();
  return (
    <>
      <div className="flex flex-col gap-1">
        <span id={label} className="text-sm font-medium">
          {t("fields.verification_mode")}
        </span>
        <Select
          labelledBy={label}
          className="max-w-60"
          value={form.verification}
          options={(["none", ...requiredVerifications] as const).map((value) => ({
            value,
            label: t(`verifications.${value}`),
          }))}
          onChange={(verification) => onChange({ ...form, verification })}
        />
      </div>
      {form.verification === "none" ? null : <NumberInput {...props} field="verification.everyDays" />}
    </>
  );
}

interface RegionsInputProps extends GuardrailsFieldsProps {
  readonly field: "vaults.regions" | "restore.regions";
  readonly part: "vaultRegions" | "restoreRegions";
}

function RegionsInput({ form, wrong, onChange, field, part }: RegionsInputProps) {
  const t = useTranslations("guardrails");
  return (
    <Field
      label={t(`fields.${messageKey(field)}`)}
      hint={t("hints.regions")}
      error={wrong.has(field) ? t("wrong.regions") : undefined}
    >
      <Input
        value={form[part]}
        autoComplete="off"
        spellCheck={false}
        onValueChange={(value: string) => onChange({ ...form, [part]: value })}
      />
    </Field>
  );
}

function Downloads({ form, wrong, onChange }: GuardrailsFieldsProps) {
  const t = useTranslations("guardrails");
  return (
    <>
      <Choice
        label={t("downloads")}
        name="downloads"
        value={form.downloads}
        onChange={(downloads) => onChange({ ...form, downloads })}
        options={(["any", "networks", "none"] as const).map((value) => ({
          value,
          label: t(`downloadChoices.${value}`),
        }))}
      />
      {form.downloads === "networks" ? (
        <Field
          label={t("fields.downloads_networks")}
          hint={t("hints.networks")}
          error={wrong.has("downloads.networks") ? t("wrong.networks") : undefined}
        >
          <Textarea
            rows={3}
            value={form.networks}
            spellCheck={false}
            onChange={(event) => onChange({ ...form, networks: event.target.value })}
          />
        </Field>
      ) : null}
    </>
  );
}
