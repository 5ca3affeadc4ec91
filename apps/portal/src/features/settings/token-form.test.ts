import { describe, expect, it } from "vitest";
import { emptyTokenForm, tokenProblems } from "#features/settings/token-form.ts";

const good = { ...emptyTokenForm, name: "laptop", scope: "all" as const };

describe("tokenProblems", () => {
  it("accepts a name and 1 to 365 days", () => {
    expect(tokenProblems(good)).toEqual({});
    expect(tokenProblems({ ...good, days: " 365 " })).toEqual({});
  });
  it.each(["0", "366", "1.5", "-1", "", "x", "9999999999999999999"])("refuses %j days", (days) => {
    expect(tokenProblems({ ...good, days })).toEqual({ days: "daysWrong" });
  });
  it("requires a name of at most 80 characters", () => {
    expect(tokenProblems({ ...good, name: "  " })).toEqual({ name: "nameWrong" });
    expect(tokenProblems({ ...good, name: "x".repeat(81) })).toEqual({ name: "nameWrong" });
  });
  it("requires that a permission is selected, or all of them", () => {
    expect(tokenProblems({ ...emptyTokenForm, name: "laptop" })).toEqual({ permissions: "rightsWrong" });
    expect(tokenProblems({ ...good, scope: "some" })).toEqual({ permissions: "rightsWrong" });
    expect(tokenProblems({ ...good, scope: "some", permissions: ["self"] })).toEqual({});
  });
});
