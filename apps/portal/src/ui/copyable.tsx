"use client";
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { cn } from "#lib/cn.ts";
import { toast } from "#ui/toast.tsx";

export interface CopyableProps {
  readonly value: string;
  /** What it is, for the button's name: "recovery point id". */
  readonly what: string;
  /** Shown instead when the value is too long. */
  readonly display?: string;
  readonly className?: string;
}

/** An id or digest in monospace with a button that copies all of it. */
export function Copyable({ value, what, display, className }: CopyableProps) {
  const t = useTranslations("ui");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const handle = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(handle);
  }, [copied]);
  const Icon = copied ? Check : Copy;
  return (
    <span className={cn("inline-flex max-w-full min-w-0 items-center gap-1 align-bottom", className)}>
      <code title={value} data-value className="min-w-0 truncate font-mono text-xs">
        {display ?? value}
      </code>
      <button
        type="button"
        aria-label={copied ? t("copied") : t("copy", { what })}
        title={t("copy", { what })}
        onClick={() => {
          navigator.clipboard.writeText(value).then(
            () => setCopied(true),
            () => toast({ tone: "bad", title: t("copy", { what }), description: t("copyFailed") }),
          );
        }}
        className="grid size-6 shrink-0 place-items-center rounded-sm text-faint hover:bg-hover hover:text-ink"
      >
        <Icon aria-hidden="true" className="size-3.5" />
      </button>
    </span>
  );
}
