"use client";
import { Plus, X } from "lucide-react";
import { Controller, type UseFormReturn, useFieldArray, useWatch } from "react-hook-form";
import { policyMessages } from "#features/policies/messages.ts";
import { everyOptions, type PolicyForm, tierKeys } from "#features/policies/policy-form.ts";
import { useHydrated } from "#lib/use-hydrated.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Choice, Field, Input } from "#ui/field.tsx";
import { Select } from "#ui/select.tsx";

const text = policyMessages.editor;

export interface SectionProps {
  readonly form: UseFormReturn<PolicyForm>;
  /** What is wrong, by field; only fields that were visited, or all after a try to save. */
  readonly problems: Readonly<Record<string, string>>;
  readonly disabled: boolean;
}

/** When backups run. */
export function ScheduleSection({ form, problems, disabled }: SectionProps) {
  const kind = useWatch({ control: form.control, name: "kind" });
  return (
    <Card title={text.schedule} id="schedule">
      <div className="flex flex-col gap-4">
        <Controller
          control={form.control}
          name="kind"
          render={({ field }) => (
            <Choice
              label={text.kind}
              name="kind"
              value={field.value}
              onChange={field.onChange}
              disabled={disabled}
              options={(["daily", "hourly"] as const).map((value) => ({
                value,
                label: text.kinds[value],
                hint: text.kindHints[value],
              }))}
            />
          )}
        />
        {kind === "daily" ? (
          <Times form={form} problems={problems} disabled={disabled} />
        ) : (
          <Hourly form={form} problems={problems} disabled={disabled} />
        )}
        <Field label={text.timeZone} hint={text.timeZoneHint} error={problems["timeZone"]}>
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

/** The zones that this browser knows, offered while typing. Only in the browser: the server may know others. */
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

function Times({ form, problems, disabled }: SectionProps) {
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "times" });
  return (
    <fieldset disabled={disabled}>
      <legend className="mb-1 text-sm font-medium">{text.times}</legend>
      <div className="flex flex-wrap items-center gap-2">
        {fields.map((field, index) => (
          <span
            key={field.id}
            className="inline-flex items-center rounded-md border border-line-strong bg-surface"
          >
            <input
              type="time"
              aria-label={text.timeOf(index + 1)}
              className="h-8 rounded-md bg-transparent px-2 text-sm tabular"
              {...form.register(`times.${index}.at`)}
            />
            {fields.length > 1 ? (
              <button
                type="button"
                aria-label={text.removeTime(form.getValues(`times.${index}.at`))}
                onClick={() => remove(index)}
                className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-ink"
              >
                <X aria-hidden="true" className="size-3.5" />
              </button>
            ) : null}
          </span>
        ))}
        {fields.length < 24 ? (
          <Button tone="quiet" icon={<Plus aria-hidden="true" />} onClick={() => append({ at: "13:00" })}>
            {text.addTime}
          </Button>
        ) : null}
      </div>
      <Problem text={problems["times"]} />
    </fieldset>
  );
}

function Hourly({ form, problems, disabled }: SectionProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <div className="flex flex-col gap-1">
        <span id="every-label" className="text-sm font-medium">
          {text.every}
        </span>
        <Controller
          control={form.control}
          name="everyHours"
          render={({ field }) => (
            <Select
              labelledBy="every-label"
              value={field.value}
              disabled={disabled}
              onChange={field.onChange}
              options={everyOptions.map((value) => ({ value, label: text.everyHours(Number(value)) }))}
            />
          )}
        />
      </div>
      <Field label={text.windowStart} error={problems["windowStart"]}>
        <Input type="time" {...form.register("windowStart")} disabled={disabled} />
      </Field>
      <Field label={text.windowHours} error={problems["windowHours"]}>
        <Input inputMode="numeric" {...form.register("windowHours")} disabled={disabled} />
      </Field>
    </div>
  );
}

/** How long points are kept. */
export function RetentionSection({ form, problems, disabled }: SectionProps) {
  return (
    <Card title={text.retention} description={text.retentionLead} id="retention">
      <div className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 2xl:grid-cols-5">
        {tierKeys.map((tier) => (
          <Field
            key={tier}
            label={text.tiers[tier]}
            hint={text.tierHints[tier]}
            error={problems[`retention.${tier}`]}
          >
            <Input
              inputMode="numeric"
              placeholder="–"
              {...form.register(`retention.${tier}`)}
              disabled={disabled}
            />
          </Field>
        ))}
      </div>
      <Problem text={problems["retention"]} />
      <Field
        className="mt-4"
        label={text.instantDays}
        hint={text.instantHint}
        error={problems["instantRestoreDays"]}
      >
        <Input
          inputMode="numeric"
          {...form.register("instantRestoreDays")}
          disabled={disabled}
          className="max-w-28"
        />
      </Field>
    </Card>
  );
}

/** How consistent points shall be. */
export function ConsistencySection({ form, disabled }: SectionProps) {
  return (
    <Card title={text.consistency} id="consistency">
      <div className="flex flex-col gap-4">
        <Controller
          control={form.control}
          name="wanted"
          render={({ field }) => (
            <Choice
              label={text.wanted}
              name="wanted"
              value={field.value}
              onChange={field.onChange}
              disabled={disabled}
              options={(["application", "crash"] as const).map((value) => ({
                value,
                label: text.wantedOptions[value],
                hint: text.wantedHints[value],
              }))}
            />
          )}
        />
        <Controller
          control={form.control}
          name="otherwise"
          render={({ field }) => (
            <Choice
              label={text.otherwise}
              name="otherwise"
              value={field.value}
              onChange={field.onChange}
              disabled={disabled}
              options={(["continue", "fail"] as const).map((value) => ({
                value,
                label: text.otherwiseOptions[value],
                hint: text.otherwiseHints[value],
              }))}
            />
          )}
        />
        <Controller
          control={form.control}
          name="vss"
          render={({ field }) => (
            <Choice
              label={text.vss}
              name="vss"
              value={field.value}
              onChange={field.onChange}
              disabled={disabled}
              options={(["full", "copy"] as const).map((value) => ({
                value,
                label: text.vssOptions[value],
                hint: text.vssHints[value],
              }))}
            />
          )}
        />
      </div>
    </Card>
  );
}

function Problem({ text: problem }: { text: string | undefined }) {
  return problem === undefined ? null : <p className="mt-1 text-xs font-medium text-bad">{problem}</p>;
}
