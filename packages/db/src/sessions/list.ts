import { instantView } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

export const sessionView = z.object({
  id: z.string(),
  createdAt: instantView,
  lastSeenAt: instantView,
  /** The latest end; it ends sooner without use. */
  expiresAt: instantView,
});

/** The open sessions of a user, the last used first. */
export async function listSessions(
  tx: Tx,
  personId: string,
  at: { readonly now: Date; readonly idleSince: Date },
): Promise<{ id: string; createdAt: Date; lastSeenAt: Date; expiresAt: Date }[]> {
  return tx.session.findMany({
    where: { personId, revokedAt: null, expiresAt: { gt: at.now }, lastSeenAt: { gt: at.idleSince } },
    orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }],
    take: 100,
    select: { id: true, createdAt: true, lastSeenAt: true, expiresAt: true },
  });
}

/** The user of a session; null when there is no such session. */
export async function sessionOwner(tx: Tx, id: string): Promise<string | null> {
  return (await tx.session.findUnique({ where: { id }, select: { personId: true } }))?.personId ?? null;
}
