import { groupsState, inTransaction, setPersonLocale } from "@kluis/db";
import { type Locale, permissions } from "@kluis/domain";
import type { z } from "zod";
import { holdsAnywhere, type SignedInContext } from "../context.ts";
import { describeTokens } from "../tokens/describe.ts";
import type { localeView, meView } from "./view.ts";

export async function describeMe(ctx: SignedInContext): Promise<z.input<typeof meView>> {
  const { person, access, actor, token, sessionEndsAt } = ctx.who;
  const { state, readAt, problem } = await groupsState(ctx.api.db.prisma, person.id);
  const names = new Map(access.teams.map((team) => [team.id, team.name]));
  const [described = null] = token === null ? [] : await describeTokens(ctx.api.db.prisma, [token]);
  return {
    person,
    locale: person.locale,
    via: actor.via,
    roles: access.roles.map(({ role, custom, teamId }) => ({
      role,
      custom,
      team: teamId === null ? null : { id: teamId, name: names.get(teamId) ?? teamId },
    })),
    permissions: permissions.filter((permission) => holdsAnywhere(ctx, permission)),
    organisationWide: access.roles.some((one) => one.teamId === null),
    token: described,
    groups: { state, readAt, reason: problem === null ? null : (problem.reason ?? problem.code) },
    sessionEndsAt,
  };
}

/** Stores the language of the portal. It is a preference, so the ledger does not record it. */
export async function setLocale(ctx: SignedInContext, locale: Locale): Promise<z.input<typeof localeView>> {
  await inTransaction(ctx.api.db, (tx) => setPersonLocale(tx, ctx.who.person.id, locale));
  return { locale };
}
