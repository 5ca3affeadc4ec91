import type { Clock } from "@kluis/domain";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";

export interface SessionRow {
  readonly id: string;
  readonly personId: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

const fields = {
  id: true,
  personId: true,
  createdAt: true,
  lastSeenAt: true,
  expiresAt: true,
  revokedAt: true,
} as const;

/** @param session.tokenHash SHA-256 of the cookie's value; the value itself is never stored */
export function createSession(
  tx: Tx,
  session: { readonly personId: string; readonly tokenHash: Uint8Array; readonly expiresAt: Date },
  clock: Clock,
): Promise<SessionRow> {
  const now = clock.now();
  return tx.session.create({
    data: {
      id: newId(clock),
      personId: session.personId,
      tokenHash: Uint8Array.from(session.tokenHash),
      createdAt: now,
      lastSeenAt: now,
      expiresAt: session.expiresAt,
    },
    select: fields,
  });
}

/** Returns the session with this hash in any state; the caller judges expiry and revocation. */
export function findSession(tx: Tx, tokenHash: Uint8Array): Promise<SessionRow | null> {
  return tx.session.findUnique({ where: { tokenHash: Uint8Array.from(tokenHash) }, select: fields });
}

export async function touchSession(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.session.updateMany({ where: { id, revokedAt: null }, data: { lastSeenAt: now } });
}

/** Ends the session; returns false when it had ended. */
export async function revokeSession(tx: Tx, id: string, now: Date): Promise<boolean> {
  const ended = await tx.session.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
  return ended.count === 1;
}
