import { listTeams as list, listRoleAssignments } from "@kluis/db";
import { visibleVmFilter } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import type { TeamView } from "../views/index.ts";

export async function listTeams(ctx: SignedInContext): Promise<readonly TeamView[]> {
  const { prisma } = ctx.api.db;
  const visibility = visibleVmFilter(ctx.who.access);
  const ids = visibility.all ? undefined : visibility.teamIds;
  const teams = await list(prisma, ids);
  const assignments = await listRoleAssignments(prisma, ids);
  return teams.map(({ id, slug, name, reach }) => ({
    id,
    slug,
    name,
    scopes: reach.map((one) => ({
      kind: one.kind,
      subscriptionId: one.kind === "tag" ? null : one.subscriptionId,
      resourceGroup: one.kind === "resource-group" ? one.resourceGroup : null,
      tagName: one.kind === "tag" ? one.tagName : null,
      tagValue: one.kind === "tag" ? one.tagValue : null,
    })),
    members: assignments
      .filter((assignment) => assignment.teamId === id)
      .map(({ role, person, groupId }) => ({
        role,
        groupId,
        person: person === null ? null : { id: person.id, name: person.name },
      })),
  }));
}
