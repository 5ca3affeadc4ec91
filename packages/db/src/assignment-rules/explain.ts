/** The dry run of a rule: what it would do with each VM of its team, and why. */
import { actorSchema, type RuleVerdict, ruleRefusals, ruleVerdicts, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { fromJson } from "../json.ts";
import { errorInfoSchema } from "../subscriptions/write.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type RankedRule, verdictSql } from "./verdict-sql.ts";

const explainedRow = z.object({
  id: z.string(),
  name: z.string(),
  resourceGroup: z.string(),
  verdict: z.enum(ruleVerdicts),
  refusal: z.enum(ruleRefusals).nullable(),
  /** The error of the last try. */
  error: errorInfoSchema.nullable().catch(null),
  /** The policy that it is, or was, under. */
  policy: z.string().nullable(),
  /** Whether this rule has put it under its policy. */
  byRule: z.boolean(),
  stoppedBy: actorSchema.nullable().catch(null),
  stoppedAt: z.date().nullable(),
  exclusionOwner: z.string().nullable(),
  exclusionReason: z.string().nullable(),
  exclusionUntil: z.date().nullable(),
  /** The rule that comes first. */
  winner: z.string().nullable(),
});
export type ExplainedVm = z.infer<typeof explainedRow>;

export interface DryRun {
  /** The rule, which is one of `rules`. */
  readonly rule: RankedRule;
  /** All rules that count, in the order in which they win. */
  readonly rules: readonly RankedRule[];
  /** The VMs that the reader sees. */
  readonly visibility: VmVisibility;
}

export interface ExplainPage {
  readonly verdict?: RuleVerdict | undefined;
  readonly page: number;
  readonly pageSize: number;
}

function reachedSql({ rule, visibility }: DryRun): Prisma.Sql {
  const reached = vmVisibleSql({ all: false, reach: rule.reach, teamIds: [] });
  return Prisma.sql`vm."deletedAt" IS NULL AND ${reached} AND ${vmVisibleSql(visibility)}`;
}

/** The number of VMs in the team's reach, by verdict. */
export async function countVerdicts(tx: Tx, run: DryRun): Promise<Record<RuleVerdict, number>> {
  const rows = z.array(z.object({ verdict: z.enum(ruleVerdicts), count: z.coerce.number() })).parse(
    await tx.$queryRaw`SELECT judged.verdict, count(*) AS count FROM ${verdictSql(run.rules, run.rule)}
      WHERE ${reachedSql(run)} GROUP BY 1`,
  );
  const counts = new Map(rows.map(({ verdict, count }) => [verdict, count]));
  const of = (verdict: RuleVerdict): [RuleVerdict, number] => [verdict, counts.get(verdict) ?? 0];
  return z.record(z.enum(ruleVerdicts), z.number()).parse(Object.fromEntries(ruleVerdicts.map(of)));
}

/** A page of the VMs, those that the rule would protect first. */
export async function explainVms(
  tx: Tx,
  run: DryRun,
  { verdict, page, pageSize }: ExplainPage,
): Promise<ExplainedVm[]> {
  const parts = [
    reachedSql(run),
    ...(verdict === undefined ? [] : [Prisma.sql`judged.verdict = ${verdict}`]),
  ];
  const rows: unknown = await tx.$queryRaw`
    SELECT vm.id, vm.name, vm."resourceGroup", judged.verdict, judged.refusal, policy.name AS policy,
      CASE WHEN judged.refusal = 'failed' THEN tried.error END AS error,
      coalesce(p."assignedRuleId" = ${run.rule.id}::uuid, FALSE) AS "byRule", p."stoppedBy", p."stoppedAt",
      excluded."ownerName" AS "exclusionOwner", excluded.reason AS "exclusionReason", excluded."expiresAt" AS "exclusionUntil",
      winner.id AS winner
    FROM ${verdictSql(run.rules, run.rule)}
    WHERE ${Prisma.join(parts, " AND ")}
    ORDER BY array_position(${[...ruleVerdicts]}::text[], judged.verdict), lower(vm.name), vm.id
    LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`;
  return fromJson(z.array(explainedRow), rows, "the dry run of a rule");
}

const vmVerdict = explainedRow.extend({ rule: z.string().nullable() });

/** What the rules do with one VM: the rule that wins, and what it does. */
export async function explainVm(
  tx: Tx,
  rules: readonly RankedRule[],
  vmId: string,
): Promise<z.infer<typeof vmVerdict> | null> {
  const rows: unknown = await tx.$queryRaw`
    SELECT vm.id, vm.name, vm."resourceGroup", judged.verdict, judged.refusal, policy.name AS policy,
      CASE WHEN judged.refusal = 'failed' THEN tried.error END AS error,
      coalesce(p."assignedRuleId" = winner.id, FALSE) AS "byRule", p."stoppedBy", p."stoppedAt",
      excluded."ownerName" AS "exclusionOwner", excluded.reason AS "exclusionReason", excluded."expiresAt" AS "exclusionUntil",
      winner.id AS winner, p."assignedRuleId" AS rule
    FROM ${verdictSql(rules)} WHERE vm.id = ${vmId}::uuid`;
  return fromJson(z.array(vmVerdict), rows, "the verdict of a VM")[0] ?? null;
}
