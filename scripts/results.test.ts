import { describe, expect, it } from "vitest";
import { checkCounts, playwrightCounts, sum, vitestCounts } from "./results.ts";

describe("counting what ran", () => {
  it("reads Vitest's counts", () => {
    expect(vitestCounts({ numPassedTests: 12, numFailedTests: 0 }, 0)).toEqual({ passed: 12, failed: 0 });
    expect(vitestCounts({ numPassedTests: 10, numFailedTests: 2 }, 1)).toEqual({ passed: 10, failed: 2 });
  });

  it("counts a failed run without a failed test", () => {
    expect(vitestCounts({ numPassedTests: 12, numFailedTests: 0 }, 1)).toEqual({ passed: 12, failed: 1 });
    expect(vitestCounts(null, 1)).toEqual({ passed: 0, failed: 1 });
  });

  it("counts a run without any test as failed", () => {
    expect(vitestCounts({ numPassedTests: 0, numFailedTests: 0 }, 0)).toEqual({ passed: 0, failed: 1 });
    expect(playwrightCounts({ stats: { expected: 0, unexpected: 0, flaky: 0 } }, 0).failed).toBe(1);
  });

  it("counts a flaky browser test as failed", () => {
    const report = { stats: { expected: 5, unexpected: 1, flaky: 2, skipped: 0 } };
    expect(playwrightCounts(report, 1)).toEqual({ passed: 5, failed: 3 });
  });

  it("counts a check as one test", () => {
    expect(checkCounts(0)).toEqual({ passed: 1, failed: 0 });
    expect(checkCounts(3)).toEqual({ passed: 0, failed: 1 });
  });

  it("adds counts up", () => {
    expect(sum([checkCounts(0), { passed: 4, failed: 1 }, checkCounts(1)])).toEqual({ passed: 5, failed: 2 });
  });
});
