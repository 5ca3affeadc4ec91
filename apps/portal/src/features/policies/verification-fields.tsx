"use client";
import { useTranslations } from "next-intl";
import { useWatch } from "react-hook-form";
import { ChoiceField, SelectField } from "#features/policies/form-fields.tsx";
import { Problem, type SectionProps } from "#features/policies/policy-fields.tsx";
import { verificationModes } from "#features/policies/verification-form.ts";
import { Card } from "#ui/card.tsx";
import { Field, Input } from "#ui/field.tsx";

/** How the recovery points of the policy are verified at night. */
export function VerificationSection({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policyVerification");
  const verifies = useWatch({ control: form.control, name: "verifies" });
  return (
    <Card title={t("title")} description={t("lead")} id="verification">
      <div className="flex flex-col gap-4">
        <ChoiceField
          form={form}
          name="verifies"
          label={t("verifies")}
          disabled={disabled}
          options={verificationModes.map((value) => ({
            value,
            label: t(`options.${value}`),
            hint: t(`hints.${value}`),
          }))}
        />
        {verifies === "quick" || verifies === "full" ? (
          <Field label={t("days")} error={problems["verifyDays"]}>
            <Input
              inputMode="numeric"
              {...form.register("verifyDays")}
              disabled={disabled}
              className="max-w-28"
            />
          </Field>
        ) : null}
        {verifies === "sampled" ? (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("amount")} hint={t("amountHint")} error={problems["verifyAmount"]}>
              <Input
                inputMode="numeric"
                {...form.register("verifyAmount")}
                disabled={disabled}
                className="max-w-28"
              />
            </Field>
            <SelectField
              form={form}
              name="verifyUnit"
              label={t("unit")}
              disabled={disabled}
              options={(["percent", "gib"] as const).map((value) => ({ value, label: t(`units.${value}`) }))}
            />
          </div>
        ) : null}
        <Problem text={problems["verification"]} />
      </div>
    </Card>
  );
}
