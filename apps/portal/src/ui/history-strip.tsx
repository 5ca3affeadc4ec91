"use client";
import { cn } from "#lib/cn.ts";
import { Tooltip } from "#ui/tooltip.tsx";

/** What happened on a day; the worst outcome wins. */
export type DayState = "before-start" | "idle" | "ok" | "warning" | "overdue" | "failed";

export interface HistoryDay {
  /** ISO date, `2026-11-22`. */
  readonly day: string;
  readonly state: DayState;
  /** The whole day in words, state included: "22 Nov: 6 succeeded". */
  readonly text: string;
}

const look: Record<DayState, string> = {
  "before-start": "bg-transparent ring-1 ring-line ring-inset",
  idle: "bg-idle-soft",
  ok: "bg-ok-solid h-5",
  warning: "bg-warn-solid h-5",
  overdue: "h-5 bg-warn-soft ring-2 ring-warn-solid ring-inset",
  failed: "bg-bad-solid h-5 [clip-path:polygon(0_0,100%_0,100%_70%,50%_100%,0_70%)]",
};

/** A list with one cell per day: shape and color by its worst outcome, the words as name and tooltip. */
export function HistoryStrip({ label, days }: { label: string; days: readonly HistoryDay[] }) {
  return (
    <ol aria-label={label} className="flex h-6 items-end gap-0.5">
      {days.map((day) => (
        <li key={day.day} className="h-full min-w-1 flex-1">
          <Tooltip content={day.text}>
            <span tabIndex={-1} className="flex h-full items-end">
              <span className={cn("block h-2.5 w-full rounded-sm", look[day.state])} />
              <span className="sr-only">{day.text}</span>
            </span>
          </Tooltip>
        </li>
      ))}
    </ol>
  );
}
