/** How long a removed recovery point can be brought back. */

/** Days for which a removed point can be brought back, where a policy does not say otherwise. */
export const defaultSoftDeleteDays = 14;
/** Removal is never at once: a wrong number in a policy must be seen before the data is gone. */
export const leastSoftDeleteDays = 1;
/** Ten years: longer is a retention rule, not an undo. */
export const mostSoftDeleteDays = 3_650;

const dayMs = 24 * 3_600_000;

interface SoftDeleteRules {
  readonly softDeleteDays?: number | undefined;
}

/**
 * For how many days a point that is removed now can be brought back.
 * @param rules of the policy; null: the VM never had one
 * @param leastDays the guardrail `softDelete.leastDays`; 0: none
 */
export function undoDays(rules: SoftDeleteRules | null, leastDays: number): number {
  return Math.max(leastSoftDeleteDays, leastDays, rules?.softDeleteDays ?? defaultSoftDeleteDays);
}

/** When a point that is removed now is purged. */
export function purgeTime(
  rules: SoftDeleteRules | null,
  { now, leastDays }: { readonly now: Date; readonly leastDays: number },
): Date {
  return new Date(now.getTime() + undoDays(rules, leastDays) * dayMs);
}
