/** Who can have a policy that the user writes: every team, or some. */
import { listTeams } from "@kluis/db";
import { can, KluisError, type Ref } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { policyOffers } from "./view.ts";

export async function offersOf(ctx: SignedInContext): Promise<z.input<typeof policyOffers>> {
  const everyTeam = can(ctx.who.access, "policy:write", { kind: "organisation" });
  const teams = everyTeam ? await listTeams(ctx.api.db.prisma) : ownTeams(ctx);
  return { everyTeam, teams: teams.map(({ id, name }) => ({ id, name })) };
}

function ownTeams(ctx: SignedInContext): readonly Ref[] {
  const { access } = ctx.who;
  return access.teams.filter((team) => can(access, "policy:write", { kind: "team", teamId: team.id }));
}

/** Returns the team of a new policy: the requested one, or the only possible one; null for the whole organization. */
export async function teamFor(
  ctx: SignedInContext,
  asked: string | null | undefined,
): Promise<string | null> {
  const { access } = ctx.who;
  const organisation = can(access, "policy:write", { kind: "organisation" });
  if (asked) {
    const teams = await listTeams(
      ctx.api.db.prisma,
      organisation ? undefined : access.teams.map((team) => team.id),
    );
    const team = teams.find((one) => one.id === asked || one.slug === asked);
    if (team !== undefined) return team.id;
    throw new KluisError("NOT_FOUND", {
      reason: "team",
      message: `You are not in a team "${asked}".`,
      action: "Choose one of your teams.",
      params: { team: asked },
    });
  }
  if (organisation) return null;
  const own = ownTeams(ctx);
  const [only, second] = own;
  if (only !== undefined && second === undefined) return only.id;
  const names = own.map((team) => team.name).join(", ");
  throw new KluisError("INPUT_INVALID", {
    reason: "team-required",
    message: "The policy needs a team, because you can write policies for several.",
    action: `Choose one of: ${names}.`,
    params: { teams: names },
  });
}
