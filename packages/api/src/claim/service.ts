/** The first owner of an installation: the user who enters the code that its start printed. */
import {
  assignRole,
  countOwners,
  deleteClaims,
  getPerson,
  hasClaim,
  inTransaction,
  lockAccess,
  noteClaimGuess,
  takeClaim,
} from "@kluis/db";
import { KluisError, limits } from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { secretHash } from "../identity/secrets.ts";
import { record, type VmEvent } from "../record.ts";
import { plainClaimCode } from "./code.ts";
import type { claimedView, claimView } from "./view.ts";

export async function readClaim(ctx: SignedInContext): Promise<z.input<typeof claimView>> {
  const { prisma } = ctx.api.db;
  return { open: (await hasClaim(prisma)) && (await countOwners(prisma)) === 0 };
}

/**
 * Makes the user owner of the organization, once: of two who come together with a code, one does.
 * @throws KluisError FORBIDDEN for a token and a wrong code, RATE_LIMITED after too many, CONFLICT when an owner can sign in
 */
export async function useClaim(ctx: SignedInContext, typed: string): Promise<z.input<typeof claimedView>> {
  if (ctx.who.actor.via !== "session") {
    throw new KluisError("FORBIDDEN", {
      reason: "token-session-only",
      message: "A token cannot do this.",
      action: "Sign in to the portal.",
    });
  }
  await countGuess(ctx);
  return record<z.input<typeof claimedView>>(ctx, async (tx) => {
    await lockAccess(tx);
    if ((await countOwners(tx)) > 0) throw claimIsOver();
    const person = await getPerson(tx, ctx.who.person.id);
    const isEnabled = person !== null && person.disabledAt === null;
    if (!isEnabled || !(await takeClaim(tx, secretHash(plainClaimCode(typed))))) throw wrongCode();
    await deleteClaims(tx);
    await assignRole(tx, { role: "owner", teamId: null, holder: { personId: person.id } }, ctx.api.clock);
    return { result: { role: "owner" }, events: claimEvents(ctx) };
  });
}

/** Counts in its own transaction, so that a refused code counts, too. */
async function countGuess(ctx: SignedInContext): Promise<void> {
  const { guesses, leftMs } = await inTransaction(ctx.api.db, async (tx) => {
    if ((await countOwners(tx)) > 0) throw claimIsOver();
    return noteClaimGuess(tx, ctx.who.person.id, limits.claimGuessesMs);
  });
  if (guesses <= limits.claimGuessesMost) return;
  const minutes = Math.max(1, Math.ceil(leftMs / 60_000));
  throw new KluisError("RATE_LIMITED", {
    reason: "claim-guesses",
    message: `You have entered too many codes. The next one is accepted in ${minutes} min.`,
    action: "Copy the code from the output of the start.",
    params: { minutes },
    retryAfterMs: Math.max(1_000, Math.ceil(leftMs)),
  });
}

function claimEvents({ who }: SignedInContext): VmEvent[] {
  const { actor, person } = who;
  const target = { type: "person", id: person.id, name: person.name } as const;
  return [
    {
      kind: "installation.claimed",
      actor,
      target: { type: "installation", id: "installation", name: "Kluis" },
      data: { owner: person.username },
    },
    { kind: "role.assigned", actor, target, data: { role: "owner", teamId: null, claim: true } },
  ];
}

function claimIsOver(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "claim-over",
    message: "Kluis has an owner already.",
    action: "Ask an owner for a role.",
  });
}

function wrongCode(): KluisError {
  return new KluisError("FORBIDDEN", {
    reason: "claim-code",
    message: "This code is not valid: it is mistyped, used, or has expired.",
    action: "Enter the code of the last start, or start Kluis again for another one.",
  });
}
