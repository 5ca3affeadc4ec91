import { permissions } from "@kluis/domain";
import { holdsAnywhere, type SignedInContext } from "../context.ts";
import { iso } from "../shape.ts";
import type { MeView } from "../views/index.ts";

export function describeMe(ctx: SignedInContext): MeView {
  const { person, access, actor, sessionEndsAt } = ctx.who;
  const teams = new Map(access.teams.map((team) => [team.id, { id: team.id, name: team.name }]));
  return {
    person,
    via: actor.via,
    roles: access.roles.map(({ role, teamId }) => ({
      role,
      team: teamId === null ? null : (teams.get(teamId) ?? { id: teamId, name: teamId }),
    })),
    permissions: permissions.filter((permission) => holdsAnywhere(ctx, permission)),
    organisationWide: access.roles.some((one) => one.teamId === null),
    sessionEndsAt: iso(sessionEndsAt),
  };
}
