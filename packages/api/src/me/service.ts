import { inTransaction, setPersonLocale } from "@kluis/db";
import { type Locale, permissions } from "@kluis/domain";
import { holdsAnywhere, type SignedInContext } from "../context.ts";
import { iso } from "../shape.ts";
import type { MeView } from "../views/index.ts";

export function describeMe(ctx: SignedInContext): MeView {
  const { person, access, actor, sessionEndsAt } = ctx.who;
  const teams = new Map(access.teams.map((team) => [team.id, { id: team.id, name: team.name }]));
  return {
    person: { id: person.id, name: person.name, username: person.username },
    locale: person.locale,
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

/** Stores the language of the portal for the user. A preference of its owner, so it is not recorded in the ledger. */
export async function setLocale(ctx: SignedInContext, locale: Locale): Promise<{ locale: Locale }> {
  await inTransaction(ctx.api.db, (tx) => setPersonLocale(tx, ctx.who.person.id, locale));
  return { locale };
}
