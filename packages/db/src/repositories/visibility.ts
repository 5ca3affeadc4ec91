import type { TeamReach, VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";

/** Condition on the VM table under the alias `vm`, to be put into every query that reads what belongs to VMs (domain: `isVisible`). */
export function vmVisible(visibility: VmVisibility): Prisma.Sql {
  if (visibility.all) return Prisma.sql`TRUE`;
  if (visibility.reach.length === 0) return Prisma.sql`FALSE`;
  return Prisma.sql`(${Prisma.join(visibility.reach.map(reachSql), " OR ")})`;
}

/** Names and ids of Azure compare without regard to case, tag values with it. */
function reachSql(reach: TeamReach): Prisma.Sql {
  switch (reach.kind) {
    case "subscription":
      return Prisma.sql`lower(vm."subscriptionId") = lower(${reach.subscriptionId})`;
    case "resource-group":
      return Prisma.sql`(lower(vm."subscriptionId") = lower(${reach.subscriptionId})
        AND lower(vm."resourceGroup") = lower(${reach.resourceGroup}))`;
    case "tag":
      return Prisma.sql`EXISTS (SELECT 1 FROM jsonb_each_text(vm.tags) AS tag
        WHERE lower(tag.key) = lower(${reach.tagName}) AND tag.value = ${reach.tagValue})`;
  }
  reach satisfies never;
  return Prisma.sql`FALSE`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Text for LIKE that matches itself only. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

const foundVm = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  tags: z.record(z.string(), z.string()),
  deletedAt: z.date().nullable(),
});
export type FoundVm = z.infer<typeof foundVm>;

/**
 * VMs that a text names: an id, a name, or `resource-group/name`; among those that may be seen. Living ones come alone when
 * there are any, so that a name means the VM of today. More than one: the name is ambiguous.
 */
export async function findVisibleVms(tx: Tx, visibility: VmVisibility, ref: string): Promise<FoundVm[]> {
  const rows = foundVm.array().parse(
    await tx.$queryRaw`
      SELECT vm.id::text, vm.name, vm."subscriptionId", vm."resourceGroup", vm.tags, vm."deletedAt"
      FROM "VirtualMachine" vm
      WHERE ${namedBy(ref)} AND ${vmVisible(visibility)}
      ORDER BY vm."deletedAt" DESC NULLS FIRST, vm."resourceGroup", vm.id
      LIMIT 20`,
  );
  const living = rows.filter((row) => row.deletedAt === null);
  return living.length > 0 ? living : rows;
}

function namedBy(ref: string): Prisma.Sql {
  if (isUuid(ref)) return Prisma.sql`vm.id = ${ref}::uuid`;
  const slash = ref.indexOf("/");
  if (slash > 0) {
    const [group, name] = [ref.slice(0, slash), ref.slice(slash + 1)];
    return Prisma.sql`lower(vm."resourceGroup") = lower(${group}) AND lower(vm.name) = lower(${name})`;
  }
  return Prisma.sql`lower(vm.name) = lower(${ref})`;
}

/** Whether this VM may be seen; false also when there is none. */
export async function vmIsVisible(tx: Tx, visibility: VmVisibility, vmId: string): Promise<boolean> {
  const rows: unknown[] = await tx.$queryRaw`
    SELECT 1 FROM "VirtualMachine" vm WHERE vm.id = ${vmId}::uuid AND ${vmVisible(visibility)}`;
  return rows.length === 1;
}
