"use client";
import { useTranslations } from "next-intl";
import { useWatch } from "react-hook-form";
import { ChoiceField } from "#features/policies/form-fields.tsx";
import type { SectionProps } from "#features/policies/policy-fields.tsx";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Alert } from "#ui/alert.tsx";
import { Card } from "#ui/card.tsx";
import { Field, Input, Textarea } from "#ui/field.tsx";

/** Pre and post scripts of Linux VMs. Scripts that Kluis places need their own permission: they run as root. */
export function ScriptsSection({ form, problems, disabled: formDisabled }: SectionProps) {
  const t = useTranslations("policyScripts");
  const refusal = useRefusal("policy:scripts");
  const wanted = useWatch({ control: form.control, name: "wanted" });
  const scripts = useWatch({ control: form.control, name: "scripts" });
  const wasPlaced = form.formState.defaultValues?.scripts === "policy";
  // Without the permission, placed scripts stay as they are and no others can be written.
  const locked = formDisabled || (refusal !== null && wasPlaced);
  const options = (["none", "guest", "policy"] as const).filter(
    (value) => value !== "policy" || refusal === null || wasPlaced,
  );
  return (
    <Card title={t("title")} description={t("lead")} id="scripts">
      <div className="flex flex-col gap-4">
        {wanted === "crash" && scripts !== "none" ? <Alert tone="info" title={t("unused")} /> : null}
        <ChoiceField
          form={form}
          name="scripts"
          label={t("scripts")}
          disabled={locked}
          options={options.map((value) => ({
            value,
            label: t(`options.${value}`),
            hint: t(`hints.${value}`),
          }))}
        />
        {refusal === null ? null : <p className="text-xs text-faint">{t("noPermission")}</p>}
        {scripts === "policy" ? <PlacedFields form={form} problems={problems} disabled={locked} /> : null}
      </div>
    </Card>
  );
}

function PlacedFields({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policyScripts");
  return (
    <>
      <Alert tone="warn" title={t("rootTitle")}>
        {t("root")}
      </Alert>
      {(["pre", "post"] as const).map((name) => (
        <div key={name} className="flex flex-col gap-3">
          <Field label={t(`${name}.text`)} hint={t(`${name}.hint`)} error={problems[`${name}Text`]}>
            <Textarea {...form.register(`${name}Text`)} rows={8} spellCheck={false} disabled={disabled} />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("parameters")} hint={t("parametersHint")} error={problems[`${name}Parameters`]}>
              <Textarea
                {...form.register(`${name}Parameters`)}
                rows={2}
                spellCheck={false}
                disabled={disabled}
              />
            </Field>
            <Field label={t("retries")} hint={t("retriesHint")} error={problems[`${name}Retries`]}>
              <Input
                inputMode="numeric"
                {...form.register(`${name}Retries`)}
                disabled={disabled}
                className="max-w-28"
              />
            </Field>
          </div>
        </div>
      ))}
      <Field label={t("seconds")} hint={t("secondsHint")} error={problems["scriptSeconds"]}>
        <Input
          inputMode="numeric"
          {...form.register("scriptSeconds")}
          disabled={disabled}
          className="max-w-28"
        />
      </Field>
      <ChoiceField
        form={form}
        name="scriptFailure"
        label={t("failure")}
        disabled={disabled}
        options={(["continue", "stop"] as const).map((value) => ({
          value,
          label: t(`failures.${value}`),
          hint: t(`failureHints.${value}`),
        }))}
      />
      <ChoiceField
        form={form}
        name="fsFreeze"
        label={t("freeze")}
        disabled={disabled}
        options={(["freeze", "none"] as const).map((value) => ({
          value,
          label: t(`freezes.${value}`),
          hint: t(`freezeHints.${value}`),
        }))}
      />
    </>
  );
}
