import { randomUUID } from "node:crypto";
import {
  assignRole,
  countOwners,
  createSession,
  databaseNow,
  deleteClaims,
  enablePerson,
  findAccount,
  findSession,
  findToken,
  getPerson,
  groupNames,
  lockAccess,
  type PersonRow,
  readAccess,
  revokeSession,
  type TokenRow,
  type Tx,
  touchSession,
  touchToken,
  upsertPerson,
} from "@kluis/db";
import {
  type ErrorReason,
  engineActor,
  errorInfo,
  groupsAtSignIn,
  groupsChangedEvent,
  idleUntil,
  KluisError,
  type Locale,
  limits,
  locales,
} from "@kluis/domain";
import type { Api, RequestContext, Who } from "../context.ts";
import { askGroups } from "../directory/ask.ts";
import { kluisErrorOf } from "../error-map.ts";
import { sessionTouchMs } from "../limits.ts";
import { record, type VmEvent } from "../record.ts";
import { newSecret, secretHash, sessionPrefix } from "./secrets.ts";

export interface Credentials {
  /** Value of the session cookie. */
  readonly sessionToken?: string | null | undefined;
  /** From `Authorization: Bearer …`; takes precedence over the cookie. */
  readonly bearerToken?: string | null | undefined;
  readonly ip?: string | null | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Identifies the user of a request, with their rights as the database has them now. Never throws: when the credentials are
 * wrong or the database is unreachable, the context holds the error, and the first procedure throws it with the request's id.
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
    api.logger.error({ err: error, requestId }, "the user of a request could not be identified");
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
  if (person !== null && person.disabledAt !== null) return refused(disabledAccount());
  if (!open || person === null) {
    const action = "Sign in again.";
    const message = "Your session has ended.";
    return refused(new KluisError("NOT_SIGNED_IN", { reason: "session-ended", message, action }));
  }
  if (now.getTime() - session.lastSeenAt.getTime() > sessionTouchMs)
    await touchSession(prisma, session.id, now);
  const how = { token: null, sessionId: session.id, sessionEndsAt: session.expiresAt } as const;
  return { who: await whoIs(api, person, how), refusal: null };
}

async function identifyToken(api: Api, value: string): Promise<Identified> {
  const { prisma } = api.db;
  const token = await findToken(prisma, secretHash(value));
  if (token === null) return refused(invalidToken("unknown"));
  if (token.revokedAt !== null) return refused(invalidToken("revoked"));
  const now = await databaseNow(prisma);
  if (token.expiresAt !== null && token.expiresAt <= now) return refused(invalidToken("expired"));
  if (idleUntil(token) <= now) return refused(invalidToken("idle", { days: token.idleDays }));
  const person = await getPerson(prisma, token.personId);
  if (person === null) return refused(invalidToken("owner-removed"));
  if (person.disabledAt !== null) return refused(invalidToken("owner-disabled"));
  await touchToken(prisma, token.id, now);
  const how = { token, sessionId: null, sessionEndsAt: null } as const;
  return { who: await whoIs(api, person, how), refusal: null };
}

function disabledAccount(): KluisError {
  return new KluisError("NOT_SIGNED_IN", {
    reason: "disabled",
    message: "Your account is disabled in Kluis.",
    action: "Ask the platform owner to enable it.",
  });
}

function refused(refusal: KluisError): Identified {
  return { who: null, refusal };
}

const tokenTexts = {
  unknown: "The token is unknown.",
  revoked: "The token was revoked.",
  expired: "The token has expired.",
  idle: "The token was not used for longer than it may be, and has ended.",
  "owner-disabled": "The owner of the token is disabled.",
  "owner-removed": "The owner of the token no longer exists.",
} as const satisfies Record<ErrorReason<"TOKEN_INVALID">, string>;

function invalidToken(
  reason: ErrorReason<"TOKEN_INVALID">,
  params: Readonly<Record<string, number>> = {},
): KluisError {
  return new KluisError("TOKEN_INVALID", {
    reason,
    message: tokenTexts[reason],
    action: "Create another token in the portal under Settings, and set KLUIS_TOKEN to it.",
    params,
  });
}

interface How {
  readonly token: TokenRow | null;
  readonly sessionId: string | null;
  readonly sessionEndsAt: Date | null;
}

async function whoIs(api: Api, person: PersonRow, how: How): Promise<Who> {
  const { id, name, username, groupIds } = person;
  const locale = localeOf(person);
  const { token } = how;
  const by =
    token === null
      ? ({ via: "session" } as const)
      : ({ via: token.kind === "agent" ? "agent" : "token", tokenId: token.id } as const);
  return {
    actor: { kind: "person", personId: id, name, ...by },
    person: { id, name, username, locale },
    groupIds,
    ...how,
    access: await readAccess(api.db.prisma, person, token),
  };
}

/** Returns the stored language; null when this version does not offer it. */
function localeOf(person: Pick<PersonRow, "locale">): Locale | null {
  return locales.find((locale) => locale === person.locale) ?? null;
}

