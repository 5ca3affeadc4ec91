"use client";
import { CalendarDays } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { cn } from "#lib/cn.ts";
import { inputClass } from "#ui/field.tsx";

const dayPattern = /^\d{4}-\d{2}-\d{2}$/u;

export interface DateInputProps {
  /** The accessible name. */
  readonly label: string;
  /** `2026-11-22`, or empty. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/**
 * A day as ISO 8601, typed or picked from the browser's calendar. A native date field alone would show the browser's
 * own notation beside ours.
 */
export function DateInput({ label, value, onChange }: DateInputProps) {
  const t = useTranslations("ui");
  const picker = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const type = (text: string) => {
    const done = text === "" || dayPattern.test(text);
    setTyped(done ? null : text);
    if (done) onChange(text);
  };
  return (
    <span className="relative inline-flex w-40">
      <input
        aria-label={label}
        aria-invalid={typed !== null}
        inputMode="numeric"
        placeholder={t("dateFormat")}
        maxLength={10}
        value={typed ?? value}
        onChange={(event) => type(event.target.value.trim())}
        onBlur={() => setTyped(null)}
        className={cn(inputClass, "pr-9 tabular")}
      />
      <input
        ref={picker}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={value}
        onChange={(event) => type(event.target.value)}
        className="pointer-events-none absolute right-0 bottom-0 size-8 opacity-0"
      />
      <button
        type="button"
        aria-label={t("pickDate", { label })}
        onClick={() => picker.current?.showPicker()}
        className="absolute top-0.5 right-0.5 grid size-7 place-items-center rounded-md text-muted hover:bg-hover"
      >
        <CalendarDays aria-hidden="true" className="size-4" />
      </button>
    </span>
  );
}
