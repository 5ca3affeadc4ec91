import { listTeamMembers, type TeamView } from "@kluis/db";
import { type SignedInContext, seen } from "../context.ts";

export function listTeams(ctx: SignedInContext): Promise<TeamView[]> {
  const visibility = seen(ctx);
  return listTeamMembers(ctx.api.db.prisma, visibility.all ? undefined : visibility.teamIds);
}
