import type { VmVisibility } from "@kluis/domain";
import type { Prisma } from "../../generated/client.ts";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";
import { vmWhere } from "./visibility.ts";
import { type StoredVm, toStoredVm, vmFields } from "./write.ts";

/** The most VMs that an error message names. */
const most = 20;

/**
 * Returns the visible VMs with this id, name, or `resource-group/name`; more than one when the name is ambiguous. Deleted VMs
 * count only when no existing one matches, and then only the last seen.
 */
export async function findVms(tx: Tx, visibility: VmVisibility, reference: string): Promise<StoredVm[]> {
  const rows = await tx.virtualMachine.findMany({
    where: { AND: [named(reference), vmWhere(visibility)] },
    orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }],
    take: most,
    select: vmFields,
  });
  const living = rows.filter((row) => row.deletedAt === null);
  return (living.length > 0 ? living : rows.slice(0, 1)).map(toStoredVm);
}

function named(reference: string): Prisma.VirtualMachineWhereInput {
  if (isUuid(reference)) return { id: reference.toLowerCase() };
  const slash = reference.indexOf("/");
  const name = reference.slice(slash + 1);
  const byName: Prisma.VirtualMachineWhereInput = { name: { equals: name, mode: "insensitive" } };
  return slash < 0 ? byName : { ...byName, resourceGroup: reference.slice(0, slash).toLowerCase() };
}
