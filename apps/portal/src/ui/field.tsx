"use client";
import { Field as Base } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "#lib/cn.ts";

export const inputClass =
  "h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink placeholder:text-faint disabled:bg-sunken disabled:text-faint aria-invalid:border-bad";

export interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** The control itself; `Input` and `Textarea` of this file connect themselves. */
  readonly children: ReactNode;
  readonly className?: string;
}

/** A labeled control with a hint and, when invalid, the problem. */
export function Field({ label, hint, error, children, className }: FieldProps) {
  return (
    <Base.Root invalid={error !== undefined} className={cn("flex min-w-0 flex-col gap-1", className)}>
      <Base.Label className="text-sm font-medium">{label}</Base.Label>
      {children}
      {hint === undefined ? null : <Base.Description className="text-xs text-faint">{hint}</Base.Description>}
      {error === undefined ? null : (
        <Base.Error match className="text-xs font-medium text-bad">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

/** A text control inside a Field (or alone, with an aria-label). */
export function Input({ className, ...rest }: ComponentProps<typeof Base.Control>) {
  return (
    <Base.Control
      {...rest}
      className={cn(inputClass, typeof className === "string" ? className : undefined)}
    />
  );
}

/** Several lines of code or parameters inside a Field. */
export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <Base.Control
      render={<textarea {...rest} />}
      className={cn(inputClass, "h-auto resize-y py-1.5 font-mono text-xs", className)}
    />
  );
}

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint?: string }[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
  readonly layout?: "row" | "column";
}

/** Radio buttons in boxes, for a few options that should all be visible. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, name, value, options, onChange, disabled = false, layout = "row" } = props;
  return (
    <fieldset disabled={disabled} className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <div className={cn("flex gap-2", layout === "row" ? "flex-wrap" : "flex-col")}>
        {options.map((option) => (
          <label
            key={option.value}
            className={cn(
              "flex min-w-0 cursor-pointer items-start gap-2 rounded-md border px-3 py-1.5 text-sm has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus",
              layout === "row" ? "flex-1 basis-40" : "",
              option.value === value
                ? "border-accent bg-accent-soft"
                : "border-line-strong/60 bg-raised hover:bg-hover",
              disabled && "cursor-not-allowed opacity-70",
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="mt-1 size-3.5 accent-accent outline-hidden"
            />
            <span className="min-w-0">
              <span className="font-medium">{option.label}</span>
              {option.hint === undefined ? null : (
                <span className="block text-xs text-muted">{option.hint}</span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export interface CheckProps extends Omit<ComponentProps<"input">, "type"> {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
}

/** A native check box with its label. */
export function Check({ label, hint, className, ...rest }: CheckProps) {
  return (
    <label className={cn("flex min-h-6 cursor-pointer items-start gap-2 text-sm", className)}>
      <input type="checkbox" {...rest} className="mt-0.5 size-4 shrink-0 rounded-sm accent-accent" />
      <span className="min-w-0">
        {label}
        {hint === undefined ? null : <span className="block text-xs text-faint">{hint}</span>}
      </span>
    </label>
  );
}
