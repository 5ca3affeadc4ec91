import type { RetentionTier } from "@kluis/domain";
import type { PointRow } from "#lib/api-types.ts";

/** How long a tier keeps a point, compared with the others. A guardrail is named where no rule of the policy keeps it. */
const rank: Record<RetentionTier, number> = {
  recent: 0,
  latest: 1,
  guardrail: 2,
  last: 3,
  daily: 4,
  weekly: 5,
  monthly: 6,
  yearly: 7,
  undeleted: 8,
  pinned: 9,
};

/** The tier that keeps a point longest; null until retention has evaluated the point. */
export function longestTier(point: Pick<PointRow, "tiers" | "pinnedAt">): RetentionTier | null {
  if (point.pinnedAt !== null) return "pinned";
  return point.tiers.toSorted((a, b) => rank[b] - rank[a])[0] ?? null;
}
