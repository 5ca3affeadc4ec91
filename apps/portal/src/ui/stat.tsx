import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";
import type { Tone } from "#ui/status.tsx";

const bars: Record<Tone, string> = {
  ok: "bg-ok-solid",
  warn: "bg-warn-solid",
  bad: "bg-bad-solid",
  run: "bg-run-solid",
  idle: "bg-idle-solid",
  accent: "bg-accent",
};

export interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  /** The value is words or badges, not a figure. */
  readonly words?: boolean;
  /** The meaning of the number in a few words. */
  readonly note?: ReactNode;
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  /** The list of the rows behind the number. */
  readonly href?: string;
}

/** One number that answers a question and links to the rows behind it. */
export function Stat({ label, value, words = false, note, tone = "idle", icon, href }: StatProps) {
  const body = (
    <>
      <span className={cn("absolute inset-y-0 left-0 w-1 rounded-l-lg", bars[tone])} aria-hidden="true" />
      <span className="flex items-center justify-between gap-2">
        <span className="eyebrow">{label}</span>
        <span className="text-faint [&_svg]:size-4">{icon}</span>
      </span>
      <span
        className={
          words ? "mt-1.5 block" : "mt-1 block text-2xl font-semibold tracking-tight tabular sm:text-3xl"
        }
      >
        {value}
      </span>
      {note === undefined ? null : <span className="mt-0.5 block text-sm text-muted">{note}</span>}
    </>
  );
  const className =
    "relative block min-w-0 rounded-lg border border-line bg-surface py-3 pr-3 pl-4 sm:pr-4 sm:pl-5";
  return href === undefined ? (
    <div className={className}>{body}</div>
  ) : (
    <Link href={href} className={cn(className, "transition-colors hover:border-line-strong hover:bg-raised")}>
      {body}
    </Link>
  );
}
