import { expect, test } from "vitest";
import { describeConditions, matchesRule, type RulePlace, ruleConditionsSchema } from "./conditions.ts";
import { exclusionState, isExclusionEnd, remindAt } from "./exclusion.ts";

const vm: RulePlace = {
  subscriptionId: "sub-1",
  resourceGroup: "commerce-rg",
  location: "WestEurope",
  tags: { Env: "prod", "cost=center": "", backup: "" },
};
const matches = (given: unknown): boolean => matchesRule(ruleConditionsSchema.parse(given), vm);

test("all conditions must hold; names of tags have no case, values have", () => {
  expect(matches({ tags: [{ name: "ENV" }] })).toBe(true);
  expect(matches({ tags: [{ name: "env", values: ["test", "prod"] }] })).toBe(true);
  expect(matches({ tags: [{ name: "env", values: ["Prod"] }] })).toBe(false);
  expect(matches({ tags: [{ name: "env" }, { name: "owner" }] })).toBe(false);
  expect(matches({ tags: [{ name: "backup", values: [""] }] })).toBe(true);
  // The index entry of the tag `cost=center` begins like one of a tag `cost`.
  expect(matches({ tags: [{ name: "cost" }] })).toBe(false);
  expect(matches({ tags: [{ name: "cost", values: ["center="] }] })).toBe(false);
});

test("places limit a rule, in any letter case", () => {
  const tags = [{ name: "env" }];
  expect(matches({ tags, subscriptionId: "SUB-1", resourceGroup: "Commerce-RG", region: "westEurope" })).toBe(
    true,
  );
  expect(matches({ tags, subscriptionId: "sub-2" })).toBe(false);
  expect(matches({ tags, resourceGroup: "commerce" })).toBe(false);
  expect(matches({ tags, region: "northeurope" })).toBe(false);
});

test("a rule without a tag does not exist", () => {
  expect(ruleConditionsSchema.safeParse({ tags: [] }).success).toBe(false);
});

test("conditions are one sentence", () => {
  const given = { tags: [{ name: "env", values: ["prod", ""] }, { name: "backup" }], region: "westeurope" };
  expect(describeConditions(ruleConditionsSchema.parse(given))).toBe(
    "tag env is prod or empty, and tag backup is present, in the region westeurope",
  );
});

test("an exclusion ends within a year, and says so a week before", () => {
  const now = new Date("2026-11-27T12:00:00Z");
  const until = (iso: string): Date => new Date(iso);
  expect(isExclusionEnd(until("2027-11-27T12:00:00Z"), now)).toBe(true);
  expect(isExclusionEnd(until("2027-11-29T12:00:00Z"), now)).toBe(false);
  expect(isExclusionEnd(now, now)).toBe(false);
  expect(remindAt(until("2026-12-08T00:00:00Z")).toISOString()).toBe("2026-12-01T00:00:00.000Z");
  const open = { endedAt: null, endedBy: null, expiresAt: until("2026-12-01T00:00:00Z") };
  expect(exclusionState(open, now)).toBe("active");
  expect(exclusionState(open, until("2026-12-01T00:00:00Z"))).toBe("expired");
  expect(exclusionState({ ...open, endedAt: now, endedBy: { name: "Ada" } }, now)).toBe("ended");
  expect(exclusionState({ ...open, endedAt: until("2026-12-02T00:00:00Z") }, now)).toBe("expired");
});
