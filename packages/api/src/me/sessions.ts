/** The user's own sessions. */
import { listSessions } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import { mustManageOwn, type SignedInContext } from "../context.ts";
import { endSession, sessionTimes, signOutPerson } from "../people/service.ts";
import type { mySessionView } from "./view.ts";

export async function mySessions(ctx: SignedInContext): Promise<z.input<typeof mySessionView>[]> {
  mustManageOwn(ctx);
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
  mustManageOwn(ctx);
  return signOutPerson(ctx, ctx.who.person.id);
}
