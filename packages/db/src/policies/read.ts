import {
  actorSchema,
  isKluisError,
  KluisError,
  type Ref,
  refView,
  storedPolicyDocumentSchema,
  type VmVisibility,
} from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { fromJson } from "../json.ts";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

const policyVersionRow = z.object({
  id: z.string(),
  policyId: z.string(),
  version: z.int(),
  document: storedPolicyDocumentSchema,
  createdAt: z.date(),
  createdBy: actorSchema,
});
/** A version of a policy; jobs, points and reports refer to it. */
export type PolicyVersionRow = z.infer<typeof policyVersionRow>;

export const policyVersionFields = {
  id: true,
  policyId: true,
  version: true,
  document: true,
  createdAt: true,
  createdBy: true,
} as const satisfies Record<keyof PolicyVersionRow, true>;

/** Reads a row that was selected with `policyVersionFields`. */
export function toPolicyVersion(row: object): PolicyVersionRow {
  return fromJson(policyVersionRow, row, "PolicyVersion");
}

export interface PolicyRow extends Ref {
  readonly description: string;
  /** null: offered to every team. */
  readonly team: Ref | null;
  readonly createdAt: Date;
  /** Since when it takes no VMs; null while it does. */
  readonly retiredAt: Date | null;
  readonly current: PolicyVersionRow;
}

export const policyFields = {
  id: true,
  name: true,
  description: true,
  team: { select: { id: true, name: true } },
  currentVersion: true,
  createdAt: true,
  retiredAt: true,
  versions: { select: policyVersionFields, orderBy: { version: "desc" }, take: 1 },
} as const satisfies Prisma.PolicySelect;

/** Reads a row that was selected with `policyFields`. */
export function toPolicy(row: Prisma.PolicyGetPayload<{ select: typeof policyFields }>): PolicyRow {
  const { versions, currentVersion, ...policy } = row;
  const [newest] = versions;
  if (newest === undefined || newest.version !== currentVersion) {
    throw new KluisError("INTERNAL", { message: `Policy ${row.name} has no version ${currentVersion}.` });
  }
  return { ...policy, current: toPolicyVersion(newest) };
}

/** The policies to read: those offered to all and those of these teams, or all of the organization. */
export type PolicySight = "all" | { readonly teamIds: readonly string[] };

function sightWhere(sight: PolicySight): Prisma.PolicyWhereInput {
  const visible = sight === "all" ? {} : { OR: [{ teamId: null }, { teamId: { in: [...sight.teamIds] } }] };
  return { AND: [{ deletedAt: null }, visible] };
}

/** Returns the policies by name. */
export async function listPolicies(tx: Tx, sight: PolicySight): Promise<PolicyRow[]> {
  const where = sightWhere(sight);
  const rows = await tx.policy.findMany({ where, orderBy: { name: "asc" }, select: policyFields });
  return rows.flatMap((row) => readable(() => toPolicy(row)));
}

/** Nothing for a row that another version of Kluis wrote: it must not hide the others. Health names its VMs. */
function readable<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (isKluisError(error, "INTERNAL")) return [];
    throw error;
  }
}

/** Returns a policy by id, for callers that need no permission for it. */
export async function findPolicy(tx: Tx, id: string): Promise<PolicyRow | null> {
  const row = await tx.policy.findFirst({ where: { id, deletedAt: null }, select: policyFields });
  return row && toPolicy(row);
}

/** Returns a policy by id or name. @throws KluisError POLICY_NOT_FOUND, also when it is not in sight */
export async function requirePolicy(tx: Tx, reference: string, sight: PolicySight): Promise<PolicyRow> {
  const named = isUuid(reference) ? { id: reference.toLowerCase() } : { name: reference };
  const where = { AND: [sightWhere(sight), named] };
  const row = await tx.policy.findFirst({ where, select: policyFields });
  if (row === null) throw policyNotFound(reference);
  return toPolicy(row);
}

export function policyNotFound(reference: string): KluisError {
  return new KluisError("POLICY_NOT_FOUND", {
    message: `The policy "${reference}" does not exist, or you cannot see it.`,
    action: "Check the name, or list the policies.",
    params: { policy: reference },
  });
}

/** Returns all versions, newest first. */
export async function listPolicyVersions(tx: Tx, policyId: string): Promise<PolicyVersionRow[]> {
  const rows = await tx.policyVersion.findMany({
    where: { policyId },
    orderBy: { version: "desc" },
    select: policyVersionFields,
  });
  return rows.flatMap((row) => readable(() => toPolicyVersion(row)));
}

/** Returns the number of visible VMs that each policy protects, by policy id; a policy without any has no entry. */
export async function countPolicyVms(tx: Tx, visibility: VmVisibility): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT p."policyId"::text AS id, count(*) AS count FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
    WHERE p.state = 'active' AND vm."deletedAt" IS NULL AND ${vmVisibleSql(visibility)} GROUP BY p."policyId"`;
  const parsed = z.array(z.object({ id: z.string(), count: z.coerce.number() })).parse(rows);
  return new Map(parsed.map((row) => [row.id, row.count]));
}

/** Returns the visible VMs that a policy protects, by name. */
export async function listPolicyVms(tx: Tx, visibility: VmVisibility, policyId: string): Promise<Ref[]> {
  return refView.array().parse(
    await tx.$queryRaw`
      SELECT vm.id::text, vm.name FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
      WHERE p."policyId" = ${policyId}::uuid AND p.state = 'active' AND vm."deletedAt" IS NULL
        AND ${vmVisibleSql(visibility)}
      ORDER BY lower(vm.name), vm.id`,
  );
}
