/** Errors of changes of teams and roles. */
import { type GrantRefusal, KluisError } from "@kluis/domain";

/** @throws KluisError FORBIDDEN or INPUT_INVALID when a rule refuses a change of roles */
export function mustBeGrantable(refusal: GrantRefusal | null): void {
  if (refusal !== null) throw grantError(refusal);
}

function grantError(refusal: GrantRefusal): KluisError {
  switch (refusal.reason) {
    case "not-yours":
      return new KluisError("FORBIDDEN", {
        reason: "permission",
        message: "Your role does not allow this here.",
        action: `Ask an owner for a role that has the permission ${refusal.permission}.`,
        params: { permission: refusal.permission },
      });
    case "more-than-held":
      return new KluisError("FORBIDDEN", {
        reason: "grant-more-than-held",
        message: `You do not hold the permission ${refusal.permission} here, so you can neither give nor take it.`,
        action: "Ask an owner to make this change.",
        params: { permission: refusal.permission },
      });
    case "own-role":
      return new KluisError("FORBIDDEN", {
        reason: "own-role",
        message: "This role is your own, or that of a group that you are in.",
        action: "Ask another person who manages the members to make this change.",
      });
    case "organisation-role":
      return new KluisError("INPUT_INVALID", {
        reason: "organisation-role",
        message: "Only owner and auditor can be held in the whole organization.",
        action: "Choose one of these roles, or a team.",
      });
    case "role-of-other-team":
      return new KluisError("INPUT_INVALID", {
        reason: "role-of-other-team",
        message: "This custom role belongs to another team.",
        action: "Choose a role of this team or of every team.",
      });
  }
  return refusal satisfies never;
}

/** @throws KluisError CONFLICT when no one who can sign in would own the organization */
export function mustKeepOwner(owners: number): void {
  if (owners > 0) return;
  throw new KluisError("CONFLICT", {
    reason: "last-owner",
    message: "No one who can sign in would be an owner of the organization.",
    action: "Make another person or a group with a known, enabled person an owner first.",
  });
}

/** @throws KluisError CONFLICT when a list is full */
export function mustHaveRoom(count: number, most: number): void {
  if (count < most) return;
  throw new KluisError("CONFLICT", {
    reason: "access-limit",
    message: `There are already ${most} of these.`,
    action: "Remove one that is not used, or use a group.",
    params: { most },
  });
}
