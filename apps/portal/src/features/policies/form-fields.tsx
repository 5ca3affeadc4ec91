"use client";
import { Controller, type UseFormReturn } from "react-hook-form";
import type { PolicyForm } from "#features/policies/policy-form.ts";
import { Choice, type ChoiceProps } from "#ui/field.tsx";
import { Select, type SelectOption } from "#ui/select.tsx";

/** Controls of the policy form that are not native inputs. */

type ChoiceName =
  | "kind"
  | "verifies"
  | "moves"
  | "wanted"
  | "otherwise"
  | "vss"
  | "scripts"
  | "scriptFailure"
  | "fsFreeze";

export interface ChoiceFieldProps<N extends ChoiceName> {
  readonly form: UseFormReturn<PolicyForm>;
  readonly name: N;
  readonly label: string;
  readonly options: ChoiceProps<PolicyForm[N]>["options"];
  readonly disabled: boolean;
}

/** A choice of the form as radio buttons with their hints. */
export function ChoiceField<N extends ChoiceName>(props: ChoiceFieldProps<N>) {
  const { form, name, label, options, disabled } = props;
  return (
    <Controller<PolicyForm, ChoiceName>
      control={form.control}
      name={name}
      render={({ field }) => (
        <Choice<PolicyForm[ChoiceName]>
          label={label}
          name={name}
          value={field.value}
          onChange={field.onChange}
          disabled={disabled}
          options={options}
        />
      )}
    />
  );
}

export interface SelectFieldProps {
  readonly form: UseFormReturn<PolicyForm>;
  readonly name: "team" | "everyHours" | "verifyUnit";
  readonly label: string;
  readonly options: readonly SelectOption<string>[];
  readonly disabled?: boolean;
}

/** A choice of the form from a list. */
export function SelectField({ form, name, label, options, disabled = false }: SelectFieldProps) {
  const labelId = `${name}-label`;
  return (
    <div className="flex flex-col gap-1">
      <span id={labelId} className="text-sm font-medium">
        {label}
      </span>
      <Controller
        control={form.control}
        name={name}
        render={({ field }) => (
          <Select
            labelledBy={labelId}
            value={field.value}
            onChange={field.onChange}
            disabled={disabled}
            options={options}
          />
        )}
      />
    </div>
  );
}
