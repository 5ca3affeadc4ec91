import {
  countOwners,
  disablePerson,
  enablePerson,
  groupNames,
  holdGuardrails,
  linkPeople,
  listAccounts,
  listOwners,
  listPeople as listRows,
  listSessions,
  listTokens,
  lockAccess,
  newId,
  type PersonRow,
  readAccess,
  revokeSession as revokeSessionRow,
  revokeToken as revokeTokenRow,
  sessionOwner,
  type Tx,
  unlinkPerson,
} from "@kluis/db";
import { approvalLimits, can, KluisError, type LedgerKind, limits, mustBeAllowed } from "@kluis/domain";
import type { z } from "zod";
import { mustKeepTwoOwners } from "../configuration/owners.ts";
import { managesOwn, mustManageOwn, type SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { accessNow } from "../rights-now.ts";
import { requirePerson } from "../teams/find.ts";
import { mustKeepOwner } from "../teams/refusals.ts";
import { describeToken, describeTokens } from "../tokens/describe.ts";
import type { tokenView } from "../tokens/view.ts";
import type { DisableInput, LinkInput, ListPeopleInput, PersonTokenInput } from "./inputs.ts";
import { managedTeams, mayInspect } from "./sight.ts";
import type { changedPersonView, peoplePageView, personDetailView } from "./view.ts";

type Changed = z.input<typeof changedPersonView>;

/** Now, and since when a session without use has ended. */
export function sessionTimes(ctx: Pick<SignedInContext, "api">): {
  readonly now: Date;
  readonly idleSince: Date;
} {
  const now = ctx.api.clock.now();
  return { now, idleSince: new Date(now.getTime() - limits.sessionIdleMs) };
}

/** Every user for owners; the members of their teams for others. */
export async function listPeople(
  ctx: SignedInContext,
  input: ListPeopleInput,
): Promise<z.input<typeof peoplePageView>> {
  const teamIds = managedTeams(ctx.who.access);
  const { rows, total } = await listRows(ctx.api.db.prisma, {
    ...input,
    search: input.search,
    teamIds,
    ...sessionTimes(ctx),
  });
  return { rows, total, hasMore: false, page: input.page, pageSize: input.pageSize };
}

/** @throws KluisError NOT_FOUND, also for a user who is not in sight */
async function requireInSight(ctx: SignedInContext, tx: Tx, ref: string): Promise<PersonRow> {
  const person = await requirePerson(tx, ref);
  if (person.id === ctx.who.person.id || (await mayInspect(ctx, person.id))) return person;
  throw new KluisError("NOT_FOUND", {
    reason: "person",
    message: `No user ${ref} has signed in to Kluis.`,
    action: "Check the user name, or ask the person to sign in once.",
    params: { person: ref },
  });
}

/** @throws KluisError NOT_FOUND */
export async function getPerson(
  ctx: SignedInContext,
  ref: string,
): Promise<z.input<typeof personDetailView>> {
  const { prisma } = ctx.api.db;
  const person = await requireInSight(ctx, prisma, ref);
  const access = await readAccess(prisma, person);
  const seen = managedTeams(ctx.who.access);
  const isSelf = person.id === ctx.who.person.id;
  const isWhole = isSelf && ctx.who.token === null;
  const shown = access.roles.filter(
    ({ teamId }) => isWhole || teamId === null || seen === undefined || seen.includes(teamId),
  );
  const names = await groupNames(
    prisma,
    shown.flatMap(({ groupId }) => (groupId === null ? [] : [groupId])),
  );
  const canRevoke = await mayRevoke(ctx, prisma, person);
  const shows = isSelf ? managesOwn(ctx) : canRevoke;
  const accounts = seen === undefined ? await listAccounts(prisma, person.id) : [];
  return {
    id: person.id,
    name: person.name,
    username: person.username,
    disabledAt: person.disabledAt,
    disabledBy: person.disabledBy === null ? null : person.disabledBy === "directory" ? "directory" : "kluis",
    lastSeenAt: person.lastSeenAt,
    roles: shown.map(({ role, custom, teamId, groupId }) => {
      const team = access.teams.find(({ id }) => id === teamId);
      return {
        role,
        custom,
        team: team === undefined ? null : { id: team.id, name: team.name },
        group: groupId === null ? null : { id: groupId, name: names.get(groupId) ?? groupId },
      };
    }),
    accounts: accounts
      .filter(({ id }) => id !== person.id)
      .map(({ id, name, username }) => ({ id, name, username })),
    sessions: shows ? await listSessions(prisma, person.id, sessionTimes(ctx)) : [],
    tokens: shows ? await describeTokens(prisma, await listTokens(prisma, person.id)) : [],
    isSelf,
    canChange: can(ctx.who.access, "platform:manage", { kind: "organisation" }),
    canRevoke,
  };
}

/**
 * Whether the user may end what another one uses: owners of everyone; the administrator of a team of its members, unless they have a
 * role in the organization.
 */
export async function mayRevoke(ctx: SignedInContext, tx: Tx, person: PersonRow): Promise<boolean> {
  const own = await accessNow(ctx, tx);
  if (can(own, "platform:manage", { kind: "organisation" })) return true;
  const { roles } = await readAccess(tx, person);
  if (roles.some(({ teamId }) => teamId === null)) return false;
  return roles.some(({ teamId }) => teamId !== null && can(own, "team:manage", { kind: "team", teamId }));
}

function personEvent(
  ctx: SignedInContext,
  { id, name }: Pick<PersonRow, "id" | "name">,
  what: { readonly kind: LedgerKind; readonly data?: Readonly<Record<string, unknown>> },
): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "person", id, name } };
}

