/** Assignment rules put VMs under policies. Only the engine applies them. */
import {
  type Actor,
  type Clock,
  type ErrorInfo,
  engineActor,
  KluisError,
  type LedgerDraft,
  notice,
  type Ref,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { holdVmPoints } from "../approvals/facts.ts";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import type { Db } from "../client.ts";
import { notify } from "../events/listen.ts";
import { holdGuardrails } from "../guardrails/read.ts";
import { appendEvents } from "../ledger/append.ts";
import { holdPolicy } from "../policies/governed.ts";
import { findPolicy, policyNotFound } from "../policies/read.ts";
import { assign, judgeAssignment } from "../protections/assign.ts";
import { errorInfoSchema } from "../subscriptions/write.ts";
import { teamsOfVm } from "../teams/work.ts";
import { databaseNow } from "../time.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { findVms } from "../vms/find.ts";
import { holdAssignmentRules } from "./rules.ts";
import { listStandingRules, type StandingRule } from "./standing.ts";
import { rankedRule, verdictSql } from "./verdict-sql.ts";

/** The rules that apply, in the order in which they win. */
export async function listAppliedRules(tx: Tx): Promise<StandingRule[]> {
  return (await listStandingRules(tx)).filter(({ enabled }) => enabled);
}

const candidateRow = z.object({ id: z.string(), name: z.string(), ruleId: z.string() });
/** A VM that a rule would protect. */
export type RuleCandidate = z.infer<typeof candidateRow>;

/** A page of the VMs that a rule would protect, also those whose last try failed, by id. */
export async function listRuleCandidates(
  tx: Tx,
  rules: readonly StandingRule[],
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<RuleCandidate[]> {
  if (rules.length === 0) return [];
  const behind = after === null ? Prisma.empty : Prisma.sql`AND vm.id > ${after}::uuid`;
  const rows = await tx.$queryRaw`
    SELECT vm.id, vm.name, winner.id AS "ruleId" FROM ${verdictSql(rules.map(rankedRule))}
    WHERE vm."deletedAt" IS NULL AND NOT EXISTS (SELECT FROM "Protection" o WHERE o."vmId" = vm.id) ${behind}
      AND (judged.verdict = 'matched' OR judged.refusal = 'failed')
    ORDER BY vm.id LIMIT ${limit}`;
  return z.array(candidateRow).parse(rows);
}

/** The causer of what a rule does, as pages and the ledger name it. */
function saverOf({ name, savedBy }: StandingRule): Actor {
  return { ...savedBy, name: `rule ${name}, saved by ${savedBy.name}` };
}

/**
 * Puts a VM under the policy of the first rule that matches it, with everything that binds an assignment by a person. Does nothing when
 * no rule protects it any more: it may have come under a policy, or was excluded, at the same moment.
 * @returns whether it did
 * @throws KluisError why it cannot be protected
 */
export function applyRule(db: Db, vmId: string, clock: Clock): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    // A rule, a guardrail or an exclusion that is saved at this moment is seen, or sees this.
    await holdAssignmentRules(tx);
    await holdGuardrails(tx);
    const rules = await listAppliedRules(tx);
    const [found] = await listVerdicts(tx, rules, vmId);
    const rule = rules.find(({ id }) => id === found?.ruleId);
    if (rule === undefined) return false;
    await holdPolicy(tx, rule.policy.id);
    await holdVmPoints(tx, vmId);
    // Another transaction may have protected it before the lock.
    const [still] = await listVerdicts(tx, rules, vmId);
    if (still?.ruleId !== rule.id) return false;
    const [vm] = await findVms(tx, { all: true }, vmId);
    const policy = await findPolicy(tx, rule.policy.id);
    if (vm === undefined) return false;
    if (policy === null) throw policyNotFound(rule.policy.name);
    const judged = await judgeAssignment(tx, { vm, policy, excludedDisks: [], access: rule.access });
    if (judged.effect.removed.length + judged.effect.sooner.length > 0) throw takesPoints(vm, rule);
    const by = { actor: engineActor, assignedBy: saverOf(rule), rule };
    const { events } = await assign(tx, judged, { ...by, clock });
    await tx.assignmentRefusal.deleteMany({ where: { vmId } });
    await notify(tx, "inventory", { vmId });
    const teamIds = await teamsOfVm(tx, vmId);
    await appendEvents(
      tx,
      clock,
      events.map((event): LedgerDraft => ({ ...event, teamIds })),
    );
    return true;
  });
}

