import type { VmVisibility } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

/** How many visible VMs each policy protects, by policy id; policies without any are left out. */
export async function countPolicyVms(tx: Tx, visibility: VmVisibility): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT p."policyId"::text AS id, count(*) AS count FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
    WHERE p.state = 'active' AND vm."deletedAt" IS NULL AND ${vmVisibleSql(visibility)} GROUP BY p."policyId"`;
  const parsed = z.array(z.object({ id: z.string(), count: z.coerce.number() })).parse(rows);
  return new Map(parsed.map((row) => [row.id, row.count]));
}

const named = z.object({ id: z.string(), name: z.string() });

/** The visible VMs that a policy protects, by name. */
export async function listPolicyVms(
  tx: Tx,
  visibility: VmVisibility,
  policyId: string,
): Promise<z.infer<typeof named>[]> {
  return named.array().parse(
    await tx.$queryRaw`
      SELECT vm.id::text, vm.name FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
      WHERE p."policyId" = ${policyId}::uuid AND p.state = 'active' AND vm."deletedAt" IS NULL
        AND ${vmVisibleSql(visibility)}
      ORDER BY lower(vm.name), vm.id`,
  );
}
