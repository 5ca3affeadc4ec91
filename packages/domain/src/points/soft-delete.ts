/** How long a removed recovery point can be brought back. */

/** Days for which a removed point can be brought back, where a policy does not say otherwise. */
export const defaultSoftDeleteDays = 14;
/** Ten years: longer is a retention rule, not an undo. */
export const mostSoftDeleteDays = 3_650;

const dayMs = 24 * 3_600_000;

/** When a point that is removed now is purged; null when the policy removes points at once. */
export function purgeTime(
  rules: { readonly softDeleteDays?: number | undefined } | null,
  now: Date,
): Date | null {
  const days = rules?.softDeleteDays ?? defaultSoftDeleteDays;
  return days === 0 ? null : new Date(now.getTime() + days * dayMs);
}
