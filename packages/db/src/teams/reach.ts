/** What a change of a team's scopes does, before it is made. */
import type { TeamReach, VmVisibility } from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

/** The most VMs that a preview names. */
const namedMost = 50;

const vmRow = z.object({
  id: z.string(),
  name: z.string(),
  resourceGroup: z.string(),
  /** The policy of the team that protects it now. */
  policy: z.string().nullable(),
  count: z.coerce.number(),
  bound: z.coerce.number(),
});

export interface ReachChange {
  readonly count: number;
  /** Of these: VMs that a policy of the team protects. */
  readonly bound: number;
  readonly vms: readonly { id: string; name: string; resourceGroup: string; policy: string | null }[];
}

/** The VMs that are in one reach and not in the other, with the policies of the team that protect them. */
async function difference(
  tx: Tx,
  teamId: string,
  { of, without }: { readonly of: readonly TeamReach[]; readonly without: readonly TeamReach[] },
): Promise<ReachChange> {
  const inReach = (reach: readonly TeamReach[]): Prisma.Sql => {
    const visibility: VmVisibility = { all: false, reach, teamIds: [] };
    return vmVisibleSql(visibility);
  };
  const rows = z.array(vmRow).parse(
    await tx.$queryRaw`
      SELECT vm.id, vm.name, vm."resourceGroup", policy.name AS policy,
        count(*) OVER () AS count, count(policy.id) OVER () AS bound
      FROM "VirtualMachine" vm
      LEFT JOIN "Protection" protection ON protection."vmId" = vm.id AND protection.state = 'active'
      LEFT JOIN "Policy" policy ON policy.id = protection."policyId" AND policy."teamId" = ${teamId}::uuid
      WHERE vm."deletedAt" IS NULL AND ${inReach(of)} AND NOT ${inReach(without)}
      ORDER BY (policy.id IS NULL), vm.name, vm.id LIMIT ${namedMost}`,
  );
  return {
    count: rows[0]?.count ?? 0,
    bound: rows[0]?.bound ?? 0,
    vms: rows.map(({ id, name, resourceGroup, policy }) => ({ id, name, resourceGroup, policy })),
  };
}

/** The VMs that come into a team's reach, and those that leave it. */
export async function previewReach(
  tx: Tx,
  teamId: string,
  { before, after }: { readonly before: readonly TeamReach[]; readonly after: readonly TeamReach[] },
): Promise<{ readonly comes: ReachChange; readonly goes: ReachChange }> {
  return {
    comes: await difference(tx, teamId, { of: after, without: before }),
    goes: await difference(tx, teamId, { of: before, without: after }),
  };
}

/** The VMs under policies of a team that another reach does not contain: they block a move of the policies to it. */
export async function countOutsideReach(
  tx: Tx,
  teamId: string,
  reach: readonly TeamReach[],
): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS count FROM "Protection" protection
    JOIN "Policy" policy ON policy.id = protection."policyId" AND policy."teamId" = ${teamId}::uuid
    JOIN "VirtualMachine" vm ON vm.id = protection."vmId"
    WHERE NOT ${vmVisibleSql({ all: false, reach, teamIds: [] })}`;
  return z.tuple([z.object({ count: z.coerce.number() })]).parse(rows)[0].count;
}
