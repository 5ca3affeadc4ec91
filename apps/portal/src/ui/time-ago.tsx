"use client";
import { useSyncExternalStore } from "react";
import { formatAbsolute, formatRelative } from "#lib/format.ts";
import { Tooltip } from "#ui/tooltip.tsx";

/** A clock that ticks for all who look at it with one timer, and stands still while nobody does. */
function createTicker(everyMs: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      if (timer === undefined) {
        // While nobody looked the clock stood still; the first to look must not see a past present.
        now = Date.now();
        timer = setInterval(tick, everyMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    read: () => now,
  };
}

const slow = createTicker(15_000);
const fast = createTicker(1_000);

/** The present as it was at the last tick: every 15 s for relative times, every second for what runs. */
export function useNow(pace: "slow" | "fast" = "slow"): Date {
  const { subscribe, read } = pace === "fast" ? fast : slow;
  return new Date(useSyncExternalStore(subscribe, read, read));
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
