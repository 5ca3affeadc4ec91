/** How long a removed recovery point can be brought back. */

/** Days for which a removed point can be brought back, where a policy does not say otherwise. */
export const defaultSoftDeleteDays = 14;
/** Removal is never at once: a wrong number in a policy must be seen before the data is gone. */
export const leastSoftDeleteDays = 1;
/** Ten years: longer is a retention rule, not an undo. */
export const mostSoftDeleteDays = 3_650;

const dayMs = 24 * 3_600_000;

/** When a point that is removed now is purged. */
export function purgeTime(rules: { readonly softDeleteDays?: number | undefined } | null, now: Date): Date {
  const days = Math.max(leastSoftDeleteDays, rules?.softDeleteDays ?? defaultSoftDeleteDays);
  return new Date(now.getTime() + days * dayMs);
}
