import type { MeView } from "@kluis/api/types";
import type { Permission, Role } from "@kluis/domain";

/** The signed-in person as pages know them. */
export type Viewer = MeView;
export type HeldRole = MeView["roles"][number];

const roleNames: Record<Role, string> = {
  owner: "Owner",
  "backup-admin": "Backup admin",
  operator: "Operator",
  reader: "Reader",
  auditor: "Auditor",
};

export function roleName(role: Role): string {
  return roleNames[role];
}

/** `Backup admin · Commerce`, `Owner · Whole organisation`; the strongest first, as the server gives them. */
export function describeRoles(roles: readonly HeldRole[]): string {
  if (roles.length === 0) return "No role yet";
  const first = roles[0];
  if (first === undefined) return "No role yet";
  const rest = roles.length - 1;
  const head = `${roleName(first.role)} · ${first.team?.name ?? "Whole organisation"}`;
  return rest === 0 ? head : `${head} +${rest}`;
}

/** Whether the permission is held anywhere. Pages use it to explain; the server decides again, per VM. */
export function may(viewer: Viewer, permission: Permission): boolean {
  return permission === "self" || viewer.permissions.includes(permission);
}

/** `Olivia Owner` → `OO`; one word gives its first two letters. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter(Boolean);
  const first = words[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (last === "" ? first.slice(0, 2) : `${first.charAt(0)}${last.charAt(0)}`).toUpperCase();
}
