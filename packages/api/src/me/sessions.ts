/** The user's own sessions. */
import { listSessions } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { endSession, sessionTimes, signOutPerson } from "../people/service.ts";
import type { mySessionView } from "./view.ts";

/** @throws KluisError FORBIDDEN for a token that was not given the permission `self` */
function mustBeWhole(ctx: SignedInContext): void {
  const { limitedTo } = ctx.who.access;
  if (limitedTo === null || limitedTo.includes("self")) return;
  throw new KluisError("FORBIDDEN", {
    reason: "token-limited",
    message: "A token without the permission self cannot list or end sessions.",
    action: "Sign in to the portal and use Settings.",
  });
}

export async function mySessions(ctx: SignedInContext): Promise<z.input<typeof mySessionView>[]> {
  mustBeWhole(ctx);
  const rows = await listSessions(ctx.api.db.prisma, ctx.who.person.id, sessionTimes(ctx));
  return rows.map((row) => ({ ...row, isCurrent: row.id === ctx.who.sessionId }));
}

/** @throws KluisError NOT_FOUND for a session of another user */
export async function endMySession(ctx: SignedInContext, id: string): Promise<{ readonly sessions: number }> {
  const own = await mySessions(ctx);
  if (own.some((one) => one.id === id)) return endSession(ctx, id);
  throw new KluisError("NOT_FOUND", {
    reason: "session",
    message: "There is no such session, or it has ended.",
    action: "Reload the list of sessions.",
  });
}

export function signOutEverywhere(ctx: SignedInContext): Promise<{ readonly sessions: number }> {
  mustBeWhole(ctx);
  return signOutPerson(ctx, ctx.who.person.id);
}
