/** Assignment rules as they are stored. */
import {
  type Actor,
  actorSchema,
  type Clock,
  KluisError,
  type Ref,
  type RuleConditions,
  ruleConditionsSchema,
  ruleLimits,
} from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { isUniqueViolation } from "../errors.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson } from "../json.ts";
import { lockInTransaction, locks, shareInTransaction } from "../locks.ts";
import { isUuid } from "../text.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";

const row = z.object({
  id: z.string(),
  name: z.string(),
  team: z.object({ id: z.string(), name: z.string(), createdAt: z.date() }),
  policy: z.object({ id: z.string(), name: z.string() }),
  position: z.int(),
  enabled: z.boolean(),
  conditions: ruleConditionsSchema,
  version: z.int(),
  createdAt: z.date(),
  savedBy: actorSchema,
  savedAt: z.date(),
});
export type AssignmentRuleRow = z.infer<typeof row>;

const fields = {
  id: true,
  name: true,
  team: { select: { id: true, name: true, createdAt: true } },
  policy: { select: { id: true, name: true } },
  position: true,
  enabled: true,
  conditions: true,
  version: true,
  createdAt: true,
  savedBy: true,
  savedAt: true,
} as const satisfies Record<keyof AssignmentRuleRow, unknown>;

/** The order in which rules win: an older team's first, so that no team displaces the rules of another by a new one. */
const inOrder: Prisma.AssignmentRuleOrderByWithRelationInput[] = [
  { team: { createdAt: "asc" } },
  { team: { id: "asc" } },
  { position: "asc" },
  { id: "asc" },
];

/** Rules of these teams, or of all. */
export type RuleSight = "all" | { readonly teamIds: readonly string[] };

function sightWhere(sight: RuleSight): Prisma.AssignmentRuleWhereInput {
  return sight === "all" ? {} : { teamId: { in: [...sight.teamIds] } };
}

/** Returns the rules in the order in which they win. */
export async function listAssignmentRules(tx: Tx, sight: RuleSight): Promise<AssignmentRuleRow[]> {
  const rows = await tx.assignmentRule.findMany({
    where: sightWhere(sight),
    orderBy: inOrder,
    take: ruleLimits.rules,
    select: fields,
  });
  return rows.map((one) => fromJson(row, one, "AssignmentRule"));
}

/** @throws KluisError NOT_FOUND, also for a rule of another team; CONFLICT when rules of several teams have the name */
export async function requireAssignmentRule(
  tx: Tx,
  reference: string,
  sight: RuleSight,
): Promise<AssignmentRuleRow> {
  const named = isUuid(reference) ? { id: reference.toLowerCase() } : { name: reference };
  const rows = await tx.assignmentRule.findMany({
    where: { AND: [sightWhere(sight), named] },
    orderBy: inOrder,
    take: 2,
    select: fields,
  });
  const [found, second] = rows;
  if (found === undefined) throw unknownRule(reference);
  if (second !== undefined)
    throw new KluisError("CONFLICT", {
      reason: "rule-ambiguous",
      message: `Rules of several teams have the name ${reference}.`,
      action: "Use the id of the rule.",
      params: { rule: reference },
    });
  return fromJson(row, found, "AssignmentRule");
}

export function unknownRule(reference: string): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "rule",
    message: `The assignment rule "${reference}" does not exist, or you cannot see it.`,
    action: "Check the name, or list the rules.",
    params: { rule: reference },
  });
}

