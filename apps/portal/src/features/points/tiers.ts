import type { RetentionTier } from "@kluis/domain";
import type { PointRow } from "#lib/api-types.ts";

/** How long a tier keeps a point, compared with the others. */
const rank: Record<RetentionTier, number> = {
  recent: 0,
  latest: 1,
  last: 2,
  daily: 3,
  weekly: 4,
  monthly: 5,
  yearly: 6,
  undeleted: 7,
  pinned: 8,
};

/** The tier that keeps a point longest; null until retention has evaluated the point. */
export function longestTier(point: Pick<PointRow, "tiers" | "pinnedAt">): RetentionTier | null {
  if (point.pinnedAt !== null) return "pinned";
  return point.tiers.toSorted((a, b) => rank[b] - rank[a])[0] ?? null;
}