interface PersonChange {
  readonly kind: LedgerKind;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Changes a user as an owner, while no one else changes teams, roles or users. Null: it is so already. */
function change(
  ctx: SignedInContext,
  ref: string,
  work: (tx: Tx, person: PersonRow) => Promise<PersonChange | null>,
): Promise<Changed> {
  return record(ctx, async (tx) => {
    // First, as changes of configuration hold them.
    await holdGuardrails(tx);
    await lockAccess(tx);
    mustBeAllowed(await accessNow(ctx, tx), "platform:manage", { kind: "organisation" });
    const person = await requirePerson(tx, ref);
    const done = await work(tx, person);
    const { id, name, username } = person;
    return { result: { id, name, username }, events: done === null ? [] : [personEvent(ctx, person, done)] };
  });
}

/** @throws KluisError FORBIDDEN when it is an account of the user */
async function mustBeOther(ctx: SignedInContext, tx: Tx, person: PersonRow): Promise<void> {
  const own = await listAccounts(tx, ctx.who.person.id);
  if (!own.some(({ id }) => id === person.id)) return;
  throw new KluisError("FORBIDDEN", {
    reason: "own-account",
    message: "This account is your own, or linked to yours.",
    action: "Ask another owner to make this change.",
  });
}

/**
 * Disables a user: sessions and tokens end with it, and no sign-in succeeds.
 * @throws KluisError NOT_FOUND; FORBIDDEN for an own account; CONFLICT for the last owner, and for the last second one where it is needed
 */
export function disable(ctx: SignedInContext, { person: ref, reason }: DisableInput): Promise<Changed> {
  return change(ctx, ref, async (tx, person) => {
    await mustBeOther(ctx, tx, person);
    const isOwner = (await listOwners(tx, approvalLimits.deciderMost)).some(({ id }) => id === person.id);
    const changed = await disablePerson(tx, person.id, { by: "kluis", now: ctx.api.clock.now() });
    mustKeepOwner(await countOwners(tx));
    if (changed && isOwner) await mustKeepTwoOwners(tx);
    return changed ? { kind: "person.disabled", data: { by: "kluis", reason } } : null;
  });
}

/** Lets a user sign in again. Ended sessions and tokens stay ended. */
export function enable(ctx: SignedInContext, ref: string): Promise<Changed> {
  return change(ctx, ref, async (tx, person) => {
    await mustBeOther(ctx, tx, person);
    return (await enablePerson(tx, person.id)) ? { kind: "person.enabled", data: { by: "kluis" } } : null;
  });
}

/** Records that two accounts belong to one human, so that one is never the second person of the other. */
export function link(ctx: SignedInContext, input: LinkInput): Promise<Changed> {
  return change(ctx, input.person, async (tx, person) => {
    const other = await requirePerson(tx, input.other);
    if (person.id === other.id || (person.humanId !== null && person.humanId === other.humanId)) return null;
    await linkPeople(tx, [person.id, other.id], newId(ctx.api.clock));
    return { kind: "person.linked", data: { otherId: other.id, other: other.name } };
  });
}

/** @throws KluisError NOT_FOUND; FORBIDDEN for an own account: a user does not make themselves a second person */
export function unlink(ctx: SignedInContext, ref: string): Promise<Changed> {
  return change(ctx, ref, async (tx, person) => {
    await mustBeOther(ctx, tx, person);
    const others = (await listAccounts(tx, person.id)).filter(({ id }) => id !== person.id);
    if (others.length === 0) return null;
    await unlinkPerson(tx, person.id);
    return { kind: "person.unlinked", data: { others: others.map(({ id }) => id) } };
  });
}

async function mustRevoke(ctx: SignedInContext, tx: Tx, person: PersonRow): Promise<void> {
  // One's own, with a token that was given them.
  if (person.id === ctx.who.person.id) return mustManageOwn(ctx);
  if (await mayRevoke(ctx, tx, person)) return;
  mustBeAllowed(await accessNow(ctx, tx), "platform:manage", { kind: "organisation" });
}

/** @throws KluisError NOT_FOUND, FORBIDDEN */
export function endSession(ctx: SignedInContext, id: string): Promise<{ readonly sessions: number }> {
  return record(ctx, async (tx) => {
    const owner = await sessionOwner(tx, id);
    if (owner === null) throw unknownSession();
    const person = await requireInSight(ctx, tx, owner);
    await mustRevoke(ctx, tx, person);
    const ended = await revokeSessionRow(tx, id, ctx.api.clock.now());
    const event = personEvent(ctx, person, { kind: "session.revoked", data: { sessions: 1 } });
    return { result: { sessions: ended ? 1 : 0 }, events: ended ? [event] : [] };
  });
}

function unknownSession(): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "session",
    message: "There is no such session, or it has ended.",
    action: "Reload the list of sessions.",
  });
}