/** The VMs that each rule has put under a policy and that still are, by rule. */
export async function countRuleVms(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT p."assignedRuleId" AS id, count(*) AS count FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
    WHERE p."assignedRuleId" IS NOT NULL AND p.state = 'active' AND vm."deletedAt" IS NULL GROUP BY 1`;
  const parsed = z.array(z.object({ id: z.string(), count: z.coerce.number() })).parse(rows);
  return new Map(parsed.map(({ id, count }) => [id, count]));
}

/** Waits until no other transaction changes rules or applies one, and keeps others from it. */
export function lockAssignmentRules(tx: Tx): Promise<void> {
  return lockInTransaction(tx, locks.assignmentRules);
}

/** Keeps rules and exclusions as they are until the transaction ends. */
export function holdAssignmentRules(tx: Tx): Promise<void> {
  return shareInTransaction(tx, locks.assignmentRules);
}

export interface RuleFacts {
  readonly name: string;
  readonly policy: Ref;
  readonly enabled: boolean;
  readonly conditions: RuleConditions;
  /** From 1, among the rules of the team; a larger one: the last. */
  readonly position: number;
}

/** Adds a rule. Call it after `lockAssignmentRules`. @throws KluisError CONFLICT when the team has the name, or too many rules */
export async function createAssignmentRule(
  tx: Tx,
  { team, actor, ...facts }: RuleFacts & { readonly team: Ref; readonly actor: Actor },
  clock: Clock,
): Promise<AssignmentRuleRow> {
  const ofTeam = await tx.assignmentRule.count({ where: { teamId: team.id } });
  if (ofTeam >= ruleLimits.rulesOfTeam || (await tx.assignmentRule.count()) >= ruleLimits.rules)
    throw new KluisError("CONFLICT", {
      reason: "rule-limit",
      message: `A team has at most ${ruleLimits.rulesOfTeam} assignment rules, and all teams together ${ruleLimits.rules}.`,
      action: "Delete a rule, or give one of them more values.",
      params: { ofTeam: ruleLimits.rulesOfTeam, all: ruleLimits.rules },
    });
  const id = newId(clock);
  const now = await databaseNow(tx);
  const { position, ...stored } = columnsOf(facts);
  await unique(facts.name, () =>
    tx.assignmentRule.create({
      data: {
        ...stored,
        id,
        teamId: team.id,
        position: ofTeam + 1,
        version: 1,
        createdAt: now,
        savedAt: now,
        savedBy: toJson(actor),
      },
      select: { id: true },
    }),
  );
  await moveTo(tx, { id, teamId: team.id, position });
  return requireAssignmentRule(tx, id, "all");
}

/**
 * Saves a new version of a rule. Call it after `lockAssignmentRules`.
 * @throws KluisError CONFLICT when it was saved meanwhile, or the team has the name
 */
export async function updateAssignmentRule(
  tx: Tx,
  {
    before,
    expectedVersion,
    actor,
    ...facts
  }: RuleFacts & {
    readonly before: AssignmentRuleRow;
    readonly expectedVersion: number;
    readonly actor: Actor;
  },
): Promise<AssignmentRuleRow> {
  if (before.version !== expectedVersion)
    throw new KluisError("CONFLICT", {
      reason: "rule-changed",
      message: `Another user changed the rule ${before.name}: version ${before.version} is current.`,
      action: "Load the rule again and repeat your change.",
      params: { rule: before.name, version: before.version },
    });
  const { id, team, version } = before;
  const savedAt = await databaseNow(tx);
  const { position, ...stored } = columnsOf(facts);
  await unique(facts.name, () =>
    tx.assignmentRule.update({
      where: { id },
      data: { ...stored, version: version + 1, savedAt, savedBy: toJson(actor) },
      select: { id: true },
    }),
  );
  await moveTo(tx, { id, teamId: team.id, position });
  return requireAssignmentRule(tx, id, "all");
}

/** Deletes a rule. VMs that it has protected stay under their policy. */
export async function deleteAssignmentRule(tx: Tx, { id, team }: AssignmentRuleRow): Promise<void> {
  await tx.assignmentRule.delete({ where: { id }, select: { id: true } });
  await renumber(tx, team.id);
}

function columnsOf({ name, policy, enabled, conditions, position }: RuleFacts) {
  return { name, policyId: policy.id, enabled, conditions: toJson(conditions), position };
}

async function unique(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new KluisError("CONFLICT", {
      reason: "rule-name-taken",
      message: `The team has a rule with the name ${name}.`,
      action: "Choose another name.",
      params: { rule: name },
      cause: error,
    });
  }
}

/** Moves a rule among those of its team, which are numbered from 1. */
async function moveTo(
  tx: Tx,
  { id, teamId, position }: { readonly id: string; readonly teamId: string; readonly position: number },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "AssignmentRule" SET position = 2 * placed.at
    FROM (SELECT r.id, row_number() OVER (ORDER BY r.position, r.id) AS at FROM "AssignmentRule" r
      WHERE r."teamId" = ${teamId}::uuid AND r.id <> ${id}::uuid) placed
    WHERE "AssignmentRule".id = placed.id`;
  await tx.$executeRaw`
    UPDATE "AssignmentRule" SET position = ${2 * position - 1}::int WHERE id = ${id}::uuid`;
  await renumber(tx, teamId);
}

async function renumber(tx: Tx, teamId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "AssignmentRule" SET position = placed.at
    FROM (SELECT r.id, row_number() OVER (ORDER BY r.position, r.id) AS at FROM "AssignmentRule" r
      WHERE r."teamId" = ${teamId}::uuid) placed
    WHERE "AssignmentRule".id = placed.id AND "AssignmentRule".position <> placed.at`;
}
