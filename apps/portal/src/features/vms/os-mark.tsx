import type { OsType } from "@kluis/domain";
import { AppWindow, SquareTerminal } from "lucide-react";
import { vmMessages as text } from "#features/vms/messages.ts";

/** The operating system as a small icon with its name for screen readers. */
export function OsMark({ os }: { os: OsType }) {
  const Icon = os === "windows" ? AppWindow : SquareTerminal;
  return (
    <span title={text.os[os]} className="text-faint">
      <Icon aria-hidden="true" className="size-4.5" strokeWidth={1.75} />
      <span className="sr-only">{text.os[os]}</span>
    </span>
  );
}
