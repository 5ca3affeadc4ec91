"use client";
import { useTranslations } from "next-intl";
import { useWatch } from "react-hook-form";
import { ChoiceField } from "#features/policies/form-fields.tsx";
import type { SectionProps } from "#features/policies/policy-fields.tsx";
import { isoWeekdays } from "#features/policies/transfer-form.ts";
import { useFormat } from "#lib/use-format.ts";
import { Card } from "#ui/card.tsx";
import { Check, Field, Input } from "#ui/field.tsx";

/** When backups may move data to the vault (always, or within a window of the policy's time zone), and how fast. */
export function TransferSection({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policyTransfer");
  const moves = useWatch({ control: form.control, name: "moves" });
  return (
    <Card title={t("title")} id="transfer">
      <div className="flex flex-col gap-4">
        <ChoiceField
          form={form}
          name="moves"
          label={t("moves")}
          disabled={disabled}
          options={(["always", "window"] as const).map((value) => ({
            value,
            label: t(`options.${value}`),
            hint: t(`hints.${value}`),
          }))}
        />
        {moves === "window" ? <WindowFields form={form} problems={problems} disabled={disabled} /> : null}
        <Field label={t("bandwidth")} hint={t("bandwidthHint")} error={problems["bandwidth"]}>
          <Input
            inputMode="numeric"
            {...form.register("bandwidth")}
            disabled={disabled}
            className="max-w-28"
          />
        </Field>
      </div>
    </Card>
  );
}

/** A local time as 24-hour `HH:MM` in every language. */
const timeOfDay = { type: "text", inputMode: "numeric", maxLength: 5, placeholder: "22:00" } as const;

function WindowFields({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policyTransfer");
  const format = useFormat();
  const daysProblem = problems["transferDays"];
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("from")} error={problems["transferFrom"]}>
          <Input {...timeOfDay} {...form.register("transferFrom")} disabled={disabled} className="max-w-28" />
        </Field>
        <Field label={t("to")} hint={t("toHint")} error={problems["transferTo"]}>
          <Input {...timeOfDay} {...form.register("transferTo")} disabled={disabled} className="max-w-28" />
        </Field>
      </div>
      <fieldset disabled={disabled} className="min-w-0">
        <legend className="mb-1 text-sm font-medium">{t("days")}</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1.5">
          {isoWeekdays.map((day) => (
            <Check
              key={day}
              value={day}
              label={<span data-value>{format.weekday(day)}</span>}
              aria-invalid={daysProblem !== undefined}
              {...form.register("transferDays")}
            />
          ))}
        </div>
        {daysProblem === undefined ? null : (
          <p className="mt-1 text-xs font-medium text-bad">{daysProblem}</p>
        )}
      </fieldset>
      <p className="text-sm text-muted">{t("restores")}</p>
    </>
  );
}
