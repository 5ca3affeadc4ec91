/** The rules that held for a VM, and who changed them. */
import {
  actorSchema,
  type PolicyDocument,
  type RuleHistory,
  storedPolicyDocumentSchema,
} from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** Versions of a policy that are read, the newest: older points are rarely removed by a change that long ago. */
const MOST_VERSIONS = 30;

const row = z.object({
  protectionId: z.string(),
  assignedBy: actorSchema.nullable().catch(null),
  assignedAt: z.date().nullable(),
  before: z.unknown(),
  versions: z.array(
    z.object({
      version: z.int(),
      document: z.unknown(),
      createdBy: actorSchema.nullable().catch(null),
      createdAt: z.coerce.date(),
    }),
  ),
});

/** The histories of the rules of protections. A version that cannot be read is left out. */
export async function listRuleHistories(
  tx: Tx,
  protectionIds: readonly string[],
): Promise<Map<string, RuleHistory>> {
  if (protectionIds.length === 0) return new Map();
  const rows = await tx.$queryRaw`
    SELECT p.id AS "protectionId", p."assignedBy", p."assignedAt",
      (SELECT b.document FROM "PolicyVersion" b WHERE b.id = p."rulesBefore") AS before,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.version, 'document', v.document, 'createdBy', v."createdBy",
          'createdAt', v."createdAt") ORDER BY v.version), '[]')
        FROM (SELECT * FROM "PolicyVersion" all_of WHERE all_of."policyId" = p."policyId"
          ORDER BY all_of.version DESC LIMIT ${MOST_VERSIONS}) v) AS versions
    FROM "Protection" p
    WHERE p.id = ANY(${[...protectionIds]}::uuid[])`;
  return new Map(
    z
      .array(row)
      .parse(rows)
      .map((one) => [one.protectionId, historyOf(one)]),
  );
}

function historyOf({ assignedAt, assignedBy, before, versions }: z.infer<typeof row>): RuleHistory {
  const readable = versions.flatMap(({ document, createdAt, createdBy, version }) => {
    const parsed = documentOf(document);
    return parsed === null
      ? []
      : [{ at: createdAt, by: createdBy, kind: "edit" as const, version, document: parsed }];
  });
  const [oldest, ...later] = readable;
  if (assignedAt === null) return { before: oldest?.document ?? null, changes: later };
  const inForce = readable.findLast(({ at }) => at <= assignedAt) ?? oldest;
  const assignment =
    inForce === undefined
      ? []
      : [{ ...inForce, at: assignedAt, by: assignedBy, kind: "assignment" as const }];
  return {
    before: documentOf(before),
    changes: [...assignment, ...readable.filter(({ at }) => at > assignedAt)],
  };
}

function documentOf(stored: unknown): PolicyDocument | null {
  const parsed = storedPolicyDocumentSchema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

/** The rules that retention applies to a VM now; null: none, or rules that cannot be read. */
export async function readActiveRules(tx: Tx, vmId: string): Promise<PolicyDocument | null> {
  const rows = await tx.$queryRaw<{ document: unknown }[]>`
    SELECT v.document FROM "Protection" p JOIN "Policy" policy ON policy.id = p."policyId"
      JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
    WHERE p."vmId" = ${vmId}::uuid AND p.state = 'active'`;
  return documentOf(rows[0]?.document);
}

/** The version under which a VM is now, before it comes under another policy; null: it is under none. */
export async function rulesInForce(tx: Tx, vmId: string): Promise<string | null> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT v.id FROM "Protection" p JOIN "Policy" policy ON policy.id = p."policyId"
      JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
    WHERE p."vmId" = ${vmId}::uuid AND p.state = 'active'`;
  return rows[0]?.id ?? null;
}
