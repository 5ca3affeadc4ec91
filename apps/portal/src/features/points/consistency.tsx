import type { Consistency } from "@kluis/domain";
import { pointMessages as text } from "#features/points/messages.ts";
import { Status } from "#ui/status.tsx";

export interface ConsistencyBadgeProps {
  readonly reached: Consistency;
  readonly wanted?: Consistency;
  readonly reason?: string | null;
}

const rank: Record<Consistency, number> = { application: 2, file: 1, crash: 0 };

/** Whether less was reached than wanted. */
export function fellShort(reached: Consistency, wanted: Consistency | undefined): boolean {
  return wanted !== undefined && rank[reached] < rank[wanted];
}

/** How consistent a point is; one that fell short of what was wanted warns, with the reason on hover. */
export function ConsistencyBadge({ reached, wanted, reason }: ConsistencyBadgeProps) {
  const short = fellShort(reached, wanted) && reason !== null && reason !== undefined;
  return (
    <Status
      tone={short ? "warn" : reached === "crash" ? "idle" : "accent"}
      icon={short ? "warning" : "check"}
      title={short ? reason : text.consistencyMeaning[reached]}
    >
      {text.consistency[reached]}
    </Status>
  );
}
