import { randomUUID } from "node:crypto";
import {
  createSession,
  findSession,
  findToken,
  getPerson,
  type PersonRow,
  readAccess,
  revokeSession,
  touchSession,
  touchToken,
  upsertPerson,
} from "@kluis/db";
import { KluisError, type Locale, limits, locales, type Permission } from "@kluis/domain";
import type { Api, RequestContext, Who } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";
import { sessionTouchMs } from "../limits.ts";
import { record, type VmEvent } from "../record.ts";
import { newSecret, secretHash, sessionPrefix } from "./secrets.ts";

export interface Credentials {
  /** Value of the session cookie. */
  readonly sessionToken?: string | null | undefined;
  /** From `Authorization: Bearer …`; wins over the cookie. */
  readonly bearerToken?: string | null | undefined;
  readonly ip?: string | null | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Who asks, and what they may do, as the database says now. Never throws: when credentials are wrong, or the database is away,
 * the context says so, and the first procedure that needs somebody throws it, with the request's id.
 */
export async function createContext(api: Api, credentials: Credentials): Promise<RequestContext> {
  const requestId = credentials.requestId ?? randomUUID();
  const { who, refusal } = await identify(api, { ...credentials, requestId });
  const again = (): Promise<RequestContext> => createContext(api, { ...credentials, requestId });
  return { api, requestId, ip: credentials.ip ?? null, who, refusal, again };
}

interface Identified {
  readonly who: Who | null;
  readonly refusal: KluisError | null;
}

async function identify(api: Api, credentials: Credentials): Promise<Identified> {
  const { bearerToken, sessionToken, requestId } = credentials;
  try {
    if (bearerToken) return await identifyToken(api, bearerToken);
    if (sessionToken) return await identifySession(api, sessionToken);
    return { who: null, refusal: null };
  } catch (error) {
    api.logger.error({ err: error, requestId }, "nobody could be identified");
    return { who: null, refusal: kluisErrorOf(error) };
  }
}

async function identifySession(api: Api, value: string): Promise<Identified> {
  const { prisma } = api.db;
  const session = await findSession(prisma, secretHash(value));
  const now = api.clock.now();
  const idleUntil = (session?.lastSeenAt.getTime() ?? 0) + limits.sessionIdleMs;
  const open =
    session !== null && session.revokedAt === null && session.expiresAt > now && idleUntil > now.getTime();
  const person = open ? await getPerson(prisma, session.personId) : null;
  if (!open || person === null) {
    return refused("NOT_SIGNED_IN", "Your session has ended.", "Sign in again.");
  }
  if (now.getTime() - session.lastSeenAt.getTime() > sessionTouchMs)
    await touchSession(prisma, session.id, now);
  const sessionEndsAt = session.expiresAt;
  return { who: await whoIs(api, person, { via: "session", sessionEndsAt, limitedTo: null }), refusal: null };
}

async function identifyToken(api: Api, value: string): Promise<Identified> {
  const { prisma } = api.db;
  const token = await findToken(prisma, secretHash(value));
  const now = api.clock.now();
  const makeAnother = "Make another one in the portal under Settings, and give it as KLUIS_TOKEN.";
  if (token === null) return refused("TOKEN_INVALID", "The token is not known.", makeAnother);
  if (token.revokedAt !== null) return refused("TOKEN_INVALID", "The token was revoked.", makeAnother);
  if (token.expiresAt !== null && token.expiresAt <= now) {
    return refused("TOKEN_INVALID", "The token has expired.", makeAnother);
  }
  const person = await getPerson(prisma, token.personId);
  if (person === null) return refused("TOKEN_INVALID", "The token's owner is gone.", makeAnother);
  await touchToken(prisma, token.id, now);
  const limitedTo = token.permissions.length === 0 ? null : token.permissions;
  const who = await whoIs(api, person, { via: "token", tokenId: token.id, sessionEndsAt: null, limitedTo });
  return { who, refusal: null };
}

function refused(code: "NOT_SIGNED_IN" | "TOKEN_INVALID", message: string, action: string): Identified {
  return { who: null, refusal: new KluisError(code, { message, action }) };
}

interface How {
  readonly via: "session" | "token";
  readonly tokenId?: string;
  readonly sessionEndsAt: Date | null;
  readonly limitedTo: readonly Permission[] | null;
}

async function whoIs(api: Api, person: PersonRow, how: How): Promise<Who> {
  const { id, name, username, groupIds } = person;
  const locale = localeOf(person);
  const { via, tokenId, sessionEndsAt, limitedTo } = how;
  return {
    actor: { kind: "person", personId: id, name, via, ...(tokenId !== undefined && { tokenId }) },
    person: { id, name, username, locale },
    groupIds,
    access: await readAccess(api.db.prisma, person, limitedTo),
    sessionEndsAt,
  };
}

/** A language that a newer version offered is no choice here. */
function localeOf(person: Pick<PersonRow, "locale">): Locale | null {
  return locales.find((locale) => locale === person.locale) ?? null;
}

/** What a verified id token says. */
export interface SignIn {
  /** Tenant id and object id: together they are the person; names and user names change. */
  readonly tid: string;
  readonly oid: string;
  readonly name: string;
  readonly username: string;
  /** Object ids of the groups in the token. */
  readonly groups: readonly string[];
  readonly ip?: string | null;
}

/**
 * Opens a session for a person whose identity the caller has verified. Always a new session: a value from before the sign-in
 * is never taken over.
 * @returns the cookie's value, which is stored nowhere, and when the session ends at the latest
 */
export async function signIn(
  api: Api,
  facts: SignIn,
): Promise<{
  readonly sessionToken: string;
  readonly expiresAt: Date;
  readonly personId: string;
  readonly locale: Locale | null;
}> {
  const sessionToken = newSecret(sessionPrefix);
  const expiresAt = new Date(api.clock.now().getTime() + limits.sessionMostMs);
  const { tid: tenantId, oid: objectId, name, username, groups: groupIds } = facts;
  return record({ api }, async (tx) => {
    const person = await upsertPerson(tx, { tenantId, objectId, name, username, groupIds }, api.clock);
    await createSession(
      tx,
      { personId: person.id, tokenHash: secretHash(sessionToken), expiresAt },
      api.clock,
    );
    const event = personEvent("person.signed-in", person, { ip: facts.ip ?? null });
    const result = { sessionToken, expiresAt, personId: person.id, locale: localeOf(person) };
    return { result, events: [event] };
  });
}

/** Ends the session. A value that is no open session changes nothing. */
export async function signOut(api: Api, sessionToken: string): Promise<void> {
  const session = await findSession(api.db.prisma, secretHash(sessionToken));
  const person = session === null ? null : await getPerson(api.db.prisma, session.personId);
  if (session === null || person === null) return;
  await record({ api }, async (tx) => {
    const ended = await revokeSession(tx, session.id, api.clock.now());
    return { result: null, events: ended ? [personEvent("person.signed-out", person, {})] : [] };
  });
}

function personEvent(
  kind: "person.signed-in" | "person.signed-out",
  person: PersonRow,
  data: Readonly<Record<string, unknown>>,
): VmEvent {
  return {
    kind,
    actor: { kind: "person", personId: person.id, name: person.name, via: "session" },
    target: { type: "person", id: person.id, name: person.name },
    data,
  };
}
