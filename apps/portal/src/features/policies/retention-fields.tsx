"use client";
import { useTranslations } from "next-intl";
import { Controller } from "react-hook-form";
import { Problem, type SectionProps } from "#features/policies/policy-fields.tsx";
import { retentionUnits, tierKeys } from "#features/policies/policy-form.ts";
import { TrustFields } from "#features/policies/trust-fields.tsx";
import { Card } from "#ui/card.tsx";
import { Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";

/** How long points are kept, and how long removed ones can be brought back. */
export function RetentionSection({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policies");
  return (
    <Card title={t("editor.retention")} description={t("editor.retentionLead")} id="retention">
      <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2 2xl:grid-cols-3">
        {tierKeys.map((tier) => (
          <div key={tier} className="flex items-start gap-2">
            <Field
              className="min-w-0 flex-1"
              label={t(`editor.tiers.${tier}`)}
              hint={t(`editor.tierHints.${tier}`)}
              error={problems[`retention.${tier}`]}
            >
              <Input
                inputMode="numeric"
                placeholder="–"
                {...form.register(`retention.${tier}`)}
                disabled={disabled}
              />
            </Field>
            <Controller
              control={form.control}
              name={`retentionUnit.${tier}`}
              render={({ field }) => (
                <Select
                  className="mt-6 min-w-28"
                  label={t("editor.unitOf", { tier: t(`editor.tiers.${tier}`) })}
                  value={field.value}
                  onChange={field.onChange}
                  disabled={disabled}
                  options={retentionUnits.map((value) => ({ value, label: t(`editor.units.${value}`) }))}
                />
              )}
            />
          </div>
        ))}
      </div>
      <Problem text={problems["retention"]} />
      <Field
        className="mt-4"
        label={t("editor.softDeleteDays")}
        hint={t("editor.softDeleteHint")}
        error={problems["softDeleteDays"]}
      >
        <Input
          inputMode="numeric"
          {...form.register("softDeleteDays")}
          disabled={disabled}
          className="max-w-28"
        />
      </Field>
      <Field
        className="mt-4"
        label={t("editor.instantDays")}
        hint={t("editor.instantHint")}
        error={problems["instantRestoreDays"]}
      >
        <Input
          inputMode="numeric"
          {...form.register("instantRestoreDays")}
          disabled={disabled}
          className="max-w-28"
        />
      </Field>
      <TrustFields form={form} problems={problems} disabled={disabled} />
    </Card>
  );
}
