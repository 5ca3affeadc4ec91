"use client";
import { cn } from "#lib/cn.ts";
import { percentOf } from "#lib/format.ts";
import type { Tone } from "#ui/status.tsx";

const fills: Record<Tone, string> = {
  ok: "bg-ok-solid",
  warn: "bg-warn-solid",
  bad: "bg-bad-solid",
  run: "bg-run-solid",
  idle: "bg-idle-solid",
  accent: "bg-accent",
};

export interface ProgressBarProps {
  /** The accessible name. */
  readonly label: string;
  readonly done: number;
  /** Zero: the total is not known yet, so the bar only shows activity. */
  readonly total: number;
  /** The state in words: "1.2 GiB of 4 GiB changed, 310 MiB moved". */
  readonly text: string;
  readonly tone?: Tone;
  readonly moving?: boolean;
  readonly className?: string;
}

/** The progress of something, in words in `aria-valuetext`. */
export function ProgressBar(props: ProgressBarProps) {
  const { label, done, total, text, tone = "run", moving = false, className } = props;
  const percent = percentOf(done, total);
  const unknown = total <= 0 && moving;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={unknown ? undefined : percent}
      aria-valuetext={text}
      className={cn(
        "relative h-2 overflow-hidden rounded-sm bg-idle-soft ring-1 ring-line ring-inset",
        className,
      )}
    >
      {unknown ? (
        <div className={cn("absolute inset-y-0 left-0 w-1/3 sweeping", fills[tone])} />
      ) : (
        <div
          className={cn("h-full rounded-sm transition-[width] duration-500", fills[tone])}
          style={{ width: `${percent}%` }}
        />
      )}
    </div>
  );
}
