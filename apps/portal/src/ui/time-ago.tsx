"use client";
import { useSyncExternalStore } from "react";
import { useFormat } from "#lib/use-format.ts";
import { useHydrated } from "#lib/use-hydrated.ts";
import { Tooltip } from "#ui/tooltip.tsx";

/** A clock with one timer for all its subscribers; it stops while there are none. */
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
        // The clock stopped without subscribers; the first one must not read an old time.
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

/** The time of the last tick: every 15 s for relative times, every second for what runs. */
export function useNow(pace: "slow" | "fast" = "slow"): Date {
  const { subscribe, read } = pace === "fast" ? fast : slow;
  return new Date(useSyncExternalStore(subscribe, read, read));
}

export interface TimeAgoProps {
  readonly at: Date | string | null;
  /** False inside a link or button, which takes the focus itself. */
  readonly focusable?: boolean;
}

/** "3 minutes ago", with the absolute time and its zone on hover and on keyboard focus. */
export function TimeAgo({ at, focusable = true }: TimeAgoProps) {
  const current = useNow();
  const format = useFormat();
  if (at === null) return <span className="text-faint">–</span>;
  const date = new Date(at);
  const absolute = format.absolute(date, { seconds: true });
  return (
    <Tooltip content={absolute}>
      <time
        dateTime={date.toISOString()}
        suppressHydrationWarning
        className="tabular rounded-sm whitespace-nowrap underline decoration-line-strong decoration-dotted underline-offset-3"
        // The absolute time must be reachable by keyboard, and a plain <time> is not.
        tabIndex={focusable ? 0 : undefined}
      >
        {format.relative(date, current)}
        <span className="sr-only">, {absolute}</span>
      </time>
    </Tooltip>
  );
}

/** The absolute time with its zone, for reports and the audit log: in the server's zone until the page is interactive. */
export function AbsoluteTime({ at, seconds = true }: { at: Date | string | null; seconds?: boolean }) {
  const format = useFormat();
  const hydrated = useHydrated();
  if (at === null) return <span className="text-faint">–</span>;
  const date = new Date(at);
  return (
    <time
      key={hydrated ? "browser" : "server"}
      dateTime={date.toISOString()}
      suppressHydrationWarning
      className="tabular whitespace-nowrap"
    >
      {format.absolute(date, { seconds })}
    </time>
  );
}
