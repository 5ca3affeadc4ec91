"use client";
import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { cn } from "#lib/cn.ts";

export interface SelectOption<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

export interface SelectProps<T extends string> {
  readonly value: T;
  readonly options: readonly SelectOption<T>[];
  readonly onChange: (value: T) => void;
  /** The accessible name when no visible label points here. */
  readonly label?: string;
  readonly labelledBy?: string;
  readonly id?: string;
  readonly disabled?: boolean;
  /** Shown before the value, for filters: "State: all". */
  readonly prefix?: string;
  readonly className?: string;
}

/** A choice of one from a short list. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { value, options, onChange, label, labelledBy, id, disabled = false, prefix, className } = props;
  return (
    <Base.Root
      items={options.map(({ value: key, label: text }) => ({ value: key, label: text }))}
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      <Base.Trigger
        id={id}
        aria-label={label}
        aria-labelledby={labelledBy}
        className={cn(
          "inline-flex h-8 min-w-32 items-center justify-between gap-2 rounded-md border border-line-strong/60 bg-raised pr-2 pl-2.5 text-sm select-none hover:bg-hover data-disabled:bg-sunken data-disabled:text-faint",
          className,
        )}
      >
        <span className="truncate">
          {prefix === undefined ? null : <span className="text-faint">{prefix} </span>}
          <Base.Value />
        </span>
        <Base.Icon>
          <ChevronsUpDown className="size-3.5 text-faint" aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner
          alignItemWithTrigger={false}
          sideOffset={4}
          className="z-70 outline-hidden select-none"
        >
          <Base.Popup className="fade-pop max-h-80 max-w-[min(32rem,var(--available-width))] min-w-[var(--anchor-width)] overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-pop outline-hidden">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="grid min-h-8 cursor-default grid-cols-[1rem_1fr] items-center gap-2 rounded-sm py-1 pr-3 pl-2 text-sm outline-hidden data-highlighted:bg-hover"
              >
                <Base.ItemIndicator className="col-start-1">
                  <Check className="size-4 text-accent" aria-hidden="true" />
                </Base.ItemIndicator>
                <span className="col-start-2">
                  <Base.ItemText>{option.label}</Base.ItemText>
                  {option.hint === undefined ? null : (
                    <span className="block text-xs text-faint">{option.hint}</span>
                  )}
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