/** The claims of a verified id token. */
export interface SignIn {
  /** Tenant id and object id identify the user; names and user names change. */
  readonly tid: string;
  readonly oid: string;
  readonly name: string;
  readonly username: string;
  /** Object ids of the groups in the token; null: the token does not name them. */
  readonly groups: readonly string[] | null;
  /** The token does not name the groups because there are too many. */
  readonly hasMoreGroups?: boolean;
  readonly ip?: string | null;
  /** The session of the same browser before the sign-in: it ends. */
  readonly replaces?: string | undefined;
}

/**
 * Opens a session for a user whose identity the caller has verified. Always a new session, so that a value from before the
 * sign-in never becomes valid.
 * @returns the cookie's value, which is not stored, and the latest end of the session
 * @throws KluisError NOT_SIGNED_IN for an account that an owner has disabled
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
  const { tid: tenantId, oid: objectId, name, username } = facts;
  // Before the transaction: the directory may take seconds, and its silence must not keep anyone out.
  const groups = await groupsAtSignIn(facts.groups, () => askGroups(api, facts));
  const { groupRightsMs } = api.directory;
  return record({ api }, async (tx) => {
    const before = await findAccount(tx, { tenantId, objectId });
    const { groupIds, problem } = groups;
    const groupsProblem = problem === null ? null : errorInfo(problem);
    const person = await upsertPerson(
      tx,
      { tenantId, objectId, name, username, groupIds, groupsProblem, groupRightsMs },
      api.clock,
    );
    // The directory let the user in, so an account that it had disabled is enabled there again.
    const isBack = await enablePerson(tx, person.id, "directory");
    if (person.disabledAt !== null && !isBack) throw disabledAccount();
    const owned = await becomeFirstOwner(tx, api, { ...person, groupIds: groupIds ?? [] });
    if (facts.replaces !== undefined) await endReplaced(tx, facts.replaces, api.clock.now());
    await createSession(
      tx,
      { personId: person.id, tokenHash: secretHash(sessionToken), expiresAt },
      api.clock,
    );
    const event = personEvent("person.signed-in", person, { ip: facts.ip ?? null });
    const result = { sessionToken, expiresAt, personId: person.id, locale: localeOf(person) };
    const enabled = personEvent("person.enabled", person, { by: "directory" });
    const changed = await groupEvents(tx, person, before);
    return { result, events: [...(isBack ? [enabled] : []), event, ...changed, ...owned] };
  });
}

/** The event of groups that changed since the last sign-in or reading; none for the first sign-in. */
async function groupEvents(tx: Tx, person: PersonRow, before: PersonRow | null): Promise<VmEvent[]> {
  if (before === null || person.groupIds.toSorted().join() === before.groupIds.toSorted().join()) return [];
  const names = await groupNames(tx, [...before.groupIds, ...person.groupIds]);
  const event = groupsChangedEvent({ before: before.groupIds, after: person.groupIds, names });
  const actor = { kind: "person", personId: person.id, name: person.name, via: "session" } as const;
  return [{ ...event, actor, target: { type: "person", id: person.id, name: person.name } }];
}

/**
 * Makes the user or group that the setting names an owner, while no owner can sign in: of a new installation, or of one whose last
 * owner has left the directory. Every process decides under one lock, so it happens once.
 */
async function becomeFirstOwner(tx: Tx, api: Api, person: PersonRow): Promise<VmEvent[]> {
  const { firstOwner, clock } = api;
  if (firstOwner === null) return [];
  const isPerson = person.objectId.toLowerCase() === firstOwner;
  const groupId = person.groupIds.find((id) => id.toLowerCase() === firstOwner);
  if (!isPerson && groupId === undefined) return [];
  await lockAccess(tx);
  if ((await countOwners(tx)) > 0) return [];
  const holder = isPerson || groupId === undefined ? { personId: person.id } : { groupId };
  if ((await assignRole(tx, { role: "owner", teamId: null, holder }, clock)) === null) return [];
  await deleteClaims(tx);
  const target = isPerson
    ? ({ type: "person", id: person.id, name: person.name } as const)
    : ({ type: "group", id: firstOwner, name: firstOwner } as const);
  const data = { role: "owner", teamId: null, setting: "KLUIS_OWNER_OBJECT_ID" };
  return [{ kind: "role.assigned", actor: engineActor, target, data }];
}

async function endReplaced(tx: Tx, sessionToken: string, now: Date): Promise<void> {
  const old = await findSession(tx, secretHash(sessionToken));
  if (old !== null) await revokeSession(tx, old.id, now);
}

/** Notes a sign-in that was refused; after too many of one address the error is RATE_LIMITED. */
export function signInRefused(
  api: Api,
  failure: { readonly ip: string | null; readonly error: KluisError },
): KluisError {
  const { ip, error } = failure;
  try {
    api.refusals.note({
      kind: "sign-in",
      actor: null,
      ip,
      what: error.params["check"]?.toString() ?? error.code,
    });
    return error;
  } catch (tooMany) {
    return kluisErrorOf(tooMany);
  }
}

/** Ends the session; an unknown or ended session changes nothing. */
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
  kind: "person.signed-in" | "person.signed-out" | "person.enabled",
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
