"use client";
import { Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { cn } from "#lib/cn.ts";
import { Button } from "#ui/button.tsx";
import { inputClass } from "#ui/field.tsx";

export interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}

/** Searches while the user types, 300 ms after the last key. */
export function SearchBox({ label, value, onChange, placeholder }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const handle = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, 300);
    return () => clearTimeout(handle);
  }, [text, onChange]);
  return (
    <div className="relative w-full sm:w-64">
      <Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
      <input
        type="search"
        aria-label={label}
        value={text}
        placeholder={placeholder ?? label}
        onChange={(event) => setText(event.target.value)}
        className={cn(inputClass, "pl-8")}
      />
    </div>
  );
}

export interface FilterBarProps {
  readonly children: ReactNode;
  /** Whether any filter is set. */
  readonly active: boolean;
  readonly onClear: () => void;
  readonly trailing?: ReactNode;
}

/** The filters above a table, with a button that clears them. */
export function FilterBar({ children, active, onClear, trailing }: FilterBarProps) {
  const t = useTranslations("ui");
  return (
    <search className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">
      {children}
      {active ? (
        <Button tone="quiet" onClick={onClear} icon={<X aria-hidden="true" />}>
          {t("clearFilters")}
        </Button>
      ) : null}
      {trailing === undefined ? null : <div className="ml-auto min-h-5 min-w-32 text-right">{trailing}</div>}
    </search>
  );
}
