/** Teams as the engine records them with its events. */
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** Teams that reach a VM now. Events store them, so that an auditor finds the events after the scopes have changed. */
export async function teamsOfVm(tx: Tx, vmId: string): Promise<string[]> {
  const rows = await tx.$queryRaw`
    SELECT DISTINCT scope."teamId"::text AS id FROM "TeamScope" scope JOIN "VirtualMachine" vm ON vm.id = ${vmId}::uuid
    WHERE (scope."subscriptionId" IS NULL OR lower(scope."subscriptionId") = lower(vm."subscriptionId"))
      AND CASE scope.kind
        WHEN 'subscription' THEN scope."subscriptionId" IS NOT NULL
        WHEN 'resource-group' THEN lower(scope."resourceGroup") = lower(vm."resourceGroup")
        WHEN 'tag' THEN EXISTS (SELECT 1 FROM jsonb_each_text(vm.tags) AS tag
          WHERE lower(tag.key) = lower(scope."tagName") AND tag.value = scope."tagValue")
        ELSE FALSE END
    ORDER BY 1`;
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map((row) => row.id);
}
