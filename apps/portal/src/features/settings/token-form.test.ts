import { permissions } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import {
  chosenPermissions,
  emptyTokenForm,
  tokenChoices,
  tokenProblems,
} from "#features/settings/token-form.ts";
import type { TokenOptions } from "#lib/api-types.ts";

const options: TokenOptions = {
  permissions: [...permissions],
  teams: [{ id: "shop", name: "Shop", permissions: ["inventory:read", "backup:run", "restore:disks"] }],
};
const good = { ...emptyTokenForm, name: "laptop", scope: "all" as const };
const problems = (change: Partial<typeof good>) => tokenProblems({ ...good, ...change }, options);

describe("tokenProblems", () => {
  it("accepts a name and 1 to 365 days", () => {
    expect(problems({})).toEqual({});
    expect(problems({ days: " 365 ", idleDays: "1" })).toEqual({});
  });
  it.each(["0", "366", "1.5", "-1", "", "x", "9999999999999999999"])("refuses %j days", (days) => {
    expect(problems({ days })).toEqual({ days: "daysWrong" });
    expect(problems({ idleDays: days })).toEqual({ idleDays: "daysWrong" });
  });
  it("requires a name of at most 80 characters", () => {
    expect(problems({ name: "  " })).toEqual({ name: "nameWrong" });
    expect(problems({ name: "x".repeat(81) })).toEqual({ name: "nameWrong" });
  });
  it("requires that a permission is selected, or all of them", () => {
    expect(tokenProblems({ ...emptyTokenForm, name: "laptop" }, options)).toEqual({
      permissions: "rightsWrong",
    });
    expect(problems({ permissions: ["self"] })).toEqual({});
  });
});

describe("chosenPermissions", () => {
  it("offers what such a token can have", () => {
    expect(tokenChoices({ kind: "standard", team: "" }, options)).toContain("platform:manage");
    expect(tokenChoices({ kind: "agent", team: "" }, options)).not.toContain("restore:disks");
    expect(tokenChoices({ kind: "agent", team: "shop" }, options)).toEqual(["inventory:read", "backup:run"]);
    expect(tokenChoices({ kind: "standard", team: "gone" }, options)).toEqual([]);
  });
  it("leaves out what was selected for another kind", () => {
    const form = {
      ...good,
      scope: "some" as const,
      permissions: ["restore:disks", "inventory:read"] as const,
    };
    expect(chosenPermissions(form, options)).toEqual(["inventory:read", "restore:disks"]);
    expect(chosenPermissions({ ...form, kind: "agent" }, options)).toEqual(["inventory:read"]);
    expect(tokenProblems({ ...form, kind: "agent", permissions: ["restore:disks"] }, options)).toEqual({
      permissions: "rightsWrong",
    });
  });
});
