import type { VmVisibility } from "@kluis/domain";
import type { Prisma } from "../../generated/client.ts";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";
import { vmWhere } from "./visibility.ts";
import { toVmRow, type VmRow, vmFields } from "./write.ts";

/** As many as an error message would name. */
const most = 20;

/**
 * VMs that a text names (an id, a name, or `resource-group/name`) among those that are visible. Living ones come alone when
 * there are any, so that a name means the VM of today; of deleted ones the last seen. More than one: the name is ambiguous.
 */
export async function findVms(tx: Tx, visibility: VmVisibility, reference: string): Promise<VmRow[]> {
  const rows = await tx.virtualMachine.findMany({
    where: { AND: [named(reference), vmWhere(visibility)] },
    orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }],
    take: most,
    select: vmFields,
  });
  const living = rows.filter((row) => row.deletedAt === null);
  return (living.length > 0 ? living : rows.slice(0, 1)).map(toVmRow);
}

function named(reference: string): Prisma.VirtualMachineWhereInput {
  if (isUuid(reference)) return { id: reference.toLowerCase() };
  const slash = reference.indexOf("/");
  const name = reference.slice(slash + 1);
  const byName: Prisma.VirtualMachineWhereInput = { name: { equals: name, mode: "insensitive" } };
  return slash < 0 ? byName : { ...byName, resourceGroup: reference.slice(0, slash).toLowerCase() };
}
