import { describe, expect, it } from "vitest";
import { isDay, isReversed, lastDays, periodInput, reportAddress } from "#features/reports/period.ts";

describe("periods", () => {
  it("include their last day", () => {
    expect(periodInput({ from: "2026-11-01", to: "2026-11-30" })).toEqual({
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-12-01T00:00:00.000Z",
    });
  });
  it("are open where a date is missing or invalid", () => {
    expect(periodInput({ from: "", to: "2026-02-30" })).toEqual({});
    expect(isDay("2026-02-29")).toBe(false);
    expect(isDay("2028-02-29")).toBe(true);
  });
  it("know when they end before they start", () => {
    expect(isReversed({ from: "2026-11-02", to: "2026-11-01" })).toBe(true);
    expect(isReversed({ from: "2026-11-01", to: "2026-11-01" })).toBe(false);
    expect(isReversed({ from: "", to: "2026-11-01" })).toBe(false);
  });
  it("count today among the last days", () => {
    expect(lastDays(7, new Date("2026-03-03T23:00:00Z"))).toEqual({ from: "2026-02-25", to: "2026-03-03" });
  });
  it("are in the report's address", () => {
    expect(reportAddress("csv", { from: "2026-11-01", to: "" })).toBe(
      "/api/reports/points?format=csv&from=2026-11-01T00%3A00%3A00.000Z",
    );
  });
});