/** Ends every session of a user; tokens stay. */
export function signOutPerson(ctx: SignedInContext, ref: string): Promise<{ readonly sessions: number }> {
  return record(ctx, async (tx) => {
    const person = await requireInSight(ctx, tx, ref);
    await mustRevoke(ctx, tx, person);
    const open = await listSessions(tx, person.id, sessionTimes(ctx));
    for (const { id } of open) await revokeSessionRow(tx, id, ctx.api.clock.now());
    const event = personEvent(ctx, person, { kind: "session.revoked", data: { sessions: open.length } });
    return { result: { sessions: open.length }, events: open.length === 0 ? [] : [event] };
  });
}

/** @throws KluisError NOT_FOUND, FORBIDDEN */
export function revokePersonToken(
  ctx: SignedInContext,
  input: PersonTokenInput,
): Promise<z.input<typeof tokenView>> {
  return record(ctx, async (tx) => {
    const person = await requireInSight(ctx, tx, input.person);
    await mustRevoke(ctx, tx, person);
    const revoked = await revokeTokenRow(tx, { id: input.token, personId: person.id }, ctx.api.clock.now());
    if (revoked === null) {
      throw new KluisError("NOT_FOUND", {
        reason: "token",
        message: "There is no such token, or it is already revoked.",
        action: "Reload the list of tokens.",
        params: { token: input.token },
      });
    }
    const event: VmEvent = {
      kind: "token.revoked",
      actor: ctx.who.actor,
      target: { type: "token", id: revoked.id, name: revoked.name },
      data: { personId: person.id, person: person.name },
    };
    return { result: await describeToken(tx, revoked), events: [event] };
  });
}
