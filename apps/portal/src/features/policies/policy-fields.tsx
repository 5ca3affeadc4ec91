"use client";
import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type UseFormReturn, useFieldArray, useWatch } from "react-hook-form";
import { ChoiceField, SelectField } from "#features/policies/form-fields.tsx";
import { everyOptions, type PolicyForm } from "#features/policies/policy-form.ts";
import { isoWeekdays } from "#features/policies/transfer-form.ts";
import { useFormat } from "#lib/use-format.ts";
import { useHydrated } from "#lib/use-hydrated.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Check, Field, Input } from "#ui/field.tsx";

/** The API's limit of times a day. */
const maxTimes = 24;

export interface SectionProps {
  readonly form: UseFormReturn<PolicyForm>;
  /** Problems by field, in the language of the page. */
  readonly problems: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}

/** When backups run. */
export function ScheduleSection({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policies");
  const kind = useWatch({ control: form.control, name: "kind" });
  return (
    <Card title={t("editor.schedule")} id="schedule">
      <div className="flex flex-col gap-4">
        <ChoiceField
          form={form}
          name="kind"
          label={t("editor.kind")}
          disabled={disabled}
          options={(["daily", "weekly", "hourly"] as const).map((value) => ({
            value,
            label: t(`editor.kinds.${value}`),
            hint: t(`editor.kindHints.${value}`),
          }))}
        />
        {kind === "weekly" ? <Days form={form} problems={problems} disabled={disabled} /> : null}
        {kind === "hourly" ? (
          <Hourly form={form} problems={problems} disabled={disabled} />
        ) : (
          <Times form={form} problems={problems} disabled={disabled} />
        )}
        <Problem text={problems["interval"]} />
        <Field label={t("editor.timeZone")} hint={t("editor.timeZoneHint")} error={problems["timeZone"]}>
          <Input
            {...form.register("timeZone")}
            list="time-zones"
            disabled={disabled}
            autoComplete="off"
            spellCheck={false}
          />
          <TimeZones />
        </Field>
      </div>
    </Card>
  );
}

/** The time zones of this browser as suggestions. The server may know others, so it renders none. */
function TimeZones() {
  const hydrated = useHydrated();
  return (
    <datalist id="time-zones">
      {hydrated
        ? Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))
        : null}
    </datalist>
  );
}

/** A local time as 24-hour `HH:MM` in every language; a native time field follows the browser's language instead. */
const timeOfDay = { type: "text", inputMode: "numeric", maxLength: 5, placeholder: "13:00" } as const;

function Days({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policies");
  const format = useFormat();
  return (
    <fieldset disabled={disabled} className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{t("editor.days")}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {isoWeekdays.map((day) => (
          <Check
            key={day}
            value={day}
            label={<span data-value>{format.weekday(day)}</span>}
            aria-invalid={problems["days"] !== undefined}
            {...form.register("days")}
          />
        ))}
      </div>
      <Problem text={problems["days"]} />
    </fieldset>
  );
}

function Times({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policies");
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "times" });
  return (
    <fieldset disabled={disabled}>
      <legend className="mb-1 text-sm font-medium">{t("editor.times")}</legend>
      <div className="flex flex-wrap items-center gap-2">
        {fields.map((field, index) => (
          <span
            key={field.id}
            className="inline-flex items-center rounded-md border border-line-strong bg-surface"
          >
            <input
              {...timeOfDay}
              aria-label={t("editor.timeOf", { index: index + 1 })}
              className="h-8 w-16 rounded-md bg-transparent px-2 text-sm tabular"
              {...form.register(`times.${index}.at`)}
            />
            {fields.length > 1 ? (
              <button
                type="button"
                aria-label={t("editor.removeTime", { time: form.getValues(`times.${index}.at`) })}
                onClick={() => remove(index)}
                className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-ink"
              >
                <X aria-hidden="true" className="size-3.5" />
              </button>
            ) : null}
          </span>
        ))}
        {fields.length < maxTimes ? (
          <Button
            tone="quiet"
            icon={<Plus aria-hidden="true" />}
            disabled={disabled}
            onClick={() => append({ at: "13:00" })}
          >
            {t("editor.addTime")}
          </Button>
        ) : null}
      </div>
      <Problem text={problems["times"]} />
    </fieldset>
  );
}

function Hourly({ form, problems, disabled }: SectionProps) {
  const t = useTranslations("policies");
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <SelectField
        form={form}
        name="everyHours"
        label={t("editor.every")}
        disabled={disabled}
        options={everyOptions.map((value) => ({
          value,
          label: t("editor.everyHours", { hours: Number(value) }),
        }))}
      />
      <Field label={t("editor.windowStart")} error={problems["windowStart"]}>
        <Input {...timeOfDay} {...form.register("windowStart")} disabled={disabled} />
      </Field>
      <Field label={t("editor.windowHours")} error={problems["windowHours"]}>
        <Input inputMode="numeric" {...form.register("windowHours")} disabled={disabled} />
      </Field>
    </div>
  );
}

/** Which consistency to request, and what to do when it is not possible. */
export function ConsistencySection({ form, disabled }: SectionProps) {
  const t = useTranslations("policies");
  return (
    <Card title={t("editor.consistency")} id="consistency">
      <div className="flex flex-col gap-4">
        <ChoiceField
          form={form}
          name="wanted"
          label={t("editor.wanted")}
          disabled={disabled}
          options={(["application", "crash"] as const).map((value) => ({
            value,
            label: t(`editor.wantedOptions.${value}`),
            hint: t(`editor.wantedHints.${value}`),
          }))}
        />
        <ChoiceField
          form={form}
          name="otherwise"
          label={t("editor.otherwise")}
          disabled={disabled}
          options={(["continue", "fail"] as const).map((value) => ({
            value,
            label: t(`editor.otherwiseOptions.${value}`),
            hint: t(`editor.otherwiseHints.${value}`),
          }))}
        />
        <ChoiceField
          form={form}
          name="vss"
          label={t("editor.vss")}
          disabled={disabled}
          options={(["full", "copy"] as const).map((value) => ({
            value,
            label: t(`editor.vssOptions.${value}`),
            hint: t(`editor.vssHints.${value}`),
          }))}
        />
      </div>
    </Card>
  );
}

/** The problem of a group of fields. */
export function Problem({ text }: { text: string | undefined }) {
  return text === undefined ? null : <p className="mt-1 text-xs font-medium text-bad">{text}</p>;
}
