"use client";
import { useId } from "react";
import { Controller, type UseFormReturn } from "react-hook-form";
import type { RestoreForm } from "#features/points/restore-form.ts";
import { Select } from "#ui/select.tsx";

type Choice = "sku" | "zone" | "encryption" | "access";

export interface RestoreChoiceProps<Name extends Choice> {
  readonly form: UseFormReturn<RestoreForm>;
  readonly name: Name;
  readonly label: string;
  readonly options: readonly { readonly value: RestoreForm[Name]; readonly label: string }[];
}

/** One property of the new disk, unchanged unless the user chooses. */
export function RestoreChoice<Name extends Choice>({ form, name, label, options }: RestoreChoiceProps<Name>) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span id={id} className="text-sm font-medium">
        {label}
      </span>
      <Controller
        control={form.control}
        name={name}
        render={({ field }) => (
          <Select
            labelledBy={id}
            value={field.value}
            onChange={field.onChange}
            className="w-full"
            options={[...options]}
          />
        )}
      />
    </div>
  );
}
