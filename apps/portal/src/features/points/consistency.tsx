"use client";
import type { Consistency } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { Status } from "#ui/status.tsx";

export interface ConsistencyBadgeProps {
  readonly reached: Consistency;
  readonly wanted?: Consistency;
  /** Why the snapshot is less consistent than requested. */
  readonly reason?: string | null;
}

const rank: Record<Consistency, number> = { application: 2, file: 1, crash: 0 };

/** Returns whether the point is less consistent than requested. */
export function fellShort(reached: Consistency, wanted: Consistency | undefined): boolean {
  return wanted !== undefined && rank[reached] < rank[wanted];
}

/** The consistency of a point. Warns when it is lower than requested, with the reason on hover. */
export function ConsistencyBadge({ reached, wanted, reason }: ConsistencyBadgeProps) {
  const t = useTranslations("points");
  const short = fellShort(reached, wanted) && reason !== null && reason !== undefined;
  return (
    <Status
      tone={short ? "warn" : reached === "crash" ? "idle" : "accent"}
      icon={short ? "warning" : "check"}
      title={short ? reason : t(`consistencyMeaning.${reached}`)}
    >
      {t(`consistency.${reached}`)}
    </Status>
  );
}
