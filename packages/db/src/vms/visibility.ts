import { type TeamReach, tagEntry, type VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";

/** Visibility as a filter on virtual machines; an empty reach matches none. */
export function vmWhere(visibility: VmVisibility): Prisma.VirtualMachineWhereInput {
  return visibility.all ? {} : { OR: visibility.reach.map(reachWhere) };
}

function reachWhere(reach: TeamReach): Prisma.VirtualMachineWhereInput {
  switch (reach.kind) {
    case "subscription":
      return { subscriptionId: reach.subscriptionId.toLowerCase() };
    case "resource-group":
      return {
        subscriptionId: reach.subscriptionId.toLowerCase(),
        resourceGroup: reach.resourceGroup.toLowerCase(),
      };
    case "tag":
      return { tagIndex: { has: tagEntry(reach.tagName, reach.tagValue) } };
  }
  return reach satisfies never;
}

/** The same in SQL: a condition on the table `VirtualMachine` with the alias `vm`. */
export function vmVisibleSql(visibility: VmVisibility): Prisma.Sql {
  if (visibility.all) return Prisma.sql`TRUE`;
  if (visibility.reach.length === 0) return Prisma.sql`FALSE`;
  return Prisma.sql`(${Prisma.join(visibility.reach.map(reachSql), " OR ")})`;
}

function reachSql(reach: TeamReach): Prisma.Sql {
  switch (reach.kind) {
    case "subscription":
      return Prisma.sql`vm."subscriptionId" = ${reach.subscriptionId.toLowerCase()}`;
    case "resource-group":
      return Prisma.sql`(vm."subscriptionId" = ${reach.subscriptionId.toLowerCase()} AND vm."resourceGroup" = ${reach.resourceGroup.toLowerCase()})`;
    case "tag":
      return Prisma.sql`vm."tagIndex" @> ARRAY[${tagEntry(reach.tagName, reach.tagValue)}]::text[]`;
  }
  return reach satisfies never;
}
