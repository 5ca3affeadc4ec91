/** Why a user may or may not do something: the same decision as `can`, with its reasons. */
import {
  type Access,
  type AccessTarget,
  type AccessTeam,
  can,
  type HeldRole,
  reaches,
  type TeamReach,
} from "./access.ts";
import { agentPermissions } from "./agent.ts";
import { type Permission, platformPermissions } from "./permission.ts";
import { limitAccess, type TokenLimit } from "./token.ts";

/**
 * What a held role contributes: `gives` it here; `lacks` the permission; has it `elsewhere`, because its team does not reach the
 * target; or is held in a team while the permission counts `organisation-only`.
 */
export const roleVerdicts = ["gives", "lacks", "elsewhere", "organisation-only"] as const;
export type RoleVerdict = (typeof roleVerdicts)[number];

export interface ExplainedRole {
  readonly held: HeldRole;
  readonly team: AccessTeam | null;
  readonly verdict: RoleVerdict;
  /** The scope of the team that contains the VM. */
  readonly scope: TeamReach | null;
}

/**
 * The first thing that decides. `self`: every signed-in user may. Of a token: it works no more (`token-ended`); and, where its owner
 * may: it was not given the permission (`token-limit`), its team does not reach this (`token-team`), no agent has it (`token-agent`), or a person must approve it
 * (`agent-requests`, which is allowed).
 */
export const accessReasons = [
  "allowed",
  "agent-requests",
  "self",
  "disabled",
  "token-ended",
  "token-limit",
  "token-team",
  "token-agent",
  "no-role",
  "lacks",
  "elsewhere",
  "organisation-only",
] as const;
export type AccessReason = (typeof accessReasons)[number];

export interface AccessExplanation {
  readonly allowed: boolean;
  readonly reason: AccessReason;
  /** Every held role, those that decide first. */
  readonly roles: readonly ExplainedRole[];
}

interface AskedFacts {
  /** The account may not sign in, so that it may do nothing. */
  readonly isDisabled: boolean;
  /** The token that is asked about is revoked, expired or unused for too long. */
  readonly hasEnded?: boolean;
  /** Of the token that is asked about; null: a session. */
  readonly limit: TokenLimit | null;
}

/** @param access all rights of the user, without the limits of a token */
export function explainAccess(
  access: Access,
  question: { readonly permission: Permission; readonly target: AccessTarget },
  facts: AskedFacts,
): AccessExplanation {
  const { permission, target } = question;
  const roles = access.roles
    .map((held) => explainRole(access, held, question))
    .toSorted((a, b) => roleVerdicts.indexOf(a.verdict) - roleVerdicts.indexOf(b.verdict));
  const reason = reasonOf(access, { permission, target, roles, ...facts });
  const allowed = reason === "allowed" || reason === "self" || reason === "agent-requests";
  return { allowed, reason, roles };
}

function explainRole(
  { teams }: Access,
  held: HeldRole,
  { permission, target }: { readonly permission: Permission; readonly target: AccessTarget },
): ExplainedRole {
  const team = teams.find(({ id }) => id === held.teamId) ?? null;
  const scope = target.kind === "vm" ? (team?.reach.find((one) => reaches(one, target.vm)) ?? null) : null;
  const explained = (verdict: RoleVerdict): ExplainedRole => ({ held, team, verdict, scope });
  if (!held.permissions.includes(permission)) return explained("lacks");
  if (held.teamId === null) return explained("gives");
  if (platformPermissions.includes(permission)) return explained("organisation-only");
  const alone: Access = { roles: [held], teams, limitedTo: null };
  if (can(alone, permission, target)) return explained("gives");
  return explained(target.kind === "organisation" ? "organisation-only" : "elsewhere");
}

function reasonOf(
  access: Access,
  facts: AskedFacts & {
    readonly permission: Permission;
    readonly target: AccessTarget;
    readonly roles: readonly ExplainedRole[];
  },
): AccessReason {
  const { permission, target, roles, limit } = facts;
  if (facts.isDisabled) return "disabled";
  if (facts.hasEnded === true) return "token-ended";
  if (permission === "self") return "self";
  if (can(access, permission, target)) return reasonOfToken(access, { permission, target, limit });
  return (
    (["organisation-only", "elsewhere", "lacks"] as const).find((verdict) =>
      roles.some((one) => one.verdict === verdict),
    ) ?? "no-role"
  );
}

/** The user may. What does the token leave of it? */
function reasonOfToken(
  access: Access,
  {
    permission,
    target,
    limit,
  }: { readonly permission: Permission; readonly target: AccessTarget; readonly limit: TokenLimit | null },
): AccessReason {
  if (limit === null) return "allowed";
  const ofAgent = limit.kind === "agent" ? agentPermissions[permission] : "uses";
  if (ofAgent === "never") return "token-agent";
  if (!limit.permissions.includes(permission)) return "token-limit";
  if (!can(limitAccess(access, limit), permission, target)) return "token-team";
  return ofAgent === "requests" ? "agent-requests" : "allowed";
}
