"use client";
import type { OsType } from "@kluis/domain";
import { AppWindow, SquareTerminal } from "lucide-react";
import { useTranslations } from "next-intl";

/** The operating system as a small icon with its name for screen readers. */
export function OsMark({ os }: { os: OsType }) {
  const t = useTranslations("vms");
  const Icon = os === "windows" ? AppWindow : SquareTerminal;
  return (
    <span title={t(`os.${os}`)} className="text-faint">
      <Icon aria-hidden="true" className="size-4.5" strokeWidth={1.75} />
      <span className="sr-only">{t(`os.${os}`)}</span>
    </span>
  );
}
