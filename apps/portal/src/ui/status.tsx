import {
  AlertTriangle,
  Ban,
  Check,
  CircleDashed,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Minus,
  ShieldOff,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";

/** Meaning of a color: `ok` good, `warn` needs a look, `bad` needs action, `run` in progress, `idle` neutral, `accent` a fact. */
export type Tone = "ok" | "warn" | "bad" | "run" | "idle" | "accent";

const soft: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  run: "bg-run-soft text-run",
  idle: "bg-idle-soft text-idle",
  accent: "bg-accent-soft text-accent",
};

const plain: Record<Tone, string> = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  run: "text-run",
  idle: "text-idle",
  accent: "text-accent",
};

export type StatusIcon =
  | "check"
  | "warning"
  | "cross"
  | "running"
  | "waiting"
  | "none"
  | "off"
  | "stopped"
  | "pending";

const icons: Record<StatusIcon, LucideIcon> = {
  check: Check,
  warning: AlertTriangle,
  cross: X,
  running: LoaderCircle,
  waiting: Clock,
  none: Minus,
  off: ShieldOff,
  stopped: Ban,
  pending: CircleDashed,
};

export interface StatusProps {
  readonly tone: Tone;
  readonly icon: StatusIcon;
  readonly children: ReactNode;
  /** `badge` has a tinted ground, `plain` only icon and word. */
  readonly look?: "badge" | "plain";
  /** A sentence, which takes several lines where the room is small. */
  readonly wraps?: boolean;
  readonly title?: string | undefined;
  readonly className?: string;
}

/** A status: always an icon and a word, never color alone (WCAG 1.4.1). */
export function Status({
  tone,
  icon,
  children,
  look = "badge",
  wraps = false,
  title,
  className,
}: StatusProps) {
  const Icon = icons[icon];
  return (
    <span
      title={title}
      className={cn(
        "inline-flex items-center gap-1 align-middle text-xs font-medium",
        !wraps && "whitespace-nowrap",
        look === "badge" ? cn("h-5.5 rounded-sm px-1.5", soft[tone]) : plain[tone],
        className,
      )}
    >
      <Icon
        aria-hidden="true"
        strokeWidth={2.25}
        className={cn("size-3.5 shrink-0", icon === "running" && "animate-spin [animation-duration:2.4s]")}
      />
      {/* One box, so that the gap does not part words from the times between them. */}
      <span>{children}</span>
    </span>
  );
}

/** A neutral fact in a box: a format, a kind, a name. */
export function Badge({
  children,
  tone = "idle",
  title,
}: {
  children: ReactNode;
  tone?: Tone;
  title?: string;
}) {
  return (
    <span
      title={title}
      className={cn(
        "inline-flex h-5.5 items-center rounded-sm px-1.5 text-xs font-medium whitespace-nowrap",
        soft[tone],
      )}
    >
      {children}
    </span>
  );
}
