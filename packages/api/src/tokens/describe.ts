/** Tokens as the API sends them. */
import { databaseNow, listTeams, type TokenRow, type Tx } from "@kluis/db";
import { idleUntil } from "@kluis/domain";
import type { z } from "zod";
import type { tokenStates, tokenView } from "./view.ts";

type View = z.input<typeof tokenView>;

/** By the time of the database, as the use of a token is judged. */
function stateOf(token: TokenRow, now: Date): (typeof tokenStates)[number] {
  if (token.revokedAt !== null) return "revoked";
  if (token.expiresAt !== null && token.expiresAt <= now) return "expired";
  return idleUntil(token) <= now ? "idle" : "active";
}

/** Adds the names of teams, and whether each works now. */
export async function describeTokens(tx: Tx, tokens: readonly TokenRow[]): Promise<View[]> {
  if (tokens.length === 0) return [];
  const ids = [...new Set(tokens.flatMap(({ teamId }) => teamId ?? []))];
  const teams = ids.length === 0 ? [] : await listTeams(tx, ids);
  const names = new Map(teams.map(({ id, name }) => [id, name]));
  const now = await databaseNow(tx);
  return tokens.map(({ teamId, ...token }) => ({
    ...token,
    team: teamId === null ? null : { id: teamId, name: names.get(teamId) ?? null },
    idleUntil: idleUntil(token),
    state: stateOf({ ...token, teamId }, now),
  }));
}

/** One token. */
export async function describeToken(tx: Tx, token: TokenRow): Promise<View> {
  const [described] = await describeTokens(tx, [token]);
  if (described === undefined) throw new Error("One token was described as none.");
  return described;
}
