/** The user for whom something is done, with their rights as a transaction sees them. Requests, decisions and engines use the same. */
import type { Access, Actor, ApprovalCancelReason, Clock } from "@kluis/domain";
import type { Db } from "../client.ts";
import { getPerson, type PersonRow } from "../people/write.ts";
import { readAccess } from "../teams/read.ts";
import { getToken, type TokenRow } from "../tokens/write.ts";
import type { Tx } from "../tx.ts";

/** What an action needs to know of the process and of its user. */
export interface ActingContext {
  readonly api: { readonly db: Db; readonly clock: Clock };
  readonly who: {
    readonly actor: Extract<Actor, { kind: "person" }>;
    readonly person: { readonly id: string };
    readonly access: Access;
    /** The token that is used, with its limits; null: a session. */
    readonly token: TokenRow | null;
  };
}

/** The user's rights as the transaction sees them: those of the request can be older. A revoked token has none. */
export async function accessNow({ who }: Pick<ActingContext, "who">, tx: Tx): Promise<Access> {
  const none: Access = { roles: [], teams: [], limitedTo: who.access.limitedTo };
  const person = await getPerson(tx, who.person.id);
  if (person === null || person.disabledAt !== null) return none;
  if (who.token === null) return readAccess(tx, person);
  const token = await getToken(tx, who.token.id);
  return token === null || token.revokedAt !== null ? none : readAccess(tx, person, token);
}

/** The same user with the rights of now. */
export async function actingNow<C extends ActingContext>(ctx: C, tx: Tx): Promise<C> {
  return { ...ctx, who: { ...ctx.who, access: await accessNow(ctx, tx) } };
}

export type ActingLater =
  | { readonly ctx: ActingContext; readonly person: PersonRow }
  | { readonly gone: Extract<ApprovalCancelReason, "requester" | "token"> };

/**
 * The user who requested something earlier, with what they may do now. A token that has expired since was valid then; one that was revoked
 * does nothing more.
 */
export async function actingLater(
  api: ActingContext["api"],
  tx: Tx,
  { personId, actor }: { readonly personId: string; readonly actor: Actor },
): Promise<ActingLater> {
  const person = await getPerson(tx, personId);
  if (person === null || person.disabledAt !== null || actor.kind !== "person") return { gone: "requester" };
  let token: TokenRow | null = null;
  if (actor.tokenId !== undefined) {
    token = await getToken(tx, actor.tokenId);
    if (token === null || token.revokedAt !== null) return { gone: "token" };
  }
  const access = { roles: [], teams: [], limitedTo: null };
  const who = { actor, person: { id: person.id }, access, token };
  return { ctx: await actingNow({ api, who }, tx), person };
}
