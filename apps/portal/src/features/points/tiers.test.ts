import { describe, expect, it } from "vitest";
import { longestTier } from "#features/points/tiers.ts";

describe("longestTier", () => {
  it("is the tier that keeps the point longest, whatever their order", () => {
    expect(longestTier({ tiers: ["latest", "daily", "monthly", "weekly"], pinnedAt: null })).toBe("monthly");
    expect(longestTier({ tiers: ["recent", "latest"], pinnedAt: null })).toBe("latest");
  });
  it("is the pin of a pinned point", () => {
    expect(longestTier({ tiers: ["yearly"], pinnedAt: "2026-11-22T12:00:00.000Z" })).toBe("pinned");
  });
  it("is null before the first evaluation", () => {
    expect(longestTier({ tiers: [], pinnedAt: null })).toBeNull();
  });
});
