/** A code for the first owner, as the start of an installation prints it. */
import { addClaim, countOwners, type Db, lockAccess } from "@kluis/db";
import { type Actor, type Clock, limits, systemClock } from "@kluis/domain";
import { secretHash } from "../identity/secrets.ts";
import { record } from "../record.ts";
import { newClaimCode, plainClaimCode } from "./code.ts";

export interface OfferedClaim {
  /** Print it, and store it nowhere: the database has only its digest. */
  readonly code: string;
  readonly expiresAt: Date;
}

const starter: Actor = { kind: "engine", name: "Kluis start" };

/** Makes a code while no owner can sign in; null when one can. Codes of other starts stay valid until they expire. */
export function offerClaim(db: Db, clock: Clock = systemClock): Promise<OfferedClaim | null> {
  return record<OfferedClaim | null>({ api: { db, clock } }, async (tx) => {
    await lockAccess(tx);
    if ((await countOwners(tx)) > 0) return { result: null, events: [] };
    const code = newClaimCode();
    const expiresAt = await addClaim(tx, {
      codeHash: secretHash(plainClaimCode(code)),
      lifeMs: limits.claimMs,
    });
    const event = {
      kind: "installation.claim-offered",
      actor: starter,
      target: { type: "installation", id: "installation", name: "Kluis" },
      data: { expiresAt: expiresAt.toISOString() },
    } as const;
    return { result: { code, expiresAt }, events: [event] };
  });
}
