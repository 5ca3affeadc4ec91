/** What rules do with each VM, as one statement: for the dry run of a rule, and for the engine. */
import {
  heldPointStates,
  type RestorePointKind,
  type RuleConditions,
  restorePointKind,
  type TeamReach,
} from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import { wordsSql } from "../view-sql.ts";
import { matchSql } from "./match-sql.ts";
import type { StandingRule } from "./standing.ts";

/** A rule as the statement takes it. */
export interface RankedRule {
  readonly id: string;
  readonly version: number;
  readonly conditions: RuleConditions;
  readonly reach: readonly TeamReach[];
  readonly kind: RestorePointKind;
  readonly isBlocked: boolean;
}

export function rankedRule(rule: StandingRule): RankedRule {
  const { id, version, conditions, reach, document, block } = rule;
  const kind = document === null ? "best" : restorePointKind(document.consistency);
  return { id, version, conditions, reach, kind, isBlocked: block !== null || document === null };
}

/**
 * A FROM clause: `vm` with the rule that wins (`winner`), and `judged.verdict`, `judged.refusal`. Joins `p` (protection), `policy`,
 * `excluded` (exclusion in force) and `tried` (the last try of the winner that failed).
 * @param rules those that count, in the order in which they win
 * @param only judges VMs by this one of the rules; without it: by the rule that wins
 */
export function verdictSql(rules: readonly RankedRule[], only?: RankedRule): Prisma.Sql {
  const given = rules.map(
    ({ id, version, kind, isBlocked }, at) =>
      Prisma.sql`(${at}::int, ${id}::uuid, ${version}::int, ${kind}::text, ${isBlocked}::boolean)`,
  );
  const list =
    given.length === 0
      ? Prisma.sql`(SELECT NULL::int, NULL::uuid, NULL::int, NULL::text, NULL::boolean WHERE FALSE)`
      : Prisma.sql`(VALUES ${Prisma.join(given)})`;
  const ownId = only === undefined ? Prisma.sql`NULL::uuid` : Prisma.sql`${only.id}::uuid`;
  // The fence keeps the planner from matching the tags of a VM again for each use of the result.
  return Prisma.sql`"VirtualMachine" vm
    CROSS JOIN LATERAL (SELECT ${firstSql(rules, only)} AS at OFFSET 0) first
    LEFT JOIN ${list} AS winner(at, id, version, kind, blocked) ON winner.at = first.at
    LEFT JOIN "Protection" p ON p."vmId" = vm.id
    LEFT JOIN "Policy" policy ON policy.id = p."policyId"
    LEFT JOIN "AssignmentExclusion" excluded ON excluded."vmId" = vm.id AND excluded."endedAt" IS NULL
      AND excluded."expiresAt" > kluis_now()
    LEFT JOIN "AssignmentRefusal" tried ON tried."vmId" = vm.id AND tried."ruleId" = winner.id
      AND tried."ruleVersion" = winner.version
    CROSS JOIN LATERAL (SELECT CASE
      WHEN first.at IS NULL OR p.id IS NOT NULL OR excluded.id IS NOT NULL THEN NULL
      WHEN winner.blocked THEN 'rule-blocked'
      WHEN vm.refusals->>winner.kind IS NOT NULL THEN vm.refusals->>winner.kind
      WHEN NOT EXISTS (SELECT FROM "Subscription" s JOIN "AzureConnection" c ON c.id = s."connectionId"
        WHERE s.id = vm."subscriptionId" AND c.state = 'enabled') THEN 'no-connection'
      WHEN EXISTS (SELECT FROM "RecoveryPoint" r WHERE r."vmId" = vm.id AND r."copyOf" IS NULL
        AND r.state IN (${wordsSql(heldPointStates)})) THEN 'has-points'
      WHEN tried."vmId" IS NOT NULL THEN 'failed' END AS refusal OFFSET 0) refused
    CROSS JOIN LATERAL (SELECT refused.refusal, CASE
      WHEN first.at IS NULL THEN CASE WHEN p.state = 'active' AND p."assignedRuleId" = ${ownId} THEN 'left' ELSE 'not-matched' END
      WHEN p.state = 'active' THEN 'protected'
      WHEN p.state IS NOT NULL THEN 'stopped'
      WHEN excluded.id IS NOT NULL THEN 'excluded'
      WHEN winner.id <> ${ownId} THEN 'earlier-rule'
      WHEN refused.refusal IS NOT NULL THEN 'refused'
      ELSE 'matched' END AS verdict OFFSET 0) judged`;
}

/** The place of the first rule that matches; null when none does, or the only one that counts does not. */
function firstSql(rules: readonly RankedRule[], only: RankedRule | undefined): Prisma.Sql {
  if (rules.length === 0) return Prisma.sql`NULL::int`;
  const cases = rules.map((rule, at) => Prisma.sql`WHEN ${matchSql(rule)} THEN ${at}::int`);
  const first = Prisma.sql`CASE ${Prisma.join(cases, " ")} END`;
  return only === undefined ? first : Prisma.sql`CASE WHEN ${matchSql(only)} THEN ${first} END`;
}
