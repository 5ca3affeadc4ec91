/** Exclusions: VMs that no assignment rule protects, each with an owner, a reason and an end. */

const dayMs = 86_400_000;

/** An exclusion ends within a year: a person must say again that it is meant. */
export const exclusionLimits = { longestDays: 366, remindDays: 7, shortestReason: 3 } as const;

export const exclusionStates = ["active", "expired", "ended"] as const;
export type ExclusionState = (typeof exclusionStates)[number];

/** An exclusion that a person ended has their name. */
export function exclusionState(
  {
    endedAt,
    endedBy,
    expiresAt,
  }: { readonly endedAt: Date | null; readonly endedBy: unknown; readonly expiresAt: Date },
  now: Date,
): ExclusionState {
  if (endedAt === null) return expiresAt <= now ? "expired" : "active";
  return endedBy === null ? "expired" : "ended";
}

/** Whether an exclusion may end then: in the future, and within a year. */
export function isExclusionEnd(expiresAt: Date, now: Date): boolean {
  const ms = expiresAt.getTime() - now.getTime();
  return ms > 0 && ms <= exclusionLimits.longestDays * dayMs;
}

/** From when on the end of an exclusion is raised as something that needs attention. */
export function remindAt(expiresAt: Date): Date {
  return new Date(expiresAt.getTime() - exclusionLimits.remindDays * dayMs);
}