async function listVerdicts(
  tx: Tx,
  rules: readonly StandingRule[],
  vmId: string,
): Promise<{ readonly ruleId: string }[]> {
  const rows = await tx.$queryRaw`
    SELECT winner.id AS "ruleId" FROM ${verdictSql(rules.map(rankedRule))}
    WHERE vm.id = ${vmId}::uuid AND vm."deletedAt" IS NULL
      AND (judged.verdict = 'matched' OR judged.refusal = 'failed')`;
  return z.array(z.object({ ruleId: z.string() })).parse(rows);
}

function takesPoints(vm: Ref, rule: StandingRule): KluisError {
  return new KluisError("CONFLICT", {
    reason: "rule-takes-points",
    message: `The policy ${rule.policy.name} would remove recovery points of ${vm.name}, which no rule may decide.`,
    action: "Protect the machine by hand: a second person approves what the policy removes.",
    params: { vm: vm.name, policy: rule.policy.name },
  });
}

/** Notes why a rule could not protect a VM. Nothing changes when it is noted already. */
export async function noteRuleRefusal(
  tx: Tx,
  { id: vmId, ruleId }: RuleCandidate,
  error: ErrorInfo,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "AssignmentRefusal" ("vmId", "ruleId", "ruleVersion", error, since)
    SELECT ${vmId}::uuid, r.id, r.version, ${JSON.stringify(error)}::jsonb, ${await databaseNow(tx)}
    FROM "AssignmentRule" r WHERE r.id = ${ruleId}::uuid
    ON CONFLICT ("vmId") DO UPDATE SET "ruleId" = excluded."ruleId", "ruleVersion" = excluded."ruleVersion",
      error = excluded.error, since = excluded.since
    WHERE ("AssignmentRefusal"."ruleId", "AssignmentRefusal"."ruleVersion", "AssignmentRefusal".error->>'message')
      IS DISTINCT FROM (excluded."ruleId", excluded."ruleVersion", excluded.error->>'message')`;
}

const refusedRow = z.object({
  vmId: z.string(),
  name: z.string(),
  refusal: z.string(),
  count: z.coerce.number(),
  error: errorInfoSchema.nullable().catch(null),
});

/**
 * Raises that a rule cannot protect some of the VMs that it matches, with the first of them, or clears it. Call it last in the
 * transaction.
 */
export async function noteRefused(tx: Tx, rules: readonly StandingRule[], rule: StandingRule): Promise<void> {
  const rows = await tx.$queryRaw`
    SELECT vm.id AS "vmId", vm.name, judged.refusal, count(*) OVER () AS count, tried.error
    FROM ${verdictSql(rules.map(rankedRule))}
    WHERE vm."deletedAt" IS NULL AND judged.verdict = 'refused' AND winner.id = ${rule.id}::uuid
    ORDER BY lower(vm.name), vm.id LIMIT 1`;
  const [first] = z.array(refusedRow).parse(rows);
  const key = `assignment:${rule.id}` as const;
  if (first === undefined) {
    await clearAttention(tx, key);
    return;
  }
  await raiseAttention(tx, {
    key,
    kind: "assignment",
    vmId: first.vmId,
    notice: notice("rule-refused", { rule: rule.name, vms: first.count, vm: first.name }),
    error: first.refusal === "failed" ? first.error : rule.block,
  });
}

/** Removes what earlier versions of rules could not do, and what is raised about rules that apply no more. */
export async function forgetOldRefusals(tx: Tx, applied: readonly StandingRule[]): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM "AssignmentRefusal" o USING "AssignmentRule" r
    WHERE r.id = o."ruleId" AND (r.version <> o."ruleVersion" OR NOT r.enabled
      OR EXISTS (SELECT FROM "Protection" p WHERE p."vmId" = o."vmId"))`;
  const raised = await tx.attention.findMany({ where: { kind: "assignment" }, select: { key: true } });
  const ids = new Set(applied.map(({ id }) => id));
  for (const { key } of raised) {
    const id = key.slice("assignment:".length);
    if (!ids.has(id)) await clearAttention(tx, `assignment:${id}`);
  }
}
