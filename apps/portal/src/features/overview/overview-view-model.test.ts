import { describe, expect, it } from "vitest";
import { headline, savedShare, wallBoxes } from "#features/overview/overview-view-model.ts";
import { textsOf } from "#i18n/texts.ts";

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
  const en = textsOf("en", "overview");
  const nl = textsOf("nl", "overview");
  it("says how many are protected and how many need attention", () => {
    expect(headline({ ...none, protected: 4, total: 4 }, en)).toBe(
      "All 4 VMs are protected. None needs attention.",
    );
    expect(headline({ ...none, protected: 3, unprotected: 1, total: 4 }, en)).toBe(
      "3 of 4 VMs are protected. 1 needs attention.",
    );
    expect(headline({ ...none, protected: 1, failing: 1, "at-risk": 1, total: 3 }, en)).toBe(
      "1 of 3 VMs are protected. 2 need attention.",
    );
    expect(headline({ ...none, protected: 3, unprotected: 1, total: 4 }, nl)).toBe(
      "3 van 4 VM’s zijn beveiligd. 1 vereist aandacht.",
    );
  });
  it("agrees with the tiles when VMs were deleted in Azure, because the total excludes those", () => {
    expect(headline({ ...none, protected: 27, unprotected: 66, deleted: 2, total: 93 }, en)).toBe(
      "27 of 93 VMs are protected. 66 need attention.",
    );
    expect(headline({ ...none, protected: 1, deleted: 3, total: 1 }, en)).toBe(
      "The virtual machine is protected. None needs attention.",
    );
    expect(headline({ ...none, deleted: 1, total: 0 }, en)).toBe("No virtual machines yet.");
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

describe("savedShare", () => {
  it("compares the size of the disks with what the vault stores", () => {
    expect(savedShare(1000, 80)).toBeCloseTo(0.92);
    expect(savedShare(1000, 2000)).toBe(0);
    expect(savedShare(1000, 0)).toBeNull();
    expect(savedShare(0, 10)).toBeNull();
  });
});
