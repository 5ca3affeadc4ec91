/** Which users a user sees. */
import { isMemberOf } from "@kluis/db";
import { type Access, can } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";

/** Whether the user sees every user: owners and auditors of the organization. */
function seesEveryone(access: Access): boolean {
  return (["platform:manage", "audit:read"] as const).some((permission) =>
    can(access, permission, { kind: "organisation" }),
  );
}

/** The teams whose members the user manages; undefined: every user is in sight. */
export function managedTeams(access: Access): readonly string[] | undefined {
  if (seesEveryone(access)) return undefined;
  return access.teams.flatMap(({ id }) =>
    can(access, "team:manage", { kind: "team", teamId: id }) ? [id] : [],
  );
}

/** Whether the user may see what another one may do: everyone's for owners and auditors, members' for their team's administrator. */
export async function mayInspect(ctx: SignedInContext, personId: string): Promise<boolean> {
  const teams = managedTeams(ctx.who.access);
  if (teams === undefined) return true;
  return teams.length > 0 && (await isMemberOf(ctx.api.db.prisma, personId, teams));
}
