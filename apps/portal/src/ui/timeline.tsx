import { AlertTriangle, Check, Minus, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";

export type TimelineState = "waiting" | "running" | "done" | "skipped" | "failed" | "warning";

export interface TimelineItem {
  readonly key: string;
  readonly title: string;
  readonly state: TimelineState;
  /** The state in a word, for screen readers and beside the title. */
  readonly stateWord: string;
  readonly time?: ReactNode;
  readonly children?: ReactNode;
}

const dots: Record<TimelineState, string> = {
  waiting: "border-line-strong bg-surface text-faint",
  running: "border-run-solid bg-run-soft text-run",
  done: "border-ok-solid bg-ok-solid text-surface",
  skipped: "border-line-strong bg-idle-soft text-faint",
  warning: "border-warn-solid bg-warn-soft text-warn",
  failed: "border-bad-solid bg-bad-solid text-surface",
};

/** Steps in order on a line, each with its state. */
export function Timeline({ items, label }: { items: readonly TimelineItem[]; label: string }) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {items.map((item, index) => (
        <li key={item.key} className="relative flex gap-3 pb-4 last:pb-0">
          {index === items.length - 1 ? null : (
            <span
              aria-hidden="true"
              className={cn(
                "absolute top-6 bottom-0 left-[11px] w-0.5",
                item.state === "done" ? "bg-ok-solid" : "bg-line",
              )}
            />
          )}
          <span
            aria-hidden="true"
            className={cn(
              "relative mt-0.5 grid size-6 shrink-0 place-items-center rounded-full border-2",
              dots[item.state],
            )}
          >
            <Dot state={item.state} />
          </span>
          <div className="min-w-0 flex-1 pt-0.5">
            <div className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span
                className={cn(
                  "font-medium",
                  (item.state === "waiting" || item.state === "skipped") && "text-muted",
                )}
              >
                {item.title}
                <span
                  className={
                    item.state === "done" || item.state === "waiting" ? "sr-only" : "ml-2 text-xs text-faint"
                  }
                >
                  {item.stateWord}
                </span>
              </span>
              {item.time === undefined ? null : (
                <span className="tabular text-xs text-faint">{item.time}</span>
              )}
            </div>
            {item.children === undefined ? null : <div className="text-sm text-muted">{item.children}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Dot({ state }: { state: TimelineState }) {
  const className = "size-3.5";
  switch (state) {
    case "done":
      return <Check className={className} strokeWidth={3} />;
    case "failed":
      return <X className={className} strokeWidth={3} />;
    case "warning":
      return <AlertTriangle className={className} strokeWidth={2.5} />;
    case "skipped":
      return <Minus className={className} strokeWidth={3} />;
    case "running":
      return <span className="size-2 breathing rounded-full bg-run-solid" />;
    case "waiting":
      return <span className="size-1.5 rounded-full bg-line-strong" />;
    default:
      return state satisfies never;
  }
}
