import { describe, expect, it } from "vitest";
import { lostItsPoints } from "#features/vms/points-view-model.ts";
import type { HistoryDay } from "#lib/api-types.ts";

const day: HistoryDay = {
  day: "2026-11-22",
  status: "ok",
  succeeded: 1,
  warnings: 0,
  failed: 0,
  missed: 0,
};

describe("lostItsPoints", () => {
  it("is true when backups succeeded but no recovery point is left", () => {
    expect(lostItsPoints({ pointCount: 0, history: [day] })).toBe(true);
    expect(lostItsPoints({ pointCount: 0, history: [{ ...day, succeeded: 0, warnings: 1 }] })).toBe(true);
  });
  it("is false while points exist, and before the first successful backup", () => {
    expect(lostItsPoints({ pointCount: 1, history: [day] })).toBe(false);
    expect(lostItsPoints({ pointCount: 0, history: [{ ...day, succeeded: 0, failed: 3 }] })).toBe(false);
    expect(lostItsPoints({ pointCount: 0, history: [] })).toBe(false);
  });
});
