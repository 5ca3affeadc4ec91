"use client";
import { useSyncExternalStore } from "react";
import { formatAbsolute, formatRelative } from "#lib/format.ts";
import { Tooltip } from "#ui/tooltip.tsx";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present, moving every 15 s for all who show relative times, with one timer. */
export function useNow(): Date {
  return new Date(
    useSyncExternalStore(
      subscribe,
      () => now,
      () => now,
    ),
  );
}

export interface TimeAgoProps {
  readonly at: Date | string | null;
  /** False inside a link or button, which takes the focus itself. */
  readonly focusable?: boolean;
}

/** "3 minutes ago"; the absolute time with its zone on hover and on keyboard focus. */
export function TimeAgo({ at, focusable = true }: TimeAgoProps) {
  const current = useNow();
  if (at === null) return <span className="text-faint">–</span>;
  const date = new Date(at);
  const absolute = formatAbsolute(date, { seconds: true });
  return (
    <Tooltip content={absolute}>
      <time
        dateTime={date.toISOString()}
        suppressHydrationWarning
        className="tabular rounded-sm whitespace-nowrap underline decoration-line-strong decoration-dotted underline-offset-3"
        // The absolute time must be reachable by keyboard, and a plain <time> is not.
        tabIndex={focusable ? 0 : undefined}
      >
        {formatRelative(date, current)}
        <span className="sr-only">, {absolute}</span>
      </time>
    </Tooltip>
  );
}

/** The full time with its zone, for reports and audit. */
export function AbsoluteTime({ at, seconds = true }: { at: Date | string | null; seconds?: boolean }) {
  if (at === null) return <span className="text-faint">–</span>;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} suppressHydrationWarning className="tabular whitespace-nowrap">
      {formatAbsolute(date, { seconds })}
    </time>
  );
}
