/** What a token leaves of its owner's rights. */
import { type Access, can } from "./access.ts";
import { agentPermissions } from "./agent.ts";
import { type Permission, permissions, platformPermissions } from "./permission.ts";

/** `standard`: does what its permissions allow. `agent`: reads and requests, for AI agents and scripts that no one watches. */
export const tokenKinds = ["standard", "agent"] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** The limits of a token, as its row has them. */
export interface TokenLimit {
  readonly kind: TokenKind;
  /** Empty: none. */
  readonly permissions: readonly Permission[];
  /** The only team whose objects it reaches; null: every team of its owner. */
  readonly teamId: string | null;
}

/** Permissions about the installation or about oneself: a token of one team has none of them. */
const beyondTeams: readonly Permission[] = [...platformPermissions, "self"];

/** Whether a token of this kind, for this team or every one, can have the permission at all. */
export function tokenCanHave(
  { kind, teamId }: Pick<TokenLimit, "kind" | "teamId">,
  permission: Permission,
): boolean {
  if (kind === "agent" && agentPermissions[permission] === "never") return false;
  return teamId === null || !beyondTeams.includes(permission);
}

/**
 * The rights of a token: those that its owner has now, inside its limits. Everything that asks what a token reaches asks this access.
 * A role in the whole organization counts for a token of a team as if it were held in that team.
 * @param whole the owner's access; of a token of a team, with that team among its teams
 */
export function limitAccess(whole: Access, limit: TokenLimit | null): Access {
  if (limit === null) return { ...whole, limitedTo: null };
  const { teamId } = limit;
  const limitedTo = limit.permissions.filter((permission) => tokenCanHave(limit, permission));
  if (teamId === null) return { ...whole, limitedTo };
  const teams = whole.teams.filter(({ id }) => id === teamId);
  // A team that was removed leaves nothing.
  const inTeam = teams.length === 0 ? [] : whole.roles.filter((one) => [null, teamId].includes(one.teamId));
  return { roles: inTeam.map((one) => ({ ...one, teamId })), teams, limitedTo };
}

/** The permissions that a new token with these limits can have: those that its owner holds in its reach. */
export function tokenPermissions(whole: Access, limit: Pick<TokenLimit, "kind" | "teamId">): Permission[] {
  const access = limitAccess(whole, { ...limit, permissions });
  return permissions.filter(
    (permission) => tokenCanHave(limit, permission) && can(access, permission, { kind: "anywhere" }),
  );
}

/** Until when a token lives without another use. */
export function idleUntil(token: {
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly idleDays: number;
}): Date {
  const since = token.lastUsedAt ?? token.createdAt;
  return new Date(since.getTime() + token.idleDays * 86_400_000);
}
