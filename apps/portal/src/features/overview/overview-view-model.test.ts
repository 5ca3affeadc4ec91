import { describe, expect, it } from "vitest";
import { headline, savingFactor, wallBoxes } from "#features/overview/overview-view-model.ts";

const none = {
  failing: 0,
  "at-risk": 0,
  unprotected: 0,
  waiting: 0,
  protected: 0,
  stopped: 0,
  deleted: 0,
  total: 0,
};

describe("headline", () => {
  it("answers both questions", () => {
    expect(headline({ ...none, protected: 4, total: 4 })).toBe("All 4 VMs are protected. Nothing needs you.");
    expect(headline({ ...none, protected: 3, unprotected: 1, total: 4 })).toBe(
      "3 of 4 VMs are protected. 1 needs you.",
    );
    expect(headline({ ...none, protected: 1, failing: 1, "at-risk": 1, total: 3 })).toBe(
      "1 of 3 VMs are protected. 2 need you.",
    );
  });
  it("does not count VMs that are gone from Azure", () => {
    expect(headline({ ...none, protected: 1, deleted: 3, total: 4 })).toBe(
      "Your VM is protected. Nothing needs you.",
    );
    expect(headline({ ...none, deleted: 1, total: 1 })).toBe("No virtual machine is in sight yet.");
  });
});

describe("wallBoxes", () => {
  it("has one box per VM, worst first", () => {
    expect(wallBoxes({ ...none, protected: 2, failing: 1, total: 3 })).toEqual([
      "failing",
      "protected",
      "protected",
    ]);
  });
  it.each([
    [{ ...none, protected: 9_990, failing: 1, "at-risk": 3, unprotected: 6, total: 10_000 }, 160],
    [{ ...none, protected: 100, waiting: 100, stopped: 100, total: 300 }, 100],
    [{ ...none, protected: 1, failing: 1, unprotected: 1, "at-risk": 1, total: 4 }, 2],
  ])(
    "never draws more boxes than its limit (or than there are statuses), and hides no status",
    (counts, limit) => {
      const boxes = wallBoxes(counts, limit);
      const shown = new Set(boxes);
      const occurring = (
        ["failing", "at-risk", "unprotected", "waiting", "protected", "stopped"] as const
      ).filter((status) => counts[status] > 0);
      expect([...shown].sort()).toEqual([...occurring].sort());
      expect(boxes).toHaveLength(Math.min(counts.total, Math.max(limit, occurring.length)));
    },
  );
});

describe("savingFactor", () => {
  it("compares plain images with the vault", () => {
    expect(savingFactor(1000, 80)).toBe("12.5");
    expect(savingFactor(1000, 5)).toBe("200");
    expect(savingFactor(1000, 0)).toBeNull();
    expect(savingFactor(0, 10)).toBeNull();
  });
});
