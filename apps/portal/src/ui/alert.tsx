import { AlertTriangle, CircleCheck, Info, OctagonAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#lib/cn.ts";

export type AlertTone = "info" | "ok" | "warn" | "bad";

const look: Record<AlertTone, { readonly box: string; readonly icon: typeof Info; readonly ink: string }> = {
  info: { box: "border-accent-line bg-accent-soft", icon: Info, ink: "text-accent" },
  ok: { box: "border-ok-solid/40 bg-ok-soft", icon: CircleCheck, ink: "text-ok" },
  warn: { box: "border-warn-solid/50 bg-warn-soft", icon: AlertTriangle, ink: "text-warn" },
  bad: { box: "border-bad-solid/40 bg-bad-soft", icon: OctagonAlert, ink: "text-bad" },
};

/** An alert: what happened, and what to do. */
export function Alert({
  tone = "info",
  title,
  children,
}: {
  tone?: AlertTone;
  title: string;
  children?: ReactNode;
}) {
  const { box, icon: Icon, ink } = look[tone];
  return (
    <div className={cn("flex gap-2.5 rounded-lg border px-3.5 py-2.5", box)}>
      <Icon aria-hidden="true" className={cn("mt-0.5 size-4.5 shrink-0", ink)} />
      <div className="min-w-0 text-sm wrap-anywhere">
        <p className="font-semibold">{title}</p>
        {children === undefined ? null : <div className="text-muted">{children}</div>}
      </div>
    </div>
  );
}
