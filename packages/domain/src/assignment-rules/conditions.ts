/** Which VMs an assignment rule matches. The database decides the same in SQL (packages/db/src/assignment-rules/match-sql.ts). Pure. */
import { z } from "zod";
import type { VmPlace } from "../access/access.ts";
import { textLine } from "../base/text.ts";

/** The most of each: one statement decides about a fleet, and a page lists the rules. */
export const ruleLimits = { tags: 10, values: 20, rulesOfTeam: 50, rules: 200 } as const;

const lowerLine = textLine.toLowerCase().min(1);

const tagConditionSchema = z.strictObject({
  /** In any letter case, because Azure ignores it. */
  name: textLine.min(1).max(512),
  /** The tag has one of these values, in this letter case; empty: any value. */
  values: z.array(textLine.max(256)).max(ruleLimits.values).default([]),
});
export type TagCondition = z.infer<typeof tagConditionSchema>;

/** All of them must hold. */
export const ruleConditionsSchema = z.strictObject({
  tags: z.array(tagConditionSchema).min(1).max(ruleLimits.tags),
  subscriptionId: lowerLine.max(100).optional(),
  resourceGroup: lowerLine.max(100).optional(),
  /** As Azure names it: westeurope. */
  region: lowerLine.max(60).optional(),
});
export type RuleConditions = z.infer<typeof ruleConditionsSchema>;

export const ruleNameSchema = textLine.min(1).max(80);

/** What a rule looks at. */
export interface RulePlace extends VmPlace {
  readonly location: string;
}

/** Letters A to Z only, as PostgreSQL does in the collation C: other letters have no case that all systems agree on. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function matchesRule(
  { tags, subscriptionId, resourceGroup, region }: RuleConditions,
  vm: RulePlace,
): boolean {
  return (
    (subscriptionId === undefined || vm.subscriptionId.toLowerCase() === subscriptionId) &&
    (resourceGroup === undefined || vm.resourceGroup.toLowerCase() === resourceGroup) &&
    (region === undefined || asciiLower(vm.location) === asciiLower(region)) &&
    tags.every((condition) => hasTag(condition, vm.tags))
  );
}

function hasTag({ name, values }: TagCondition, tags: RulePlace["tags"]): boolean {
  return Object.entries(tags).some(
    ([key, value]) => asciiLower(key) === asciiLower(name) && (values.length === 0 || values.includes(value)),
  );
}

/** Such as: tag env is prod or test, and tag backup is present, in the region westeurope. */
export function describeConditions({ tags, subscriptionId, resourceGroup, region }: RuleConditions): string {
  const conditions = tags.map(({ name, values }) =>
    values.length === 0 ? `tag ${name} is present` : `tag ${name} is ${values.map(shown).join(" or ")}`,
  );
  const places = [
    ...(subscriptionId === undefined ? [] : [`in the subscription ${subscriptionId}`]),
    ...(resourceGroup === undefined ? [] : [`in the resource group ${resourceGroup}`]),
    ...(region === undefined ? [] : [`in the region ${region}`]),
  ];
  return [conditions.join(", and "), ...places].join(", ");
}

function shown(value: string): string {
  return value === "" ? "empty" : value;
}
