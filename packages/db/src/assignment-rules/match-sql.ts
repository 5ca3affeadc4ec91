/** The match of assignment rules in SQL. `matchesRule` in the domain decides the same; a test compares both on generated fleets. */
import { asciiLower, type RuleConditions, type TagCondition, type TeamReach, tagEntry } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

/** Whether the conditions hold for a row of `VirtualMachine` with the alias `vm`. */
export function conditionsSql({ tags, subscriptionId, resourceGroup, region }: RuleConditions): Prisma.Sql {
  const parts = [
    ...(subscriptionId === undefined ? [] : [Prisma.sql`vm."subscriptionId" = ${subscriptionId}`]),
    ...(resourceGroup === undefined ? [] : [Prisma.sql`vm."resourceGroup" = ${resourceGroup}`]),
    ...(region === undefined ? [] : [Prisma.sql`lower(vm.location COLLATE "C") = ${asciiLower(region)}`]),
    ...tags.map(tagSql),
  ];
  return Prisma.sql`(${Prisma.join(parts, " AND ")})`;
}

/** The index entries only save work: a name with an equals sign makes them ambiguous. */
function tagSql({ name, values }: TagCondition): Prisma.Sql {
  const named = Prisma.sql`lower(tag.key COLLATE "C") = ${asciiLower(name)}`;
  if (values.length === 0)
    return Prisma.sql`EXISTS (SELECT FROM jsonb_each_text(vm.tags) tag WHERE ${named})`;
  const entries = values.map((value) => tagEntry(name, value));
  return Prisma.sql`(vm."tagIndex" && ${entries}::text[]
    AND EXISTS (SELECT FROM jsonb_each_text(vm.tags) tag WHERE ${named} AND tag.value = ANY(${[...values]}::text[])))`;
}

/** Whether a rule matches: the team reaches the VM, and the conditions hold. */
export function matchSql(rule: {
  readonly reach: readonly TeamReach[];
  readonly conditions: RuleConditions;
}): Prisma.Sql {
  const reached = vmVisibleSql({ all: false, reach: rule.reach, teamIds: [] });
  return Prisma.sql`(${reached} AND ${conditionsSql(rule.conditions)})`;
}
