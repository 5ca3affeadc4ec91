/** Teams as the engine records them with its events. */
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** Teams that reach a VM now. Events store them, so that an auditor finds the events after the scopes have changed. */
export async function teamsOfVm(tx: Tx, vmId: string): Promise<string[]> {
  return (await teamsOfVms(tx, [vmId])).get(vmId) ?? [];
}

/** As `teamsOfVm`, by VM. A VM that no team reaches has no entry. */
export async function teamsOfVms(tx: Tx, vmIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await tx.$queryRaw`
    SELECT DISTINCT vm.id::text AS "vmId", scope."teamId"::text AS id
    FROM "VirtualMachine" vm CROSS JOIN "TeamScope" scope
    WHERE vm.id = ANY(${[...vmIds]}::uuid[]) AND (scope."subscriptionId" IS NULL OR lower(scope."subscriptionId") = lower(vm."subscriptionId"))
      AND CASE scope.kind
        WHEN 'subscription' THEN scope."subscriptionId" IS NOT NULL
        WHEN 'resource-group' THEN lower(scope."resourceGroup") = lower(vm."resourceGroup")
        WHEN 'tag' THEN EXISTS (SELECT 1 FROM jsonb_each_text(vm.tags) AS tag
          WHERE lower(tag.key) = lower(scope."tagName") AND tag.value = scope."tagValue")
        ELSE FALSE END
    ORDER BY 1, 2`;
  const teams = new Map<string, string[]>();
  for (const { vmId, id } of z.array(z.object({ vmId: z.string(), id: z.string() })).parse(rows))
    teams.set(vmId, [...(teams.get(vmId) ?? []), id]);
  return teams;
}
