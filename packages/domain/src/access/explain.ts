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
import { type Permission, platformPermissions } from "./permission.ts";

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

/** The first thing that decides. `self`: every signed-in user may. */
export const accessReasons = [
  "allowed",
  "self",
  "disabled",
  "token-limit",
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

/** @param facts.isDisabled the account may not sign in, so that it may do nothing */
export function explainAccess(
  access: Access,
  question: { readonly permission: Permission; readonly target: AccessTarget },
  facts: { readonly isDisabled: boolean },
): AccessExplanation {
  const { permission, target } = question;
  const roles = access.roles
    .map((held) => explainRole(access, held, question))
    .toSorted((a, b) => roleVerdicts.indexOf(a.verdict) - roleVerdicts.indexOf(b.verdict));
  const reason = reasonOf(access, { permission, target, roles, ...facts });
  return { allowed: reason === "allowed" || reason === "self", reason, roles };
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
  facts: {
    readonly permission: Permission;
    readonly target: AccessTarget;
    readonly roles: readonly ExplainedRole[];
    readonly isDisabled: boolean;
  },
): AccessReason {
  const { permission, target, roles, isDisabled } = facts;
  if (isDisabled) return "disabled";
  if (permission === "self") return "self";
  if (can(access, permission, target)) return "allowed";
  const [nearest] = roles;
  if (nearest === undefined) return "no-role";
  // The user may, but not with this token.
  if (nearest.verdict === "gives") return "token-limit";
  return (
    (["organisation-only", "elsewhere", "lacks"] as const).find((verdict) =>
      roles.some((one) => one.verdict === verdict),
    ) ?? "no-role"
  );
}
